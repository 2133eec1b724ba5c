"""Records of many shards that share a key of a band: by partitions of the keys.

1. Each shard writes the keys of its bands, sorted.
2. Each takes a partition of the keys of all, and says which records share a bucket.

What is held of a partition is about 24 bytes for each key in it, of one band at a time;
all its keys are in temporary files, 16 bytes each, so that each shard is read once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.maths.text import lsh, minhash, partitions
from sel.runs.shards.rounds import check
from sel.streams.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.maths.text.minhash import Plan
    from sel.runs.duplicates.reading import Collected
    from sel.runs.shards.rounds import Rounds, States

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Bands:
    """The keys of the bands of a shard."""

    keys: Words  # band after band, rising in each
    rows: Numbers  # among the lines of the shard that are not blank, older ones first
    ends: Numbers  # (bands,)
    sums: Words  # (bands * partitions,), a checksum of each
    worth: npt.NDArray[np.float64]  # (lines,), or nothing
    lines: Numbers  # of each kind, the oldest first

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


class Keys:
    """The keys of a shard, as they are found.

    Args:
        plan: how many bands there are.
        shards: for how many partitions.
    """

    def __init__(self, plan: Plan, shards: int) -> None:
        self._plan, self._shards = plan, shards
        self._columns = [Scratch(np.uint64) for _ in range(plan.bands)]

    def add(self, found: Collected) -> None:
        """Those of a block."""
        self.write(found.spread(found.values, 0))

    def write(self, keys: Any) -> None:
        """Those of some lines, (lines, bands)."""
        for column, some in zip(self._columns, keys.T, strict=True):
            column.write(some)

    @property
    def count(self) -> int:
        """Lines so far."""
        return self._columns[0].count

    def bands(self, worth: Any, lines: list[int]) -> Bands:
        """All of them, sorted."""
        keys, rows = Scratch(np.uint64), Scratch(np.int64)
        sums, ends = [], []
        for column in self._columns:
            plain = np.asarray(column.rows())
            order = np.argsort(plain, kind="stable")
            order = order[np.count_nonzero(plain == 0) :]  # 0 stands for none
            ranked = plain[order]
            cut = partitions.bounds(ranked, self._shards).tolist()
            sums += [
                partitions.checksum(ranked[a:b], order[a:b]) for a, b in pairwise(cut)
            ]
            keys.write(ranked)
            rows.write(order)
            ends.append(keys.count)
        found = np.array(ends, np.int64), np.array(sums, np.uint64)
        return Bands(keys.rows(), rows.rows(), *found, worth, np.array(lines, np.int64))


class Numbered:
    """The lines of all shards by their numbers: the older kinds first, of each kind
    those of the first shard first.

    Args:
        known: what each shard said of its bands.
        rounds: the shards.
    """

    def __init__(self, known: States, rounds: Rounds) -> None:
        self._known, self._rounds = known, rounds
        sizes = np.array([one.lines for one in known]).T
        ends = np.cumsum(sizes.ravel()).reshape(sizes.shape)
        self.starts: Any = ends - sizes
        """(kinds, shards), the number of the first line of each."""
        self.new = int(self.starts[-1, 0])
        """The number of the first line that is not of an older kind."""
        self._sizes = sizes

    def of(self, shard: int, rows: Any) -> Any:
        """The numbers of rows of a shard."""
        firsts = self._within(shard)
        kind = np.searchsorted(firsts, rows, "right") - 1
        return rows - firsts[kind] + self.starts[kind, shard]

    def _within(self, shard: int) -> Any:
        """The first row of each kind in a shard; of an empty one also of the next."""
        return np.cumsum(self._sizes[:, shard]) - self._sizes[:, shard]

    def own(self, numbers: Any, kind: int = -1) -> Any:
        """Which of the lines of a kind of this shard have these numbers, (lines,)."""
        mask = np.zeros(int(self._sizes[kind, self._rounds.shard]), np.bool_)
        self.mark(mask, numbers, kind)
        return mask

    def mark(self, mask: Any, numbers: Any, kind: int = -1) -> None:
        """Note in a mask of the lines of this shard those that have these numbers."""
        first = int(self.starts[kind, self._rounds.shard])
        here = (numbers >= first) & (numbers < first + len(mask))
        mask[numbers[here] - first] = True

    def buckets(self, bands: int) -> Iterator[tuple[Any, Any]]:
        """Who shares a bucket in the partition of this shard, band by band."""
        columns = [Scratch(np.uint64, 2) for _ in range(bands)]
        for shard, one in enumerate(self._known):
            for band, column in enumerate(columns):
                keys, rows = one.part(band, self._rounds.shard)
                numbers = self.of(shard, rows).view(np.uint64)
                column.write(np.stack([keys, numbers], 1))
        for column in columns:
            both = column.rows()
            all_keys, found = np.array(both[:, 0]), both[:, 1].astype(np.int64)
            if len(self.starts) > 1:  # else those with the same key are in order
                order = np.argsort(found)
                all_keys, found = all_keys[order], found[order]
            members, sizes = lsh.runs(all_keys)
            yield found[members], sizes

    @cached_property
    def firsts(self) -> Any:
        """The number of the first new line of each shard, and that after the last."""
        end = self.starts[-1, -1] + self._sizes[-1, -1]
        return np.append(self.starts[-1], end)


def keys_of(signatures: Any, plan: Plan) -> Any:
    """The keys of the bands of signatures."""
    return minhash.band_keys(signatures, plan.bands, plan.rows)
