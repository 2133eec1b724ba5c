"""Places of 64-bit numbers in a table, many looked up at once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    Hashes = npt.NDArray[np.uint64]
    Places = npt.NDArray[np.int64]

_LAST = np.uint64((1 << 64) - 1)


class Table:
    """Numbers that are spread as those of a hash are.

    The high bits of a number say where to begin to look for it: a step or two on it is
    found, or something larger.

    Args:
        keys: (n,), rising.
    """

    def __init__(self, keys: Hashes) -> None:
        self.keys = keys

    @classmethod
    def of(cls, keys: Hashes) -> Self:
        """A table of numbers in any order, each of them once.

        numpy sorts numbers many times faster than it finds those that are unlike.
        """
        ranked = np.sort(keys)
        return cls(ranked[np.append(True, ranked[1:] != ranked[:-1])[: len(ranked)]])

    @cached_property
    def _known(self) -> tuple[Hashes, Places, np.uint64]:
        """The numbers with a last one, where to begin, and by which bits."""
        bits = max(len(self.keys), 2).bit_length()
        shift = np.uint64(64 - bits)
        firsts = np.arange(1 << bits, dtype=np.uint64) << shift
        return np.append(self.keys, _LAST), np.searchsorted(self.keys, firsts), shift

    def find(self, keys: Hashes) -> Places:
        """The place of each key, or -1, shape (m,)."""
        known, starts, shift = self._known
        at = starts.take((keys >> shift).view(np.int64))
        found = known.take(at)
        behind = np.flatnonzero(found < keys)
        while len(behind):
            at[behind] += 1
            there = known.take(at[behind])
            found[behind] = there
            behind = behind[there < keys[behind]]
        at[(found != keys) | (at == len(self.keys))] = -1
        return at
