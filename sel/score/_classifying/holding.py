"""How well labels are told apart on examples that were held out."""

from __future__ import annotations

from math import atanh, nan, sqrt, tanh
from typing import TYPE_CHECKING

import numpy as np

from sel.maths.statistics.agreement import spearman
from sel.maths.statistics.areas import area
from sel.maths.statistics.intervals import Z, wilson

if TYPE_CHECKING:
    from sel.types import Indices, Keys, Mask, Noise, Scores

Measured = tuple[float, float, float]
"""A measure and its 95% interval; NaN where nothing can be said."""


def chosen(keys: Keys, codes: Indices, share: float, rng: Noise) -> Mask:
    """Which examples are held out: never all of a label, and equal ones together."""
    held = rng.uniform(keys) < share
    for code in range(codes.max() + 1):
        own = codes == code
        if held[own].all():
            held[own] = False
    return held


def measured(how: str, scores: Scores, codes: Indices) -> Measured:
    """The measure of that name.

    Args:
        how: auc, spearman or accuracy.
        scores: what was said; for accuracy the code of the label.
        codes: (n,), numbers of the labels.
    """
    n = len(codes)
    if how == "accuracy":
        right = int((scores == codes).sum())
        low, high = wilson(right, n)
        return _or_nan(right / n if n else None, low, high)
    if how == "spearman":
        value = spearman(scores, codes.astype(np.float64)) if n else None
        if value is None or n < 4:
            return _or_nan(value, None, None)
        middle, wide = atanh(min(max(value, -1 + 1e-15), 1 - 1e-15)), Z / sqrt(n - 3)
        return value, tanh(middle - wide), tanh(middle + wide)
    found = area(scores, codes == 1)
    value, low, high = found["auc"], found["auc_low"], found["auc_high"]
    if low is not None and low == high:  # all in order: as if each were a trial
        fewest = min(int((codes == 1).sum()), int((codes == 0).sum()))
        least, most = wilson(round(low * fewest), fewest)
        low, high = (least, high) if low > 0.5 else (low, most)
    return _or_nan(value, low, high)


def _or_nan(*values: float | None) -> Measured:
    a, b, c = (nan if value is None else value for value in values)
    return a, b, c
