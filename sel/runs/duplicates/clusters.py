"""`sel diversify minhash` on one of many shards: bands by partitions, then edges.

1. Each shard writes the keys of its bands, sorted.
2. Each takes a partition of the keys of all, and says which records share a bucket.
3. Each writes the n-grams of its own of these records.
4. Each compares the records of its buckets, all pairs of small ones: edges.
5. The first joins all edges, looks at large buckets in their order, and says what is
   dropped. What is known of each record, 24 bytes, is in temporary files.

What is held of a partition is about 24 bytes for each key in it, of one band at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.maths.text import lsh, minhash, partitions
from sel.maths.text.lsh import UnionFind
from sel.records.ledger import SKIP, Ledger
from sel.runs.duplicates.near import Sets, alike
from sel.runs.duplicates.reading import Pass
from sel.runs.duplicates.shards import check, refuse, written
from sel.runs.rounds import Round, Rounds
from sel.streams import scratch
from sel.streams.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.request import Request
    from sel.runs.rounds import States

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
OPEN = 100
"""Shards whose n-grams are open at a time."""
STEP = 1 << 20
"""Edges that are joined at once."""


@dataclass(frozen=True)
class Bands:
    """The keys of the bands of a shard."""

    keys: Words  # band after band, rising in each
    rows: Numbers  # among the lines of the shard that are not blank
    ends: Numbers  # (bands,)
    sums: Words  # (bands * partitions,), a checksum of each
    worth: npt.NDArray[np.float64]  # (lines,), -inf for a bad line

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.keys.ndim == 1 and self.keys.shape == self.rows.shape

    def part(self, band: int, number: int) -> tuple[Any, Any]:
        """The keys of a partition of a band, and their rows.

        Raises:
            DataError: they are not what was written.
        """
        first = int(self.ends[band - 1]) if band else 0
        own, shards = slice(first, int(self.ends[band])), len(self.sums)
        shards //= len(self.ends)
        ends = partitions.bounds(self.keys[own], shards) + first
        some = slice(ends[number], ends[number + 1])
        found = self.keys[some], self.rows[some]
        check(self.sums[band * shards + number], *found)
        return found


@dataclass(frozen=True)
class Buckets:
    """The records of all shards that share keys, in a partition."""

    small: Numbers  # (s,), numbers of records, bucket after bucket
    small_sizes: Numbers
    large: Numbers  # (l,), band after band
    large_sizes: Numbers
    large_bands: Numbers  # (bands, 2), where members and sizes of each end
    sums: Words  # (bands + 1,), a checksum of each; the last of the small ones

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.large_bands.shape == (len(self.sums) - 1, 2)

    def few(self) -> tuple[Any, Any]:
        """The members and sizes of small buckets.

        Raises:
            DataError: they are not what was written.
        """
        check(self.sums[-1], self.small, self.small_sizes)
        return self.small, self.small_sizes

    def many(self, band: int) -> tuple[Any, Any]:
        """The members and sizes of the large buckets of a band.

        Raises:
            DataError: they are not what was written.
        """
        first = self.large_bands[band - 1].tolist() if band else [0, 0]
        last = self.large_bands[band].tolist()
        found = self.large[first[0] : last[0]], self.large_sizes[first[1] : last[1]]
        check(self.sums[band], *found)
        return found


@dataclass(frozen=True)
class Shingles:
    """The n-grams of the records of a shard that share a bucket with another."""

    rows: Numbers  # (n,), numbers of records; they rise
    ends: Numbers  # (n,)
    hashes: Words

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.rows.shape == self.ends.shape

    def of(self, row: int) -> Any:
        """The set of a record, sorted."""
        at = int(np.searchsorted(self.rows, row))
        return np.asarray(self.hashes[self.ends[at - 1] if at else 0 : self.ends[at]])


@dataclass(frozen=True)
class Edges:
    """Records of small buckets that are near, in a partition."""

    first: Numbers  # (e,), numbers of records
    second: Numbers  # (e,)

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.first.ndim == 1 and self.first.shape == self.second.shape


@dataclass(frozen=True)
class Dropped:
    """What is dropped of all shards; only the first says it."""

    rows: Numbers  # (n,), numbers of records; they rise
    sums: Words  # (shards,), a checksum of each

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.rows.ndim == 1


def run(request: Request) -> int:
    """Drop of this shard what is near to a record that is kept."""
    refuse(request)
    rounds = Rounds(request)
    form = _Clusters(request, rounds)
    return written(request, rounds, form.keep) if rounds.ready(form) else 0


class _Clusters:
    """Near-duplicates among all records.

    A record is known by its number among the lines of all shards that are not blank.

    Args:
        request: says when texts are near.
        rounds: the shards.
    """

    def __init__(self, request: Request, rounds: Rounds) -> None:
        self._request, self._rounds = request, rounds
        self._module = request.method.load()
        self._plan = self._module.plan(**request.own["plan"])
        self._known: list[States] = []
        self._first: list[int] = []

    def asked(self, known: list[States]) -> Round | None:
        """See Form."""
        self._known = known
        if known and not self._first:
            sizes = [len(one.worth) for one in known[0]]
            self._first = [0, *np.cumsum(sizes, dtype=np.int64).tolist()]
        steps = (
            Round(Bands, self._bands, large=True),
            Round(Buckets, self._buckets, large=True),
            Round(Shingles, self._shingles, large=True),
            Round(Edges, self._edges),
            Round(Dropped, self._dropped, large=True),
        )
        return (*steps, None)[len(known)]

    def _bands(self) -> Bands:
        """The keys of this shard."""
        plan, request = self._plan, self._request
        columns = [Scratch(np.uint64) for _ in range(plan.bands)]
        worths = [np.zeros(0)]

        def collect(texts: list[str]) -> Any:
            signatures = self._module.collect(texts, plan)
            return minhash.band_keys(signatures, plan.bands, plan.rows)

        request.say(plan.curve())
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass
        pass_ = Pass(request, collect, names=False, ledger=ledger)
        for read in pass_.read(self._rounds.stream(), "signatures"):
            found = read.result
            for column, keys in zip(
                columns, found.spread(found.values, 0).T, strict=True
            ):
                column.write(keys)
            none = np.zeros(len(found.places))
            worth = none if found.worth is None else found.worth
            worths.append(found.spread(worth, -np.inf))
        return self._sorted(columns, np.concatenate(worths))

    def _sorted(self, columns: list[Scratch], worth: Any) -> Bands:
        keys, rows = Scratch(np.uint64), Scratch(np.int64)
        sums, ends = [], []
        for column in columns:
            plain = np.asarray(column.rows())
            order = np.argsort(plain, kind="stable")
            order = order[np.count_nonzero(plain == 0) :]  # 0 stands for none
            ranked = plain[order]
            cut = partitions.bounds(ranked, self._rounds.shards).tolist()
            sums += [
                partitions.checksum(ranked[a:b], order[a:b]) for a, b in pairwise(cut)
            ]
            keys.write(ranked)
            rows.write(order)
            ends.append(keys.count)
        found = np.array(ends, np.int64), np.array(sums, np.uint64)
        return Bands(keys.rows(), rows.rows(), *found, worth)

    def _buckets(self) -> Buckets:
        """Who shares a bucket, in the partition of this shard."""
        small, large = _Held(), _Held()
        for band in range(self._plan.bands):
            keys, rows = [], []
            for first, one in zip(self._first, self._known[0], strict=False):
                some, places = one.part(band, self._rounds.shard)
                keys.append(np.array(some))
                rows.append(places + first)
            all_rows = np.concatenate(rows)
            members, sizes = lsh.runs(np.concatenate(keys))
            few, many = lsh.apart(all_rows[members], sizes)
            small.add(*few)
            large.add(*many)
        ends = np.cumsum(np.array(large.counts, np.int64).reshape(-1, 2), axis=0)
        sums = [*large.sums, partitions.checksum(*small.arrays())]
        return Buckets(
            *small.arrays(), *large.arrays(), ends, np.array(sums, np.uint64)
        )

    def _shingles(self) -> Shingles:
        """The n-grams of those of this shard that share a bucket."""
        shard = self._rounds.shard
        first, last = self._first[shard : shard + 2]
        wanted = np.zeros(last - first, np.bool_)
        for one in self._known[1]:
            large = (one.many(band)[0] for band in range(self._plan.bands))
            for members in (one.few()[0], *large):
                here = (members >= first) & (members < last)
                wanted[members[here] - first] = True
        stream = self._rounds.stream()
        sets = Sets(self._request, stream, self._plan.shingling, wanted)
        return Shingles(sets.rows + first, sets.ends[1:], sets.hashes)

    def _alike(self) -> Callable[[int, int], bool]:
        """Whether two records are near enough, by what all shards wrote."""
        opened = lru_cache(OPEN)(self._known[2].of)
        first = np.array(self._first)

        def shingles(row: int) -> Any:
            shard = int(np.searchsorted(first, row, "right")) - 1
            return opened(shard).of(row)

        return lambda a, b: alike(shingles(a), shingles(b), self._plan.threshold)

    def _edges(self) -> Edges:
        """Who is near to whom in the small buckets of the partition of this shard."""
        small, sizes = self._known[1].of(self._rounds.shard).few()
        rows, members = np.unique(small, return_inverse=True)
        near, found = self._alike(), []

        def joined(a: int, b: int) -> bool:
            pair = int(rows[a]), int(rows[b])
            if there := near(*pair):
                found.append(pair)
            return there

        forest = UnionFind(len(rows))
        lsh.cluster_small(forest, members, np.asarray(sizes), joined)
        first, second = np.array(found, np.int64).reshape(-1, 2).T.copy()
        return Edges(first, second)

    def _dropped(self) -> Dropped:
        """All that is dropped, if this is the first shard."""
        if self._rounds.shard:
            return Dropped(np.zeros(0, np.int64), np.zeros(0, np.uint64))
        total = self._first[-1]
        forest, near = UnionFind(total, scratch.zeros(total)), self._alike()
        for one in self._known[3]:
            for start in range(0, len(one.first), STEP):
                here = slice(start, start + STEP)
                forest.join_all(one.first[here], one.second[here])
        for members, sizes in self._large():
            lsh.cluster_large(forest, members, sizes, near)
        worth = Scratch(np.float64)
        for one in self._known[0]:
            worth.write(one.worth)
        dropped = Scratch(np.int64)
        for rows in lsh.surplus(forest, worth.rows(), scratch.zeros(total)):
            dropped.write(rows)
        rows = dropped.rows()
        ends = np.searchsorted(rows, self._first).tolist()
        sums = [partitions.checksum(rows[a:b]) for a, b in pairwise(ends)]
        return Dropped(rows, np.array(sums, np.uint64))

    def _large(self) -> Iterator[tuple[Any, Any]]:
        """The large buckets, in the order of one run: by bands, then by keys."""
        for band in range(self._plan.bands):
            for one in self._known[1]:
                members, sizes = one.many(band)
                yield np.array(members), np.array(sizes)

    def keep(self) -> Any:
        """Whether each line of this shard is kept."""
        shard = self._rounds.shard
        first, last = self._first[shard : shard + 2]
        dropped = self._known[4].of(0)
        rows = dropped.rows[slice(*np.searchsorted(dropped.rows, [first, last]))]
        check(dropped.sums[shard], rows)
        mask = np.ones(last - first, np.bool_)
        mask[rows - first] = False
        return mask


class _Held:
    """Buckets, as they are found."""

    def __init__(self) -> None:
        self._members, self._sizes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        self.counts: list[tuple[int, int]] = []
        self.sums: list[int] = []

    def add(self, members: Any, sizes: Any) -> None:
        """Those of a band."""
        self._members.append(members)
        self._sizes.append(sizes)
        self.counts.append((len(members), len(sizes)))
        self.sums.append(partitions.checksum(members, sizes))

    def arrays(self) -> tuple[Any, Any]:
        """The members and sizes of all."""
        return np.concatenate(self._members), np.concatenate(self._sizes)
