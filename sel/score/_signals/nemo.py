"""The ratios of NeMo Curator's string filters that the other families lack.

Source: NVIDIA NeMo Curator, filters/heuristic/string.py.

Differs: a text without characters or words has null, where NeMo has 1 or an error.
"""

# ruff: noqa: RUF001
from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from sel.score._signals.batch import ratio, share

if TYPE_CHECKING:
    from sel.score._signals.batch import Batch, Columns, Floats

_CLASSES = {
    "nemo_non_alpha_numeric": re.compile(r"[^a-zA-Z0-9\n?!,.]"),
    "nemo_numbers": re.compile(r"[0-9]"),
    "nemo_white_space": re.compile(r"[\t\n\r\b ]"),
    "nemo_brackets": re.compile(r"[{}⟨⟩\[\]()]"),
}
_URL = re.compile(r"https?://\S+")
_END = (".", "?", "!", '"', "'")
_BULLETS = tuple("•‣⁃⁌⁍∙○●◘◦⦾⦿")
_DOTS = ("...", "[...]", "…", "(...)", "[…]", "read more..", "read more")


def signals(batch: Batch) -> Columns:
    """Shares of characters, of lines that are not blank, and the longest word."""
    tokens = batch.tokens
    lines = [[x for x in some if x and not x.isspace()] for some in batch.lines]
    columns: Columns = {}
    for name, kind in _CLASSES.items():
        columns[name] = _share(batch, kind)
    addresses = [sum(map(len, _URL.findall(text))) for text in batch.texts]
    longest = np.zeros(len(batch.texts), np.int64)
    np.maximum.at(longest, tokens.texts, tokens.sizes)
    open_ = share(lines, lambda line: not line.rstrip().endswith(_END))
    return columns | {
        "nemo_urls": ratio(addresses, batch.length),
        "nemo_no_end_mark": open_,
        "nemo_bullets": share(lines, lambda line: line.lstrip().startswith(_BULLETS)),
        "nemo_ellipsis": share(lines, lambda x: x.rstrip().lower().endswith(_DOTS)),
        "nemo_mean_word_length": ratio(tokens.characters, tokens.counts),
        "nemo_longest_word": longest.astype(np.float64),
    }


def _share(batch: Batch, kind: re.Pattern[str]) -> Floats:
    return ratio([len(kind.findall(text)) for text in batch.texts], batch.length)
