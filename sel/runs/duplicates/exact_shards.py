"""`sel diversify exact` on one of many shards: by partitions of hashes.

A shard writes its hashes, sorted. Each shard then takes a range of hashes, a partition,
of all shards, and says which records have one that an earlier record has. What is held
of a partition is 32 bytes for each hash in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.diversify._seen import Seen
from sel.errors import UsageError
from sel.maths.text import partitions
from sel.options.text import Level, Older
from sel.options.writing import State
from sel.records.ledger import SKIP, Ledger
from sel.runs.duplicates.reading import Pass, kept_lines
from sel.runs.shards.rounds import Listed, Round, Rounds, check
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.request import Request
    from sel.runs.shards.rounds import States

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Hashes:
    """The hashes of the texts of a shard that it has not seen before."""

    high: Words  # (n,), rising
    low: Words  # (n,)
    rows: Numbers  # (n,), among the lines of the shard that are not blank
    sums: Words  # (partitions,), a checksum of each
    lines: int

    def sound(self) -> bool:
        """Whether a run can have left this."""
        n = self.high.shape
        return self.high.ndim == 1 and self.low.shape == self.rows.shape == n

    def part(self, number: int) -> tuple[Any, Any, Any]:
        """The hashes of a partition, and their rows.

        Raises:
            DataError: they are not what was written.
        """
        ends = partitions.bounds(self.high, len(self.sums))
        some = slice(ends[number], ends[number + 1])
        found = self.high[some], self.low[some], self.rows[some]
        check(self.sums[number], *found)
        return found


def refuse(request: Request) -> None:
    """Refuse what has no form for shards, and say what it would need."""
    state, level = request[State], request.get(Level)
    lacking = {
        "--save": ("the shards' states are in --rounds", state.save),
        "--load": (
            "each shard would need all that is known",
            state.load and Older not in request,
        ),
        "--level line": (
            "a line would have to be dropped in every shard",
            level and level.level == "line",
        ),
        "--bloom": (
            "what its filter takes for seen depends on the order",
            request.values.get("bloom"),
        ),
    }
    for flag, (why, asked) in lacking.items():
        if asked:
            msg = f"{flag} has no form for --shard: {why}"
            raise UsageError(msg)


def run(request: Request) -> int:
    """Drop of this shard what any record before has said."""
    refuse(request)
    rounds = Rounds(request)
    form = _Exact(request, rounds)
    return written(request, rounds, form.keep) if rounds.ready(form) else 0


def written(request: Request, rounds: Rounds, keep: Callable[[], Any]) -> int:
    """Write the lines of this shard that are kept.

    Args:
        request: says where.
        rounds: the shards.
        keep: gives (n,), whether each line that is not blank is kept.
    """
    mask, kept = keep(), 0
    pass_ = Pass(request, lambda texts: np.zeros(len(texts), np.bool_), names=False)
    with finished(request.output()) as output:
        for read in pass_.read(rounds.stream(), "writing"):
            found, row = read.result, read.block.row
            some = found.spread(mask[row + found.places], False)
            output.write(kept_lines(read.block, some))
            kept += int(some.sum())
    assert request.share
    request.share.told |= {"kept": kept}
    request.say(f"{kept:,} records are kept of this shard")
    return 0


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Close a run that was done in shards; see sel.runs.scores.rows."""
    law = ledger.law(sum(one["kept"] for one in shares))
    facts = shares[0].get("facts") or {"seen": law["kept"]}
    request.close(law, text=ledger.shape or None, **facts)
    return 0


class _Exact:
    """Which records say what one before them has said.

    Args:
        request: says how texts are compared.
        rounds: the shards.
    """

    def __init__(self, request: Request, rounds: Rounds) -> None:
        self._request, self._rounds = request, rounds
        self._known: list[States] = []

    def asked(self, known: list[States]) -> Round | None:
        """See Form."""
        self._known = known
        if not known:
            return Round(Hashes, self._hashes, large=True)
        if len(known) == 1:
            return Round(Listed, self._dropped)
        return None

    def _hashes(self) -> Hashes:
        """What this shard says for the first time."""
        request, seen = self._request, Seen()
        module, how = request.method.load(), request.own["collect"]
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass

        def collect(texts: list[str]) -> Any:
            return module.collect(texts, **how)

        rows, lines = [np.zeros(0, np.int64)], 0
        pass_ = Pass(request, collect, names=False, ledger=ledger)
        for read in pass_.read(self._rounds.stream(), "hashes"):
            found = read.result
            _, new = module.diversify(found.values, seen)
            rows.append(read.block.row + found.places[new])
            lines = read.block.row + found.lines
        order = np.lexsort((seen.hashes[:, 1], seen.hashes[:, 0]))
        high, low = seen.hashes[order].T.copy()
        columns = high, low, np.concatenate(rows)[order]
        return Hashes(*columns, sums(columns, self._rounds.shards), lines)

    def _dropped(self) -> Listed:
        """What others have said before, in the partition of this shard."""
        parts, shards = [], [np.zeros(0, np.int64)]
        for number, one in enumerate(self._known[0]):
            parts.append([column.copy() for column in one.part(self._rounds.shard)])
            shards.append(np.full(len(parts[-1][0]), number))
        high, low, rows = map(np.concatenate, zip(*parts, strict=True))
        shard = np.concatenate(shards)
        later = partitions.later([high, low], [shard, rows])
        return Listed.of_all(shard[later], rows[later])

    def keep(self) -> Any:
        """Whether each line of this shard is kept."""
        own = self._known[0].of(self._rounds.shard)
        mask = np.zeros(own.lines, np.bool_)
        mask[own.rows] = True
        for one in self._known[1]:
            mask[one.of(self._rounds.shard)] = False
        return mask


def sums(columns: Any, shards: int) -> Any:
    """A checksum of each partition of columns, by the first of them."""
    ends = partitions.bounds(columns[0], shards).tolist()
    pairs = pairwise(ends)
    cut = ([column[a:b] for column in columns] for a, b in pairs)
    return np.array([partitions.checksum(*some) for some in cut], np.uint64)
