"""Shares of counts, with intervals; thresholds that reach a share."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sel.types import Mask, Scores

Z = 1.959963984540054  # of a two-sided 95%


def share(name: str, part: int, whole: int) -> dict[str, float | None]:
    """A share and its 95% interval after Wilson; None where there is nothing to share.

    Source: Wilson 1927, Probable Inference, the Law of Succession, and Statistical
    Inference, JASA 22.
    """
    if not whole:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    p, square = part / whole, Z**2 / whole
    middle = (p + square / 2) / (1 + square)
    wide = Z * sqrt(p * (1 - p) / whole + square / (4 * whole)) / (1 + square)
    low, high = max(middle - wide, 0.0), min(middle + wide, 1.0)
    return {name: p, f"{name}_low": low, f"{name}_high": high}


def cumulated(scores: Scores, positive: Mask) -> tuple[Scores, Any, Any]:
    """For each different score, highest first: it, rows from it up, positive ones."""
    order = np.argsort(-scores, kind="stable")
    values, hits = scores[order], np.cumsum(positive[order])
    last = np.flatnonzero(np.append(values[1:] != values[:-1], True)[: len(values)])
    return values[last], last + 1, hits[last]


def reaching(scores: Scores, positive: Mask, goal: float) -> float | None:
    """The lowest threshold from which up at least this share is positive, or None."""
    values, sizes, hits = cumulated(scores, positive)
    good = np.flatnonzero(hits >= goal * sizes - 1e-9)
    return float(values[good[-1]]) if len(good) else None


def average_precision(scores: Scores, positive: Mask) -> float | None:
    """Precision at each threshold, weighted by the growth of recall."""
    _, sizes, hits = cumulated(scores, positive)
    if not len(hits) or not hits[-1]:
        return None
    growth = np.diff(hits, prepend=0) / hits[-1]
    return float((growth * hits / sizes).sum())
