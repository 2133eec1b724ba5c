"""Source classes by what a target maps to: votes, and which classes to keep.

Source: Zhang et al. 2023, Selectivity Drives Productivity: Efficient Dataset Pruning
for Enhanced Transfer Learning, arXiv:2310.08782.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from sel.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from sel.maths.learning.classifiers import Labelled
    from sel.types import Scores, Vectors

    Codes = npt.NDArray[np.int64]

BLOCK = 1 << 11  # rows that are looked at at once


def centres(source: Labelled, classes: int) -> Scores:
    """The mean of each class, shape (classes, d), float64; NaN for one without rows."""
    sums = np.zeros((classes, source.vectors.shape[1]))
    for at in range(0, len(source), BLOCK):
        part = slice(at, at + BLOCK)
        rows = np.asarray(source.vectors[part], np.float64)
        np.add.at(sums, source.classes[part], rows)
    counts = np.bincount(source.classes, minlength=classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Scores = sums / counts[:, None]
    return means


def distances(rows: Vectors, middles: Scores) -> Scores:
    """The Euclidean distance of each row to each centre, shape (n, classes), float64.

    Differences are taken before they are squared: near ties stay what they are.
    """
    apart = np.empty((len(rows), len(middles)))
    step = max(BLOCK // len(middles), 1)
    for at in range(0, len(rows), step):
        part = np.asarray(rows[at : at + step], np.float64)
        squares = (part[:, None] - middles) ** 2
        apart[at : at + step] = np.sqrt(squares.sum(axis=2))
    return apart


def votes(nearness: Scores) -> Codes:
    """How many rows have each column as their highest, shape (classes,); NaN is lowest.

    Of equal ones the first.
    """
    best = np.where(np.isnan(nearness), -np.inf, nearness).argmax(axis=1)
    return np.bincount(best, minlength=nearness.shape[1])


def ranked(counts: Codes, softly: Scores) -> Codes:
    """Classes by votes, then by how near they are without a vote, then by order."""
    low = np.where(np.isnan(softly), -np.inf, softly)
    return np.lexsort((np.arange(len(counts)), -low, -counts))


def kept(sizes: Sequence[int], keep: str, *, of_rows: bool) -> int:
    """How many of the classes, the best first, are kept.

    Args:
        sizes: rows of each, the best first.
        keep: a number of classes, or a share of them or of the rows, as 40%.
        of_rows: the share is one of rows; classes are kept while they fit.
    """
    share = keep.removesuffix("%")
    try:
        number = float(share)
    except ValueError:
        number = -1
    whole = share == keep
    if not 0 < number <= (np.inf if whole else 100) or (whole and number % 1):
        raise OptionError("--keep", "a number of classes, or a share as 40%", keep)
    if whole:
        return min(int(number), len(sizes))
    if not of_rows:
        return ceil(number / 100 * len(sizes) - 1e-9)
    room = number / 100 * sum(sizes) + 1e-9
    return int((np.cumsum(sizes) <= room).sum())
