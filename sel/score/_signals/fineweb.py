"""The rules that FineWeb adds, as datatrove measures them.

Source: Penedo et al. 2024, The FineWeb Datasets, arXiv:2406.17557; datatrove 0.10.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sel.score._signals.batch import ratio, share
from sel.score._signals.characters import TERMINAL
from sel.score._signals.gopher import later

if TYPE_CHECKING:
    from sel.score._signals.batch import Batch, Columns

SHORT = 30


def signals(batch: Batch) -> Columns:
    """Of the lines that are not blank; NaN where there are none."""
    lines = [[x for x in some if x and not x.isspace()] for some in batch.lines]
    breaks = batch.count("\n")
    return {
        "n_lines": np.array([len(some) for some in lines], np.float64),
        "line_punct": share(lines, _ended),
        "short_lines": share(lines, _short),
        "char_dup": ratio(later(lines)[1], batch.length - breaks),
        "newline_words": ratio(breaks, batch.tokens.counts),
    }


def _ended(line: str) -> bool:
    return line[-1] in TERMINAL


def _short(line: str) -> bool:
    return len(line) <= SHORT
