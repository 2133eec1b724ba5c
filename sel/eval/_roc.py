"""Shares of counts, with intervals; thresholds that reach a share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.statistics.intervals import wilson

if TYPE_CHECKING:
    from sel.types import Mask, Scores


def share(name: str, part: int, whole: int) -> dict[str, float | None]:
    """A share and its interval after Wilson; None where there is nothing to share."""
    low, high = wilson(part, whole)
    there = part / whole if whole else None
    return {name: there, f"{name}_low": low, f"{name}_high": high}


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
