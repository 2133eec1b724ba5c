"""Which 128-bit hashes were seen before: exactly, or by a Bloom filter.

Source: Bloom 1970, Space/time trade-offs in hash coding with allowable errors.
"""

from __future__ import annotations

from math import ceil, log

import numpy as np
import numpy.typing as npt

WideHashes = npt.NDArray[np.uint64]
"""Shape (n, 2): 128 bits a row."""
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

PER_HASH = 50  # bytes of memory for each different hash, about
_FREE = np.uint32(0xFFFFFFFF)
_FULL = 0.5  # of the places may be taken


class Seen:
    """All hashes, numbered in the order in which they came first."""

    def __init__(self, known: WideHashes | None = None) -> None:
        self._hashes = np.empty((1 << 10, 2), np.uint64)
        self._table = np.full(1 << 11, _FREE)
        self.count = 0
        if known is not None:
            self.add(known)

    @property
    def hashes(self) -> WideHashes:
        """Every hash, by its number."""
        return self._hashes[: self.count]

    def add(self, hashes: WideHashes) -> tuple[Numbers, Mask]:
        """The number of each hash, and whether it is new; both shape (n,)."""
        self._grow(self.count + len(hashes))
        places = self._places(hashes)
        new = self._table[places] == _FREE
        numbers = np.empty(len(hashes), np.int64)
        numbers[~new] = self._table[places[~new]]
        fresh = np.flatnonzero(new)
        if len(fresh):
            _, back, inverse = np.unique(
                hashes[fresh], axis=0, return_index=True, return_inverse=True
            )
            order = np.argsort(np.argsort(back))
            numbers[fresh] = self.count + order[inverse.ravel()]
            new[fresh] = False
            new[fresh[back]] = True
            self._store(hashes[fresh[np.sort(back)]])
        return numbers, new

    def _store(self, hashes: WideHashes) -> None:
        """Keep hashes that are new, and unlike one another."""
        end = self.count + len(hashes)
        self._hashes[self.count : end] = hashes
        self._enter(np.arange(self.count, end))
        self.count = end

    def _enter(self, numbers: Numbers) -> None:
        """Give places to hashes that are kept already."""
        while len(numbers):
            places = self._places(self._hashes[numbers])
            self._table[places] = numbers.astype(np.uint32)
            numbers = numbers[self._table[places] != numbers]  # another one has it

    def _places(self, hashes: WideHashes) -> Numbers:
        """Where each hash is, or where it would go."""
        mask = len(self._table) - 1
        places = (hashes[:, 0] & np.uint64(mask)).astype(np.int64)
        searching = np.arange(len(hashes))
        while len(searching):
            there = self._table[places[searching]]
            taken = there != _FREE
            searching, there = searching[taken], there[taken]
            other = (self._hashes[there] != hashes[searching]).any(axis=1)
            searching = searching[other]
            places[searching] = (places[searching] + 1) & mask
        return places

    def _grow(self, wanted: int) -> None:
        if wanted > len(self._hashes):
            more = np.empty((max(wanted, 3 * len(self._hashes) // 2), 2), np.uint64)
            more[: self.count] = self.hashes
            self._hashes = more
        size = len(self._table)
        while wanted > _FULL * size:
            size *= 2
        if size > len(self._table):
            self._table = np.full(size, _FREE)
            step = 1 << 16
            for first in range(0, self.count, step):
                self._enter(np.arange(first, min(first + step, self.count)))


class Bloom:
    """A set in fixed memory, which takes a share of the new for seen.

    Args:
        rate: that share, once `capacity` different hashes are in it.
        capacity: for how many it is made.
    """

    def __init__(self, rate: float, capacity: int) -> None:
        bits = ceil(-capacity * log(rate) / log(2) ** 2)
        self.rate = rate
        self._bytes = np.zeros(bits // 8 + 1, np.uint8)
        self._probes = max(1, round(bits / capacity * log(2)))
        self.count = 0

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._bytes)

    @property
    def full(self) -> float:
        """The rate that it has come to: the share of bits set, once for each probe."""
        bits = int(np.bitwise_count(self._bytes).sum())
        return float((bits / (8 * self.size)) ** self._probes)

    def add(self, hashes: WideHashes) -> Mask:
        """Whether each hash is new, shape (n,), as if they came one by one."""
        if not len(hashes):
            return np.zeros(0, np.bool_)
        probes = np.arange(self._probes, dtype=np.uint64)
        bits = hashes[:, :1] + probes * (hashes[:, 1:] | np.uint64(1))
        bits %= np.uint64(8 * self.size)
        at, bit = (bits >> np.uint64(3)).astype(np.int64), 1 << (bits & np.uint64(7))
        seen = (self._bytes[at] & bit.astype(np.uint8)) > 0
        _, first, inverse = np.unique(bits, return_index=True, return_inverse=True)
        setter = first[inverse.reshape(bits.shape)] // self._probes
        seen |= setter < np.arange(len(bits))[:, None]
        np.bitwise_or.at(self._bytes, at, bit.astype(np.uint8))
        new = ~seen.all(axis=1)
        self.count += int(new.sum())
        return np.asarray(new, np.bool_)
