"""The best of many shards, where no machine holds them: by counts of ordered keys.

Each shard counts its records by the upper bits of their keys; the sum of all counts
says in which bin the last record falls that is kept, and what is asked next is the
counts within that bin alone, by the next bits. At the full width of a key the cut is
exact. Records that share the key of the cut are taken in the order of the shards.

Counts and costs are whole numbers, so that the order in which shards are added changes
nothing. What a shard says is at most BINS bins for a group, whatever records it has.

Source: Alabi et al. 2012, Fast k-selection algorithms for graphics processing units,
JEA 17, the radix form; Munro and Paterson 1980, Selection and sorting with limited
storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Whole = npt.NDArray[np.int64]

STEP = 16
"""Bits of a key that one question tells apart."""
WIDTH = 64
BINS = 1 << STEP
"""The most bins that are counted of a group."""
_SIGN = np.uint64(1 << 63)


def bits(keys: npt.ArrayLike) -> Bits:
    """Numbers of 64 bits that are ordered as the keys are, shape (n,).

    Args:
        keys: (n,), floats, none of them NaN; 0 and -0 are one.
    """
    raw = (np.asarray(keys, np.float64) + 0.0).view(np.uint64)
    ordered: Bits = np.where(raw >= _SIGN, ~raw, raw | _SIGN)
    return ordered


def numbers(bits: Bits) -> npt.NDArray[np.float64]:
    """The keys of such numbers, shape (n,)."""
    return np.where(bits >= _SIGN, bits ^ _SIGN, ~bits).view(np.float64)


@dataclass(frozen=True)
class Question:
    """How many records there are in each bin of a range of keys."""

    first: int = 0
    """The least key of the range."""
    span: int = WIDTH
    """The range has 2^span keys."""
    shift: int = WIDTH - STEP
    """A bin has 2^shift keys."""
    k: int | None = None
    """How many of the range are kept at most; None for any number."""
    budget: int | None = None
    """And what they cost at most."""


@dataclass(frozen=True)
class Cut:
    """The key of the last record that is kept; what has a higher one is kept as well.

    Of those with this very key so many are kept, in their order, and up to this cost;
    None is any number.
    """

    key: int
    k: int | None = None
    budget: int | None = None


NOTHING = Cut((1 << WIDTH) - 1, 0, 0)
"""The cut that keeps no record: no number has such a key."""
ALL = Cut(0)
"""The cut that keeps every record."""


@dataclass(frozen=True)
class Tally:
    """Counts of the records of some groups; tallies add with `+`."""

    names: tuple[str, ...]
    """The groups, in the order in which they came."""
    groups: Whole  # (m,), the number of the group of each bin; they rise
    bins: Bits  # (m,), the bits above the shift; in a group they rise
    counts: Whole  # (m,)
    costs: Whole  # (m,), the sums of the costs

    @classmethod
    def empty(cls) -> Tally:
        """Of no records."""
        none = np.zeros(0, np.int64)
        return cls((), none, none.astype(np.uint64), none, none)

    @classmethod
    def of(
        cls,
        keys: Bits,
        groups: Sequence[str],
        costs: Whole,
        asked: dict[str, Question] | Question,
    ) -> Tally:
        """Count records.

        Args:
            keys: (n,), see `bits`.
            groups: (n,), what each belongs to.
            costs: (n,), whole numbers.
            asked: of all, or of each group; of others nothing is asked.
        """
        names = list(dict.fromkeys(groups))
        place = {name: i for i, name in enumerate(names)}
        codes = np.array([place[name] for name in groups], np.int64)
        return cls._of(keys, codes, names, costs, asked)

    @classmethod
    def _of(
        cls,
        keys: Bits,
        codes: Whole,
        names: list[str],
        costs: Whole,
        asked: dict[str, Question] | Question,
    ) -> Tally:
        none = Question(span=0)
        each = [
            asked if isinstance(asked, Question) else asked.get(name, none)
            for name in names
        ]
        first = np.array([one.first for one in each], np.uint64)[codes]
        last = np.array([one.first + (1 << one.span) - 1 for one in each], np.uint64)
        shift = np.array([one.shift for one in each], np.uint64)[codes]
        good = (keys >= first) & (keys <= last[codes])
        if not isinstance(asked, Question):
            good &= np.array([name in asked for name in names], np.bool_)[codes]
        found = codes[good], (keys >> shift)[good]
        ones = np.ones(int(good.sum()), np.int64)
        return _summed(tuple(names), *found, ones, costs[good])

    def __add__(self, other: Tally) -> Tally:
        return added([self, other])

    def of_group(self, name: str) -> tuple[Bits, Whole, Whole]:
        """The bins of a group, their counts and costs; nothing if it is not there."""
        number = self._numbers.get(name, -1)
        some = slice(*np.searchsorted(self.groups, [number, number + 1]).tolist())
        return self.bins[some], self.counts[some], self.costs[some]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    def without(self, name: str, cut: Cut) -> Cut:
        """A cut for the shards after one that has said this when a bin was a key."""
        bins, counts, costs = self.of_group(name)
        here = bins == np.uint64(cut.key)
        many, much = int(counts[here].sum()), int(costs[here].sum())
        k = None if cut.k is None else max(cut.k - many, 0)
        budget = None if cut.budget is None else max(cut.budget - much, 0)
        return Cut(cut.key, k, budget)

    def totals(self) -> dict[str, tuple[int, int]]:
        """How many records each group has, and what they cost."""
        n = len(self.names)
        counts, costs = np.zeros(n, np.int64), np.zeros(n, np.int64)
        np.add.at(counts, self.groups, self.counts)
        np.add.at(costs, self.groups, self.costs)
        pairs = zip(counts.tolist(), costs.tolist(), strict=True)
        return dict(zip(self.names, pairs, strict=True))


def added(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies, at once."""
    some = list(tallies)
    names = tuple(dict.fromkeys(name for one in some for name in one.names))
    place = {name: i for i, name in enumerate(names)}
    codes = [
        np.array([place[name] for name in one.names], np.int64)[one.groups]
        for one in some
    ]
    none = Tally.empty()
    return _summed(
        names,
        np.concatenate([none.groups, *codes]),
        np.concatenate([none.bins, *(one.bins for one in some)]),
        np.concatenate([none.counts, *(one.counts for one in some)]),
        np.concatenate([none.costs, *(one.costs for one in some)]),
    )


def _summed(
    names: tuple[str, ...], codes: Whole, bins: Bits, counts: Whole, costs: Whole
) -> Tally:
    """Counts of which several may be of one bin, as a tally."""
    if not len(codes):
        none = Tally.empty()
        return Tally(names, none.groups, none.bins, none.counts, none.costs)
    order = np.lexsort((bins, codes))
    codes, bins = codes[order], bins[order]
    new = np.ones(len(codes), np.bool_)
    new[1:] = (codes[1:] != codes[:-1]) | (bins[1:] != bins[:-1])
    starts = np.flatnonzero(new)
    sums = (np.add.reduceat(column[order], starts) for column in (counts, costs))
    return Tally(names, codes[starts], bins[starts], *sums)


def begun(k: int | None, budget: float | None) -> Question | Cut:
    """What is asked first of a group, or what is known of it at once."""
    if k == 0 or budget == 0:
        return NOTHING
    return Question(k=k, budget=None if budget is None else int(budget))


def answered(
    asked: Question, bins: Bits, counts: Whole, costs: Whole
) -> Question | Cut:
    """What to ask next, or the cut.

    Args:
        asked: the question.
        bins: (m,), the answer of all shards; they rise.
        counts: (m,).
        costs: (m,).
    """
    many, much = np.cumsum(counts[::-1]), np.cumsum(costs[::-1])
    full = np.zeros(len(bins), np.bool_)
    if asked.k is not None:
        full |= many >= asked.k
    if asked.budget is not None:
        full |= much >= asked.budget
    if not full.any():
        return Cut(asked.first)
    at = int(np.argmax(full))
    count, cost = int(counts[::-1][at]), int(costs[::-1][at])
    k = None if asked.k is None else asked.k - int(many[at]) + count
    left = None if asked.budget is None else asked.budget - int(much[at]) + cost
    first = int(bins[::-1][at]) << asked.shift
    if not asked.shift:
        return Cut(first, k, left)
    # So few records have no more keys than a question may have bins.
    shift = 0 if count <= BINS else max(asked.shift - STEP, 0)
    return Question(first, asked.shift, shift, k, left)


class Taking:
    """Takes the records of a shard, one after the other, by the cut.

    Args:
        cut: that of the shard.
        over: what becomes of the record that crosses the budget: left out, taken, or
            whichever comes nearer to the budget.
    """

    def __init__(self, cut: Cut, over: str = "under") -> None:
        self.cut, self._over = cut, over
        self._k, self._budget = cut.k, cut.budget

    def take(self, keys: Bits, costs: Whole) -> npt.NDArray[np.bool_]:
        """Which records are kept, shape (n,).

        Args:
            keys: (n,), see `bits`.
            costs: (n,).
        """
        kept = keys > np.uint64(self.cut.key)
        tied = np.flatnonzero(keys == np.uint64(self.cut.key))
        if self._k is None and self._budget is None:
            kept[tied] = True
            return kept
        for at in tied.tolist():
            if self._k == 0 or self._budget == 0:
                break
            kept[at] = self._fits(int(costs[at]))
        return kept

    def _fits(self, cost: int) -> bool:
        if self._k is not None:
            self._k -= 1
        if self._budget is None:
            return True
        before, left = self._budget, self._budget - cost
        self._budget = max(left, 0)
        near = self._over == "nearest" and before > -left
        return left >= 0 or self._over == "over" or near
