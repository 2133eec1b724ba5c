"""Intervals of shares."""

from __future__ import annotations

from math import sqrt

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
