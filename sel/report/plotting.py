"""Numbers made few enough to be drawn: shares of bins, curves, a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sel.maths.matrices import components

if TYPE_CHECKING:
    from sel.types import Indices, Scores, Vectors

BINS = 40
POINTS = 60
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEARNT = 20_000  # rows that a plane is laid through


def edges(values: Scores, *, spread: bool) -> Scores:
    """Bounds of bins over almost all values; equal in logarithm where spread.

    Values beyond the lowest and the highest bound belong to the outermost bins.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return np.array([0.0, 1.0])
    low, high = np.quantile(known, [0.002, 0.998]) if len(known) > 1 else [known[0]] * 2
    if high <= low:
        low, high = low - 0.5, high + 0.5
    if spread and low >= 0:
        bounds: Scores = np.geomspace(max(low, 1), max(high, 2), BINS + 1)
        return bounds
    return np.linspace(low, high, BINS + 1)


def shares(values: Scores, bounds: Scores) -> Scores:
    """The share of the values in each bin, shape (bins,)."""
    known = values[np.isfinite(values)]
    at = np.searchsorted(bounds, known, side="right") - 1
    counts = np.bincount(np.clip(at, 0, len(bounds) - 2), minlength=len(bounds) - 1)
    parts: Scores = counts / max(len(known), 1)
    return parts


def quantiles(values: Scores) -> list[float]:
    """Of QUANTILES; nothing where no value is known."""
    known = values[np.isfinite(values)]
    return np.quantile(known, QUANTILES).tolist() if len(known) else []


def by_rank(values: Scores) -> tuple[Scores, Scores]:
    """Ranks as shares of the whole, and the values there, the best first."""
    known = np.sort(values[np.isfinite(values)])[::-1]
    if not len(known):
        return np.empty(0), np.empty(0)
    at = np.unique(np.linspace(0, len(known) - 1, POINTS).astype(np.int64))
    return at / max(len(known) - 1, 1), known[at]


def plane(rows: Vectors) -> Vectors:
    """Where rows lie on the plane of most variance, shape (n, 2).

    Source: Pearson 1901, On lines and planes of closest fit.
    """
    step = max(len(rows) // LEARNT, 1)
    mean, axes = components.principal_components(rows[::step], 2)
    points: Vectors = ((rows - mean) @ axes).astype(np.float32)
    if points.shape[1] < 2:
        points = np.hstack([points, np.zeros((len(rows), 2 - points.shape[1]), "f4")])
    return points


def evenly(rows: Indices, most: int) -> Indices:
    """At most so many of the rows, evenly apart."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
