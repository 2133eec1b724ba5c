"""Sums of floats that do not depend on the order of the terms.

Source: Shewchuk 1997, Adaptive Precision Floating-Point Arithmetic and Fast Robust
Geometric Predicates, section 2: a sum as terms that do not overlap.
"""

from __future__ import annotations

from math import fsum, inf, isfinite


def added(terms: list[float], more: list[float]) -> list[float]:
    """The terms of an exact sum, and those of another.

    What cannot be held is infinite, or not a number.
    """
    for value in more:
        kept = []
        for term in terms:
            large, small = (value, term) if abs(value) > abs(term) else (term, value)
            value = large + small
            if rest := small - (value - large):
                kept.append(rest)
        if not isfinite(value):
            return [value]
        terms = [*kept, value]
    return terms


def total(terms: list[float]) -> float:
    """The sum, rounded once."""
    try:
        return fsum(terms)
    except OverflowError:
        return inf
