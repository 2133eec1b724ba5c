"""Length of the text, in characters, words or tokens.

A baseline for every other score, and the cost that `sel pick --budget` adds up.

Source: none; words are runs of characters between spaces, as `str.split` finds them. In
scripts without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) each
letter is one.
"""

from typing import Literal

import numpy as np

from sel.errors import UsageError
from sel.maths.text import characters
from sel.types import Scores, Texts, Tokenizer


def score(
    texts: Texts,
    tokenizer: Tokenizer | None = None,
    *,
    unit: Literal["characters", "words", "tokens"] = "characters",
) -> Scores:
    """One length for each text, shape (n,).

    Args:
        texts: n strings.
        tokenizer: counts the tokens.
        unit: what to count; tokens needs --tokenizer.
    """
    if unit == "tokens":
        if tokenizer is None:
            msg = "--unit tokens needs --tokenizer tokenizer.json"
            raise UsageError(msg)
        return tokenizer.lengths(texts)
    if unit == "words":
        return np.array(characters.words(texts), np.float64)
    return np.fromiter(map(len, texts), np.float64, len(texts))
