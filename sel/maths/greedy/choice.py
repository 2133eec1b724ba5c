"""What methods of `diversify` choose from, and what they give."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isinf
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.matrices.vectors import unit, usable
from sel.types import Vectors

if TYPE_CHECKING:
    from sel.types import Mask, Scores

from sel.types import Indices

BLOCK = 1 << 13  # rows that are worked on at once
GRID = 2.0**20
"""Cosines count to a millionth, so that equal rows tie whatever the rounding was."""

NONE: Indices = np.empty(0, np.int64)


@dataclass(frozen=True)
class Choice:
    """Rows of a matrix in the order chosen."""

    rows: Indices
    gains: Scores | None = None
    """What each added when it was chosen, in the method's own terms."""
    covers: Indices | None = None
    """How many rows each stands for, itself included."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What else there is to say."""
    weights: Scores | None = None
    """What each counts in a training, where the method says so."""


@dataclass(frozen=True)
class Pool:
    """The rows that can be used, at length 1."""

    rows: Indices
    """Their numbers in the matrix, rising, shape (m,)."""
    units: Vectors
    """Shape (m, d)."""
    already: Indices
    """Places among them of what was chosen before."""

    @property
    def free(self) -> int:
        """How many can still be chosen."""
        return len(self.rows) - len(np.unique(self.already))


def usable_rows(
    vectors: Vectors, scores: Scores | None = None, groups: Indices | None = None
) -> Indices:
    """Numbers of the rows that are finite, not all zeros, with a score and a group."""
    parts = [
        start + np.flatnonzero(usable(np.asarray(vectors[start : start + BLOCK])))
        for start in range(0, len(vectors), BLOCK)
    ]
    rows: Indices = np.concatenate(parts) if parts else NONE
    return rows[told(rows, scores, groups)]


def told(rows: Indices, scores: Scores | None, groups: Indices | None) -> Mask:
    """Which of some rows have a score and a group, where such are asked for."""
    there: Mask = np.ones(len(rows), bool)
    if scores is not None:
        there &= ~np.isnan(scores[rows])
    if groups is not None:
        there &= groups[rows] >= 0
    return there


def pool(
    vectors: Vectors,
    already: Indices = NONE,
    *,
    scores: Scores | None = None,
    groups: Indices | None = None,
    centre: bool = False,
) -> Pool:
    """The rows that can be used; with `centre` their mean is taken off first."""
    rows = usable_rows(vectors, scores, groups)
    units = np.empty((len(rows), vectors.shape[1]), np.float32)
    mean = _mean(vectors, rows) if centre and len(rows) else None
    for start in range(0, len(rows), BLOCK):
        part = np.asarray(vectors[rows[start : start + BLOCK]], np.float32)
        units[start : start + BLOCK] = unit(part if mean is None else _less(part, mean))
    return Pool(rows, units, places(rows, already))


def _less(rows: Vectors, mean: Vectors) -> Vectors:
    """Rows without the mean; what is left of the mean itself is nothing."""
    rest: Vectors = rows - mean
    left = np.abs(rest).max(axis=1) > 1e-6 * np.abs(rows).max(axis=1)
    rest[~left] = 0
    return rest


def _mean(vectors: Vectors, rows: Indices) -> Vectors:
    """The mean row, shape (d,), float32."""
    total = np.zeros(vectors.shape[1])
    for start in range(0, len(rows), BLOCK):
        total += np.asarray(vectors[rows[start : start + BLOCK]], np.float64).sum(0)
    return (total / len(rows)).astype(np.float32)


def places(rows: Indices, wanted: Indices) -> Indices:
    """Where the wanted stand among rising rows; those not there are left out."""
    at = np.searchsorted(rows, wanted)
    there = at < len(rows)
    there[there] = rows[at[there]] == np.asarray(wanted)[there]
    return at[there].astype(np.int64)


def scaled(scores: Scores) -> Scores:
    """Scores from 0 to 1, the lowest and the highest; all 0 if they are equal."""
    if not len(scores):
        return np.asarray(scores, np.float64)
    low, high = float(np.min(scores)), float(np.max(scores))
    if isinf(high - low):
        return scaled(scores / 2)
    return (np.asarray(scores, np.float64) - low) / ((high - low) or 1.0)
