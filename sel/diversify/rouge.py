"""Drops texts that are too like an earlier one in wording, by ROUGE-L.

The filter of Self-Instruct: a text is kept if its ROUGE-L F-measure with each text that
is kept is below --most. It is made for short texts, such as instructions: word order
counts, and one other word in ten makes no difference. Pairs that cannot come to --most,
by their lengths and the words that they share, are left out, which changes nothing;
with a low --most few can be.

Source: Wang et al. 2023, Self-Instruct: Aligning Language Models with Self-Generated
Instructions, arXiv:2212.10560, section 2.2; Lin 2004, ROUGE: A Package for Automatic
Evaluation of Summaries.

Differs: the authors' code keeps a text at exactly 0.7, their paper does not, and nor
does this. Numbers are those of the package rouge_score, without a stemmer.
"""

from __future__ import annotations

import re
from typing import Literal

import numpy as np

from sel import check
from sel.diversify._rouge import Novel, Tokens
from sel.types import Indices, Scores, Texts

_SIGNS = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_PLAIN = re.compile(r"[a-z0-9]+")
_WORD = re.compile(rf"[{_SIGNS}]|[^\W_{_SIGNS}]+")


def begin(*, most: float = 0.7) -> Novel:
    """What remembers the texts that are kept.

    Args:
        most: F-measure from which on a text is dropped.
    """
    check.between("--most", most, 0.01, 1)
    return Novel(most)


def collect(
    texts: Texts, *, tokens: Literal["rouge", "unicode"] = "rouge"
) -> list[Tokens]:
    """The tokens of each text.

    Args:
        texts: n strings.
        tokens: rouge takes runs of a-z and 0-9, in lower case, for words and all else
            for space; unicode knows letters and digits of all scripts, and takes each
            sign of Chinese and Japanese for a word.
    """
    pattern = _PLAIN if tokens == "rouge" else _WORD
    return [pattern.findall(text.lower()) for text in texts]


def remember(tokens: list[Tokens], novel: Novel) -> None:
    """Remember texts that were kept before, however alike they are."""
    for some in tokens:
        novel.keep(some)


def diversify(tokens: list[Tokens], novel: Novel) -> tuple[Indices, Scores]:
    """The number of the kept text that each is too like, and the F-measure, (n,) each.

    A text that is kept has -1 and 0, and is remembered.
    """
    found = [novel.like(some) for some in tokens]
    twins, scores = zip(*found, strict=True) if found else ((), ())
    return np.array(twins, np.int64), np.array(scores, np.float64)
