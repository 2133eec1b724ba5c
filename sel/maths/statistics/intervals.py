"""Intervals of shares and of means."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import cos, pi, sin, sqrt, tan
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


def prediction_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the range that 95% of further values fall into (Student's t).

    Args:
        values: at least 2.
    """
    return _around(values, 1 + 1 / len(values))


def mean_interval(
    values: Sequence[float], *, level: float = 0.95, shared: float = 0.0
) -> tuple[float, float, float]:
    """Mean, and an interval of the mean (Student's t), by default of 95%.

    Args:
        values: at least 2.
        level: how often such an interval holds the mean.
        shared: what the values share, as a part of the variance of one: it is added
            to that of the mean, as their number does not make it smaller.
    """
    return _around(values, 1 / len(values) + shared, level)


def _around(
    values: Sequence[float], variances: float, level: float = 0.95
) -> tuple[float, float, float]:
    wide = student(level, len(values) - 1) * stdev(values) * sqrt(variances)
    mean = fmean(values)
    return mean, mean - wide, mean + wide


@cache
def student(level: float, free: int) -> float:
    """The number that Student's t is below in size with a probability of `level`.

    Source: Abramowitz and Stegun 1964, Handbook of Mathematical Functions, 26.7.3 and
    26.7.4, exact for whole degrees of freedom; solved by halving.

    Args:
        level: above 0 and below 1.
        free: degrees of freedom, at least 1.
    """
    low, high = 0.0, pi / 2
    while low < (angle := (low + high) / 2) < high:
        low, high = (angle, high) if _within(angle, free) < level else (low, angle)
    return sqrt(free) * tan(low)


def _within(angle: float, free: int) -> float:
    """The probability of a t between -sqrt(free) tan(angle) and its opposite."""
    odd = free % 2
    term = total = cos(angle) if odd else 1.0
    for i in range(2 + odd, free, 2):
        term *= cos(angle) ** 2 * (i - 1) / i
        total += term
    if not odd:
        return sin(angle) * total
    return 2 / pi * (angle + (sin(angle) * total if free > 1 else 0.0))
