"""The ranks of the records of many shards in several fields: by ranges of values.

1. Each shard writes the values that it has, sorted, and how often.
2. Each takes a range of the values of all shards, a partition, and says for each value
   of each shard where it stands among all.

What is held of a partition is about 60 bytes for each value in it, of one field at a
time. A record then has the ranks of its values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.maths.ranking import cuts
from sel.maths.ranking.standings import splits, standings
from sel.maths.text.partitions import checksum
from sel.records.ledger import SKIP, Ledger
from sel.runs import pool
from sel.runs.shards.rounds import Round, check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sel.maths.ranking.cuts import Bits, Whole
    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.shards.cutting import Beginning
    from sel.runs.shards.rounds import Rounds, States

STEPS = 2
"""Rounds that it takes."""
CHUNK = 1 << 12
"""Values of which there is a sum."""
SAMPLE = 1 << 10
"""Values of a shard by which ranges are made."""
PENDING = 1 << 20
"""Values that are held before they are put together."""


@dataclass(frozen=True)
class Values:
    """The values that a shard has in each field."""

    keys: npt.NDArray[np.uint64]  # (n,), field after field, rising in each
    upto: npt.NDArray[np.int64]  # (n,), how many records of the field have one up to it
    ends: npt.NDArray[np.int64]  # (fields,)
    sums: npt.NDArray[np.uint64]  # of each CHUNK

    def sound(self) -> bool:
        """Whether a run can have left this."""
        many = -(-len(self.keys) // CHUNK)
        same = self.keys.shape == self.upto.shape == (self.ends[-1],)
        return bool(same and self.sums.shape == (many,))

    @classmethod
    def of(cls, columns: list[tuple[Bits, Whole]]) -> Values:
        """Of the values of each field, and how often each is there."""
        keys = np.concatenate([keys for keys, _ in columns])
        upto = np.concatenate([np.cumsum(many) for _, many in columns])
        ends = np.cumsum([len(keys) for keys, _ in columns], dtype=np.int64)
        starts = range(0, len(keys), CHUNK)
        sums = [checksum(keys[a : a + CHUNK], upto[a : a + CHUNK]) for a in starts]
        return cls(keys, upto, ends, np.array(sums, np.uint64))

    def field(self, number: int) -> tuple[int, int]:
        """Where the values of a field begin and end."""
        return int(self.ends[number - 1]) if number else 0, int(self.ends[number])

    def sample(self, number: int) -> tuple[Any, int]:
        """Values of a field at even distances, and how many there are of all."""
        first, last = self.field(number)
        size = last - first
        at = np.arange(min(size, SAMPLE)) * size // max(min(size, SAMPLE), 1)
        return np.array(self.keys[first + at]), size

    def between(self, number: int, low: int | None, high: int | None) -> Any:
        """Values of a field within a range, how often each is there, and how many
        records have higher ones.

        Raises:
            DataError: they are not what was written.
        """
        first, last = self.field(number)
        own = self.keys[first:last]
        a = 0 if low is None else int(np.searchsorted(own, np.uint64(low)))
        b = len(own) if high is None else int(np.searchsorted(own, np.uint64(high)))
        upto = self._checked(self.upto, first + max(a - 1, 0), first + b)
        upto = upto if a else np.append(0, upto)
        keys = self._checked(self.keys, first + a, first + b)
        return keys, np.diff(upto), self.total(number) - int(upto[-1])

    def total(self, number: int) -> int:
        """How many records have a value of a field."""
        first, last = self.field(number)
        return int(self._checked(self.upto, last - 1, last)[0]) if last > first else 0

    def _checked(self, column: Any, first: int, last: int) -> Any:
        """A slice, after a look at the chunks that it is of."""
        for at in range(first // CHUNK, -(-last // CHUNK)):
            if at not in self._sound:
                some = slice(at * CHUNK, (at + 1) * CHUNK)
                check(self.sums[at], self.keys[some], self.upto[some])
                self._sound.add(at)
        return np.array(column[first:last])

    @cached_property
    def _sound(self) -> set[int]:
        return set()


@dataclass(frozen=True)
class Numbers:
    """What the values of all shards within a partition come to."""

    values: npt.NDArray[np.float64]  # field after field, in each shard after shard
    ends: npt.NDArray[np.int64]  # (fields * shards,)
    sums: npt.NDArray[np.uint64]  # (fields * shards,)

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return (
            self.values.shape == (self.ends[-1],) and self.ends.shape == self.sums.shape
        )

    def of(self, number: int) -> Any:
        """Those of a field and a shard, by the number of both.

        Raises:
            DataError: they are not what was written.
        """
        first = self.ends[number - 1] if number else 0
        found = np.array(self.values[first : self.ends[number]])
        check(self.sums[number], found)
        return found


class Standing:
    """Gives the records of this shard numbers by where they stand among all.

    Args:
        request: says how to read.
        rounds: the shards.
        beginning: where this one begins.
        wanted: what is asked of each record.
        fields: how many columns there are.
        columns: from a block to their values, the highest first; (n, fields), NaN for
            none.
        worth: from what `standings` gives, and how many values there are, to numbers,
            shape (m,), those of the first of equal records.
        turns: whether equal records get numbers in turns.
    """

    def __init__(
        self,
        request: Request,
        rounds: Rounds,
        beginning: Beginning,
        *,
        wanted: Mapping[str, Any],
        fields: int,
        columns: Callable[[Part], Any],
        worth: Callable[[Any, Any, Any, int], Any],
        turns: bool = False,
    ) -> None:
        self._request, self._rounds, self._beginning = request, rounds, beginning
        self._worth, self._turns = worth, turns
        self.wanted, self._columns, self._fields = wanted, columns, range(fields)
        self._known: list[States] = []

    def asked(self, known: list[States]) -> Round | None:
        """See Form; there are STEPS rounds."""
        self._known = known
        steps = (
            Round(Values, self._values, large=True),
            Round(Numbers, self._numbers, large=True),
            None,
        )
        return steps[len(known)]

    def _values(self) -> Values:
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass
        held = [_Held() for _ in self._fields]
        stream = self._rounds.stream(self._beginning.first)
        for part in pool.parts(self._request, stream, self.wanted, ledger, "ranking"):
            for one, column in zip(held, self._columns(part).T, strict=True):
                one.add(column[~np.isnan(column)])
        return Values.of([one.whole() for one in held])

    def _numbers(self) -> Numbers:
        """What the values of this partition come to."""
        number, shards = self._rounds.shard, self._rounds.shards
        found: list[Any] = []
        for field in self._fields:
            total = sum(one.total(field) for one in self._known[0])
            pairs = (one.sample(field) for one in self._known[0])
            some, sizes = zip(*pairs, strict=True)
            ends = splits(some, sizes, shards).tolist()
            low, high = [None, *ends][number], [*ends, None][number]
            parts = [one.between(field, low, high) for one in self._known[0]]
            keys, counts, above = zip(*parts, strict=True)
            worth = self._worth(*standings(keys, counts, sum(above)), total)
            found += np.split(worth, np.cumsum([len(one) for one in keys])[:-1])
        ends_ = np.cumsum([len(one) for one in found], dtype=np.int64)
        sums = np.array([checksum(one) for one in found], np.uint64)
        return Numbers(np.concatenate(found).astype(np.float64), ends_, sums)

    @cached_property
    def _own(self) -> list[tuple[Any, Any]]:
        """The values of this shard in each field, and their numbers."""
        shard, shards = self._rounds.shard, self._rounds.shards
        values, found = self._known[0].of(shard), []
        for field in self._fields:
            keys, _, _ = values.between(field, None, None)
            parts = [one.of(field * shards + shard) for one in self._known[1]]
            found.append((keys, np.concatenate(parts)))
        return found

    def begin(self) -> None:
        """Give numbers from the beginning."""
        self._seen = [np.zeros(len(keys) * self._turns) for keys, _ in self._own]

    def of(self, part: Part) -> Any:
        """The numbers of a block, (n, fields); NaN where there is no value."""
        columns = self._columns(part)
        for field, column in enumerate(columns.T):
            there = np.flatnonzero(~np.isnan(column))
            keys, numbers = self._own[field]
            at = np.searchsorted(keys, cuts.bits(column[there]))
            column[there] = numbers[at]
            if self._turns:
                column[there] += self._turn(field, at)
        return columns

    def _turn(self, field: int, at: Any) -> Any:
        """How many records of this shard with the same value came before."""
        seen = self._seen[field]
        order = np.argsort(at, kind="stable")
        _, starts, sizes = np.unique(at[order], return_index=True, return_counts=True)
        turns = np.empty(len(at))
        turns[order] = np.arange(len(at)) - np.repeat(starts, sizes)
        turns += seen[at]
        np.add.at(seen, at, 1)
        return turns


class _Held:
    """The values of a field, as they are found."""

    def __init__(self) -> None:
        none = np.zeros(0, np.int64)
        self._keys, self._counts = [none.astype(np.uint64)], [none]
        self._pending = 0

    def add(self, column: Any) -> None:
        """Those of a block."""
        keys, counts = np.unique(cuts.bits(column), return_counts=True)
        self._keys.append(keys)
        self._counts.append(counts)
        self._pending += len(keys)
        if self._pending > PENDING + len(self._keys[0]):
            self.whole()

    def whole(self) -> tuple[Any, Any]:
        """Each value, rising, and how often it is there."""
        keys, at = np.unique(np.concatenate(self._keys), return_inverse=True)
        counts = np.zeros(len(keys), np.int64)
        np.add.at(counts, at, np.concatenate(self._counts))
        self._keys, self._counts, self._pending = [keys], [counts], 0
        return keys, counts
