"""Intervals of shares."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

Z = 1.959963984540054  # of a two-sided 95%


def wilson(part: int, whole: int) -> tuple[float | None, float | None]:
    """The 95% interval of a share; None where there is nothing to share.

    Source: Wilson 1927, Probable Inference, the Law of Succession, and Statistical
    Inference, JASA 22.
    """
    if not whole:
        return None, None
    p, square = part / whole, Z**2 / whole
    middle = (p + square / 2) / (1 + square)
    wide = Z * sqrt(p * (1 - p) / whole + square / (4 * whole)) / (1 + square)
    low = max(middle - wide, 0.0) if part else 0.0
    return low, min(middle + wide, 1.0) if part < whole else 1.0


# Student's t for a two-sided 95%, by degrees of freedom.
_T = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201)
_T_LONG = 2.2  # from 12 degrees on, on the safe side


def prediction_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the range that 95% of further values fall into (Student's t).

    Args:
        values: at least 2.
    """
    return _around(values, 1 + 1 / len(values))


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the 95% interval of the mean (Student's t).

    Args:
        values: at least 2.
    """
    return _around(values, 1 / len(values))


def _around(values: Sequence[float], variances: float) -> tuple[float, float, float]:
    free = len(values) - 1
    t = _T[free - 1] if free <= len(_T) else _T_LONG
    wide = t * stdev(values) * sqrt(variances)
    mean = fmean(values)
    return mean, mean - wide, mean + wide
