"""Shares of counts, with intervals; thresholds that reach a share."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.ranking.ranks import ranks
from sel.maths.statistics.intervals import Z, wilson

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


def area(scores: Scores, positive: Mask) -> dict[str, float | None]:
    """The area under the ROC curve, with its 95% interval.

    The chance that a positive scores higher than a negative; equal ones count half.

    Source: DeLong, DeLong and Clarke-Pearson 1988, Comparing the Areas under Two or
    More Correlated Receiver Operating Characteristic Curves, Biometrics 44.
    """
    rising = -scores
    high, low = rising[positive], rising[~positive]
    if not len(high) or not len(low):
        return dict.fromkeys(("auc", "auc_low", "auc_high"))
    whole = ranks(rising)
    above = (whole[positive] - ranks(high)) / len(low)
    below = 1 - (whole[~positive] - ranks(low)) / len(high)
    value = float(above.mean())
    spread = sum(float(v.var(ddof=1)) / len(v) for v in (above, below) if len(v) > 1)
    wide = Z * sqrt(spread)
    ends = max(value - wide, 0.0), min(value + wide, 1.0)
    return {"auc": value, "auc_low": ends[0], "auc_high": ends[1]}


def average_precision(scores: Scores, positive: Mask) -> float | None:
    """Precision at each threshold, weighted by the growth of recall."""
    _, sizes, hits = cumulated(scores, positive)
    if not len(hits) or not hits[-1]:
        return None
    growth = np.diff(hits, prepend=0) / hits[-1]
    return float((growth * hits / sizes).sum())
