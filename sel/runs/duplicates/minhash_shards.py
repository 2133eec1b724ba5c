"""`sel diversify minhash` on one of many shards: bands by partitions, then edges.

1. Each shard writes the keys of its bands, sorted.
2. Each takes a partition of the keys of all, and says which records share a bucket.
3. Each writes the n-grams of its own of these records.
4. Each compares the records of its buckets, all pairs of small ones: edges.
5. The first joins all edges, looks at large buckets in their order, and says what is
   dropped. What is known of each record, 24 bytes, is in temporary files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.maths.text import lsh, partitions
from sel.maths.text.lsh import UnionFind
from sel.records.ledger import SKIP, Ledger
from sel.runs.duplicates.bands import Bands, Keys, Numbered, keys_of
from sel.runs.duplicates.exact_shards import merged, refuse, written
from sel.runs.duplicates.near import Sets, alike
from sel.runs.duplicates.reading import Pass
from sel.runs.shards.rounds import Round, Rounds, check
from sel.streams import scratch
from sel.streams.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.request import Request
    from sel.runs.shards.rounds import States

__all__ = ["merged", "run"]

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
OPEN = 100
"""Shards whose states are open at a time."""
STEP = 1 << 20
"""Edges that are joined at once."""


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
    clusters: Numbers  # (1,), how many records are kept that something is near to

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.rows.ndim == 1


def run(request: Request) -> int:
    """Drop of this shard what is near to a record that is kept."""
    refuse(request)
    rounds = Rounds(request)
    form = _Clusters(request, rounds)
    if not rounds.ready(form):
        return 0
    assert request.share
    request.share.told |= {"facts": form.facts()}
    return written(request, rounds, form.keep)


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

    def asked(self, known: list[States]) -> Round | None:
        """See Form."""
        self._known = known
        steps = (
            Round(Bands, self._bands, large=True),
            Round(Buckets, self._buckets, large=True),
            Round(Shingles, self._shingles, large=True),
            Round(Edges, self._edges),
            Round(Dropped, self._dropped, large=True),
        )
        return (*steps, None)[len(known)]

    @cached_property
    def _numbered(self) -> Numbered:
        return Numbered(self._known[0], self._rounds)

    def _bands(self) -> Bands:
        """The keys of this shard."""
        plan, request = self._plan, self._request
        keys, worths = Keys(plan, self._rounds.shards), [np.zeros(0)]

        def collect(texts: list[str]) -> Any:
            return keys_of(self._module.collect(texts, plan), plan)

        request.say(plan.curve())
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass
        pass_ = Pass(request, collect, names=False, ledger=ledger)
        for read in pass_.read(self._rounds.stream(), "signatures"):
            found = read.result
            keys.add(found)
            if found.worth is not None:
                worths.append(found.spread(found.worth, -np.inf))
        return keys.bands(np.concatenate(worths), [keys.count])

    def _buckets(self) -> Buckets:
        """Who shares a bucket, in the partition of this shard."""
        small, large = _Held(), _Held()
        for members, sizes in self._numbered.buckets(self._plan.bands):
            few, many = lsh.apart(members, sizes)
            small.add(*few)
            large.add(*many)
        ends = np.cumsum(np.array(large.counts, np.int64).reshape(-1, 2), axis=0)
        sums = [*large.sums, partitions.checksum(*small.arrays())]
        return Buckets(
            *small.arrays(), *large.arrays(), ends, np.array(sums, np.uint64)
        )

    def _shingles(self) -> Shingles:
        """The n-grams of those of this shard that share a bucket."""
        wanted = self._numbered.own(np.zeros(0, np.int64))
        for one in self._known[1]:
            large = (one.many(band)[0] for band in range(self._plan.bands))
            for members in (one.few()[0], *large):
                self._numbered.mark(wanted, members)
        first, stream = self._numbered.firsts[self._rounds.shard], self._rounds.stream()
        sets = Sets(self._request, stream, self._plan.shingling, wanted)
        return Shingles(sets.rows + first, sets.ends[1:], sets.hashes)

    def _alike(self) -> Callable[[int, int], bool]:
        """Whether two records are near enough, by what all shards wrote."""
        opened = lru_cache(OPEN)(self._known[2].of)
        first = self._numbered.firsts

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
            nothing = np.zeros(0, np.int64)
            return Dropped(nothing, np.zeros(0, np.uint64), nothing)
        firsts = self._numbered.firsts
        total = int(firsts[-1])
        forest, near = UnionFind(total, scratch.zeros(total)), self._alike()
        for one in self._known[3]:
            for start in range(0, len(one.first), STEP):
                here = slice(start, start + STEP)
                forest.join_all(one.first[here], one.second[here])
        for members, sizes in self._large():
            lsh.cluster_large(forest, members, sizes, near)
        worth = Scratch(np.float64)
        for one, lines in zip(self._known[0], np.diff(firsts), strict=True):
            worth.write(one.worth if len(one.worth) else np.zeros(lines))
        dropped, best = Scratch(np.int64), scratch.zeros(total)
        for rows in lsh.surplus(forest, worth.rows(), best):
            dropped.write(rows)
        rows, clusters = dropped.rows(), np.count_nonzero(best)
        ends = np.searchsorted(rows, firsts).tolist()
        sums = [partitions.checksum(rows[a:b]) for a, b in pairwise(ends)]
        return Dropped(rows, np.array(sums, np.uint64), np.array([int(clusters)]))

    def _large(self) -> Iterator[tuple[Any, Any]]:
        """The large buckets, in the order of one run: by bands, then by keys."""
        shards = [i for i, one in enumerate(self._known[1]) if len(one.large)]
        opened = lru_cache(OPEN)(self._known[1].of)
        for band in range(self._plan.bands):
            for one in map(opened, shards):
                members, sizes = one.many(band)
                yield np.array(members), np.array(sizes)

    def facts(self) -> dict[str, int]:
        """What there is to say."""
        return {"clusters": int(self._known[4].of(0).clusters[0])}

    def keep(self) -> Any:
        """Whether each line of this shard is kept."""
        shard = self._rounds.shard
        dropped = self._known[4].of(0)
        bounds = self._numbered.firsts[shard : shard + 2]
        rows = dropped.rows[slice(*np.searchsorted(dropped.rows, bounds))]
        check(dropped.sums[shard], rows)
        return ~self._numbered.own(rows)


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
