"""Noise that depends on a seed and a record, and on nothing else.

A counter-based generator: the number for a record is a hash of the seed and of what
the record is known by, so batches, shards, workers and order never change it. The
hash is the finaliser of SplitMix64, applied twice.

Source: Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators,
OOPSLA; Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3, SC.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np

from sel.errors import DataError
from sel.types import Keys, Scores

_GOLDEN = 0x9E3779B97F4A7C15
_START, _DRAW = 0x632BE59BD9B4E019, 0xD1B54A32D192ED03
_MASK = (1 << 64) - 1
_ROUNDS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST = np.uint64(31)


@dataclass(frozen=True)
class SeededNoise:
    """Noise for one seed; see sel.types.Noise."""

    seed: int = 0
    number: int = 0
    """Which of several independent draws."""

    def uniform(self, keys: Keys) -> Scores:
        """Numbers between 0 and 1, both excluded, shape (n,)."""
        bits = _mix(_mix(keys + np.uint64(_GOLDEN)) ^ self._start)
        return ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    @cached_property
    def _start(self) -> Keys:
        start = (self.seed * _GOLDEN + self.number * _DRAW + _START) & _MASK
        return _mix(np.array([start], np.uint64))

    def gumbel(self, keys: Keys) -> Scores:
        """Standard Gumbel numbers, shape (n,)."""
        return -np.log(-np.log(self.uniform(keys)))


class RecordedNoise:
    """Noise from a file, used up in the order of the records that need some.

    Args:
        numbers: (n,), what `gumbel` gives.
    """

    def __init__(self, numbers: Scores) -> None:
        self._numbers = numbers
        self._used = 0

    def gumbel(self, keys: Keys) -> Scores:
        """The next numbers, shape (n,).

        Raises:
            DataError: there are not enough.
        """
        self._used += len(keys)
        if self._used > len(self._numbers):
            msg = f"only {len(self._numbers):,} numbers are recorded"
            raise DataError(msg)
        return self._numbers[self._used - len(keys) : self._used]

    def uniform(self, keys: Keys) -> Scores:
        """The same, as the uniform numbers they come from."""
        return np.exp(-np.exp(-self.gumbel(keys)))


def key(value: bytes) -> int:
    """What chance knows a record by that is named by a value of its own."""
    return int.from_bytes(blake2b(value, digest_size=8).digest(), "little")


def _mix(bits: Keys) -> Keys:
    for shift, factor in _ROUNDS:
        bits = (bits ^ (bits >> shift)) * factor
    return bits ^ (bits >> _LAST)
