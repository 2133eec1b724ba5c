"""Sums of floats that depend on no order, as they are never rounded on the way.

Source: Kulisch 1971, the long accumulator; a whole number of the least float's size
holds any sum of floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import Self

_UNIT = 1 << 1074
"""The least float above 0 is one of so many."""


@dataclass(frozen=True)
class Exact:
    """A sum; sums add with `+`, in any order and any groups."""

    units: int = 0
    odd: float = 0.0
    """The sum of what is infinite, or no number."""

    @classmethod
    def of(cls, value: float) -> Self:
        """One float."""
        if not isfinite(value):
            return cls(0, value)
        above, below = value.as_integer_ratio()
        return cls(above * (_UNIT // below))

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return type(self)(self.units + other.units, self.odd + other.odd)

    @property
    def value(self) -> float:
        """The float that is nearest to it."""
        try:
            return self.units / _UNIT + self.odd
        except OverflowError:
            return (inf if self.units > 0 else -inf) + self.odd
