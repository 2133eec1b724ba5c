"""`sel diversify against` on one of many shards: what each has an older twin of.

1. Each shard writes the keys of the bands of its records, and of its part of the older
   ones, sorted.
2. Each takes a partition of the keys of all, and says which records share a bucket.
3. Each writes the signatures of its own of these records.
4. Each compares the records of its buckets, and says which have an older twin.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.maths.text import lsh, minhash
from sel.options.text import Older
from sel.options.writing import State
from sel.records.ledger import SKIP, Ledger
from sel.runs.duplicates.bands import Bands, Keys, Numbered, keys_of
from sel.runs.duplicates.exact_shards import merged, refuse, written
from sel.runs.duplicates.near import STEP, check_older, loaded, planned
from sel.runs.duplicates.reading import Pass
from sel.runs.shards.rounds import Listed, Round, Rounds
from sel.streams import ranges
from sel.streams.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.request import Request
    from sel.runs.shards.rounds import States

__all__ = ["merged", "run"]

INDEX, OLD, NEW = range(3)
"""Kinds of records, the oldest first."""


@dataclass(frozen=True)
class Buckets:
    """The records of all shards that share keys, in a partition."""

    members: npt.NDArray[np.int64]  # numbers of records, bucket after bucket
    sizes: npt.NDArray[np.int64]
    bands: npt.NDArray[np.int64]  # (bands,), how many buckets there are of each

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return bool(
            self.sizes.sum() == len(self.members)
            and self.bands.sum() == len(self.sizes)
        )

    def each(self) -> Iterator[tuple[Any, Any]]:
        """The buckets of each band."""
        sizes = np.split(self.sizes, np.cumsum(self.bands)[:-1])
        ends = np.cumsum([int(some.sum()) for some in sizes])[:-1]
        yield from zip(np.split(self.members, ends), sizes, strict=True)


@dataclass(frozen=True)
class Signed:
    """The signatures of the records of a shard that share a bucket with another."""

    numbers: npt.NDArray[np.int64]  # (n,), rising
    signatures: npt.NDArray[np.uint32]  # (n, permutations)

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return len(self.numbers) == len(self.signatures)


def run(request: Request) -> int:
    """Drop of this shard what is near to something older."""
    refuse(request)
    check_older(request)
    rounds = Rounds(request)
    form = _Older(request, rounds)
    if not rounds.ready(form):
        return 0
    assert request.share
    request.share.told |= {"facts": {"in the index": form.numbered.new}}
    return written(request, rounds, form.keep)


class _Older:
    """Which records have an older twin.

    Args:
        request: says when texts are near, and what is older.
        rounds: the shards.
    """

    def __init__(self, request: Request, rounds: Rounds) -> None:
        self._request, self._rounds = request, rounds
        self._module = request.method.load()
        path = request[State].load
        self._index = loaded(path) if path else None
        self._plan = planned(request, self._module, self._index)
        self._known: list[States] = []

    def asked(self, known: list[States]) -> Round | None:
        """See Form."""
        self._known = known
        steps = (
            Round(Bands, self._bands, large=True),
            Round(Buckets, self._buckets),
            Round(Signed, self._signed, large=True),
            Round(Listed, self._dropped),
            None,
        )
        return steps[len(known)]

    @cached_property
    def numbered(self) -> Numbered:
        """The numbers of all records."""
        return Numbered(self._known[0], self._rounds)

    def _known_before(self) -> Any:
        """The signatures of this shard's part of the index."""
        if self._index is None:
            return np.zeros((0, self._plan.permutations), np.uint32)
        known, shards = self._index.signatures, self._rounds.shards
        first, last = (len(known) * (self._rounds.shard + i) // shards for i in (0, 1))
        return known[first:last]

    def _read(self, collect: Callable[[Any], Any]) -> Iterator[tuple[int, Any]]:
        """What is collected of this shard's part of the old records, and of the new
        ones, each block with its kind.
        """
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass
        pass_ = Pass(self._request, collect, names=False, ledger=ledger)
        if old := self._request[Older].old:
            number, of = self._rounds.shard + 1, self._rounds.shards
            part = ranges.Division(old).shard(number, of)
            for read in pass_.older(part, "older records"):
                yield OLD, read.result
        for read in pass_.read(self._rounds.stream(), "signatures"):
            yield NEW, read.result

    def _bands(self) -> Bands:
        """The keys of this shard."""
        plan, known = self._plan, self._known_before()
        self._request.say(plan.curve())
        keys, lines = Keys(plan, self._rounds.shards), [len(known), 0, 0]
        for start in range(0, len(known), STEP):
            keys.write(keys_of(np.asarray(known[start : start + STEP]), plan))

        def collect(texts: list[str]) -> Any:
            return keys_of(self._module.collect(texts, plan), plan)

        for kind, found in self._read(collect):
            keys.add(found)
            lines[kind] += found.lines
        return keys.bands(np.zeros(0), lines)

    def _buckets(self) -> Buckets:
        """Who shares a bucket with an older record, in the partition of this shard."""
        members, sizes, bands = [], [], []
        for some, many in self.numbered.buckets(self._plan.bands):
            good = some[np.cumsum(many) - 1] >= self.numbered.new
            members.append(some[np.repeat(good, many)])
            sizes.append(many[good])
            bands.append(int(good.sum()))
        found = np.concatenate(members), np.concatenate(sizes)
        return Buckets(*found, np.array(bands, np.int64))

    def _signed(self) -> Signed:
        """The signatures of those of this shard that share a bucket."""
        shard, starts = self._rounds.shard, self.numbered.starts
        wanted = [self.numbered.own(np.zeros(0, np.int64), kind) for kind in range(3)]
        for one in self._known[1]:
            for kind, mask in enumerate(wanted):
                mask |= self.numbered.own(one.members, kind)
        pairs = zip(wanted, starts[:, shard].tolist(), strict=True)
        rows = [np.flatnonzero(mask) + first for mask, first in pairs]
        found = Scratch(np.uint32, self._plan.permutations)
        known = self._known_before()
        for start in range(0, len(known), STEP):
            some = slice(start, start + STEP)
            found.write(np.asarray(known[some])[wanted[INDEX][some]])

        def collect(texts: list[str]) -> Any:
            return self._module.collect(texts, self._plan)

        seen = [0, 0, 0]
        for kind, part in self._read(collect):
            there = wanted[kind][seen[kind] + part.places]
            found.write(part.values[there])
            seen[kind] += part.lines
        return Signed(np.concatenate(rows), found.rows())

    def _dropped(self) -> Listed:
        """Which have an older twin, in the partition of this shard."""
        own = self._known[1].of(self._rounds.shard)
        rows = np.unique(own.members)
        known = Scratch(np.uint32, self._plan.permutations)
        order = np.zeros(len(rows), np.int64)
        for one in self._known[2]:
            _, here, there = np.intersect1d(
                rows, one.numbers, assume_unique=True, return_indices=True
            )
            order[here] = known.count + np.arange(len(here))
            for start in range(0, len(there), STEP):
                known.write(one.signatures[there[start : start + STEP]])
        signed, threshold = known.rows(), self._plan.threshold

        def agreement(a: Any, b: Any) -> Any:
            found = [np.zeros(0)]
            for start in range(0, len(a), STEP):
                pair = order[a[start : start + STEP]], order[b[start : start + STEP]]
                found.append(minhash.agreement(signed[pair[0]], signed[pair[1]]))
            return np.concatenate(found)

        bands = ((np.searchsorted(rows, some), sizes) for some, sizes in own.each())
        first = int(np.searchsorted(rows, self.numbered.new))
        twins, _ = lsh.nearest(bands, len(rows), first, agreement, threshold)
        numbers, firsts = rows[twins >= 0], self.numbered.firsts
        shards = np.searchsorted(firsts, numbers, "right") - 1
        return Listed.of_all(shards, numbers - firsts[shards])

    def keep(self) -> Any:
        """Whether each line of this shard is kept."""
        shard = self._rounds.shard
        mask = np.ones(int(self._known[0].of(shard).lines[NEW]), np.bool_)
        for one in self._known[3]:
            mask[one.of(shard)] = False
        return mask
