"""`sel diversify minhash` on one of many shards: bands by partitions, then edges.

1. Each shard writes the keys of its bands, sorted.
2. Each takes a partition of the keys of all, and says which records share a bucket.
3. Each writes the n-grams of its own of these records.
4. Each compares the records of its buckets, all pairs of small ones: edges.
5. The first joins all edges, looks at large buckets in their order, and says what is
   dropped. It holds 32 bytes for each record that has an edge or is in a large bucket.

"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.maths.text import lsh
from sel.maths.text.lsh import UnionFind
from sel.records.ledger import SKIP, Ledger
from sel.runs.duplicates.bands import Bands, Keys, Numbered, keys_of
from sel.runs.duplicates.near import Sets, alike
from sel.runs.duplicates.reading import Pass
from sel.runs.duplicates.shards import refuse, written
from sel.runs.rounds import Round, Rounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.request import Request
    from sel.runs.rounds import States

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
OPEN = 100
"""Shards whose n-grams are open at a time."""


@dataclass(frozen=True)
class Buckets:
    """The records of all shards that share keys, in a partition."""

    small: Numbers  # (s,), numbers of records, bucket after bucket
    small_sizes: Numbers
    large: Numbers  # (l,), band after band
    large_sizes: Numbers
    large_bands: Numbers  # (bands,), how many large buckets there are of each

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return bool(
            self.small_sizes.sum() == len(self.small)
            and self.large_sizes.sum() == len(self.large)
            and self.large_bands.sum() == len(self.large_sizes)
        )


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
    clusters: int

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
            Round(Buckets, self._buckets),
            Round(Shingles, self._shingles, large=True),
            Round(Edges, self._edges),
            Round(Dropped, self._dropped),
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
        bands = np.array(large.counts, np.int64)
        return Buckets(*small.arrays(), *large.arrays(), bands)

    def _shingles(self) -> Shingles:
        """The n-grams of those of this shard that share a bucket."""
        wanted = self._numbered.own(np.zeros(0, np.int64))
        for one in self._known[1]:
            wanted |= self._numbered.own(one.small) | self._numbered.own(one.large)
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
        own = self._known[1].of(self._rounds.shard)
        rows, members = np.unique(own.small, return_inverse=True)
        near, found = self._alike(), []

        def joined(a: int, b: int) -> bool:
            pair = int(rows[a]), int(rows[b])
            if there := near(*pair):
                found.append(pair)
            return there

        forest = UnionFind(len(rows))
        lsh.cluster_small(forest, members, own.small_sizes, joined)
        first, second = np.array(found, np.int64).reshape(-1, 2).T.copy()
        return Edges(first, second)

    def _dropped(self) -> Dropped:
        """All that is dropped, if this is the first shard."""
        if self._rounds.shard:
            return Dropped(np.zeros(0, np.int64), 0)
        edges = [np.concatenate([e.first, e.second]) for e in self._known[3]]
        pairs = [np.stack([e.first, e.second]) for e in self._known[3]]
        large = [one.large for one in self._known[1]]
        rows = np.unique(np.concatenate([*edges, *large]))
        forest, near = UnionFind(len(rows)), self._alike()
        a, b = np.searchsorted(rows, np.concatenate(pairs, axis=1))
        for one, other in zip(a.tolist(), b.tolist(), strict=True):
            forest.join(one, other)
        for members, sizes in self._large():
            places = np.searchsorted(rows, members)
            lsh.cluster_large(
                forest, places, sizes, lambda a, b: near(int(rows[a]), int(rows[b]))
            )
        kept = lsh.best(forest, self._worth(rows))
        dropped = kept != np.arange(len(rows))
        return Dropped(rows[dropped], len(np.unique(kept[dropped])))

    def _large(self) -> Iterator[tuple[Any, Any]]:
        """The large buckets, in the order of one run: by bands, then by keys."""
        each = list(self._known[1])
        sizes = [np.split(e.large_sizes, np.cumsum(e.large_bands)[:-1]) for e in each]
        whole = [[int(some.sum()) for some in one] for one in sizes]
        members = [
            np.split(e.large, np.cumsum(many)[:-1])
            for e, many in zip(each, whole, strict=True)
        ]
        for band in range(self._plan.bands):
            for some, many in zip(members, sizes, strict=True):
                yield some[band], many[band]

    def _worth(self, rows: Any) -> Any:
        """What the records of these numbers are worth."""
        found = np.zeros(len(rows))
        firsts = self._numbered.firsts[:-1]
        for first, one in zip(firsts, self._known[0], strict=True):
            here = (rows >= first) & (rows < first + len(one.worth))
            found[here] = one.worth[rows[here] - first]
        return found

    def facts(self) -> dict[str, int]:
        """What there is to say."""
        return {"clusters": self._known[4].of(0).clusters}

    def keep(self) -> Any:
        """Whether each line of this shard is kept."""
        return ~self._numbered.own(self._known[4].of(0).rows)


class _Held:
    """Buckets, as they are found."""

    def __init__(self) -> None:
        self._members, self._sizes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        self.counts: list[int] = []

    def add(self, members: Any, sizes: Any) -> None:
        """Those of a band."""
        self._members.append(members)
        self._sizes.append(sizes)
        self.counts.append(len(sizes))

    def arrays(self) -> tuple[Any, Any]:
        """The members and sizes of all."""
        return np.concatenate(self._members), np.concatenate(self._sizes)
