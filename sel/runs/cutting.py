"""`sel pick top`, `sample` and `random` on one of many shards: a cut found in rounds.

What a shard says has the size of bins and groups, not of records: see
sel.maths.ranking.cuts. A run on one machine finds the same choice in one pass, by
sel.runs.ranking, which says here too what can be chosen, and how much of each group.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.engine import memory
from sel.errors import DataError, UsageError
from sel.maths.ranking import cuts
from sel.options.chance import Noise
from sel.options.scores import By
from sel.options.writing import Curriculum, Ending, Report
from sel.records.ledger import SKIP, Ledger
from sel.records.passes import ended
from sel.runs import pool
from sel.runs.ranking import Ranking
from sel.runs.rounds import Round, Rounds
from sel.streams.output import finished
from sel.streams.scratch import sound_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.rounds import States
    from sel.streams.lines import Stream

PENDING = 1 << 18
"""Bins of blocks that are held before they are added."""
EXACT = 1 << 53
"""Costs below it are added without rounding."""


@dataclass(frozen=True)
class Counted:
    """How many records a shard has."""

    records: int

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.records >= 0


@dataclass(frozen=True)
class Told:
    """What a shard says of its records, see Tally."""

    names: npt.NDArray[np.uint8]  # of the groups, one after the other
    ends: npt.NDArray[np.int64]  # (m,), where each name ends
    groups: npt.NDArray[np.int64]  # (b,)
    bins: npt.NDArray[np.uint64]  # (b,)
    counts: npt.NDArray[np.int64]  # (b,)
    costs: npt.NDArray[np.int64]  # (b,)
    read: npt.NDArray[np.int64]  # (m,), all records of the groups
    records: int  # all that were read

    def sound(self) -> bool:
        """Whether a run can have left this."""
        columns = self.groups, self.bins, self.counts, self.costs
        same = {column.shape for column in columns} == {self.groups.shape}
        many = len(self.ends)
        return (
            same
            and self.groups.ndim == 1
            and sound_names(self.names, self.ends)
            and self.read.shape == (many,)
            and (not len(self.groups) or self.groups.min() >= 0)
            and (not len(self.groups) or self.groups.max() < many)
        )

    @classmethod
    def of(cls, tally: cuts.Tally, read: Counter[str], records: int) -> Told:
        """What there is to say; groups that none can be chosen of go last."""
        names = tuple(dict.fromkeys([*tally.names, *read]))
        data = [name.encode("utf-8", "surrogatepass") for name in names]
        ends = np.cumsum([len(one) for one in data], dtype=np.int64)
        return cls(
            np.frombuffer(b"".join(data), np.uint8),
            ends,
            *(tally.groups, tally.bins, tally.counts, tally.costs),
            np.array([read[name] for name in names], np.int64),
            records,
        )

    @cached_property
    def tally(self) -> cuts.Tally:
        """The counts."""
        columns: list[Any] = [self.groups, self.bins, self.counts, self.costs]
        return cuts.Tally(self._names, *map(np.asarray, columns))

    @cached_property
    def _names(self) -> tuple[str, ...]:
        data, starts = self.names.tobytes(), [0, *self.ends.tolist()]
        return tuple(
            data[a:b].decode("utf-8", "surrogatepass") for a, b in pairwise(starts)
        )

    @property
    def groups_read(self) -> Mapping[str, int]:
        """All records of each group."""
        return dict(zip(self._names, self.read.tolist(), strict=True))


def run(request: Request) -> int:
    """Keep of this shard what the best of all shards are."""
    memory.hold()
    rounds = Rounds(request)
    choice = _Choice(request, rounds)
    if not rounds.ready(choice):
        return 0
    ledger, kept = request.started_ledger(), 0
    with finished(request.output()) as output:
        for line in choice.lines(ledger):
            output.write(line)
            kept += 1
        ledger.close()
    without = choice.ranking.without
    request.close(ledger.law(kept), without=without, **choice.facts())
    return int(request[Ending].fail_if_empty and not kept)


def refuse(request: Request) -> None:
    """Refuse what has no form for shards, and say what it would need."""
    by, noise = request.get(By), request.get(Noise)
    lacking = {
        "--by with several fields": (
            "each field chooses from what those before it left",
            by is not None and len(by.names) > 1,
        ),
        "--noise": (
            "its numbers go by the order of all records. Try: --seed",
            noise is not None and noise.noise is not None,
        ),
        "--order": (
            "the parts would have to be merged. Try: --order input, then sort",
            request[Curriculum].order != "input",
        ),
        "--limit": ("it ends one stream. Try: -k", request[Ending].limit is not None),
        "--report": (
            "it is of all shards together",
            Report in request and request[Report].report is not None,
        ),
        "--normalize": (
            "a sum of floats depends on its order. Try: --temperature",
            Ranking(request).ranks.learns,
        ),
    }
    for flag, (why, asked) in lacking.items():
        if asked:
            msg = f"{flag} has no form for --shard: {why}"
            raise UsageError(msg)


class _Choice:
    """What is kept of all shards, and of this one.

    Args:
        request: says how many, and in which groups.
        rounds: the shards.
    """

    def __init__(self, request: Request, rounds: Rounds) -> None:
        refuse(request)
        self._request, self._rounds = request, rounds
        self.ranking = Ranking(request)
        self._first = 0
        self._cuts: dict[str, cuts.Cut] = {}
        self._asked = 0
        self._limits: Mapping[str, tuple[Any, Any]] = {}

    def asked(self, known: list[States]) -> Round | None:
        """See Form: the records first, where chance knows them by their rows."""
        if self._by_row:
            if not known:
                return Round(Counted, self._count)
            counts = [one.records for one in known[0]]
            self._first = sum(counts[: self._rounds.shard])
            known = known[1:]
        self._asked = len(known)
        if not self._bounded:
            return None
        if not known:
            return Round(Told, lambda: self._tell(cuts.Question()))
        questions = self._learnt(known)
        if not questions:
            return None
        return Round(Told, lambda: self._tell(questions))

    @property
    def _by_row(self) -> bool:
        keyed = self._request.values.get("key")
        return self.ranking.row and not keyed

    @property
    def _bounded(self) -> bool:
        """Whether what is kept of a shard depends on the others."""
        amount = self.ranking.amount
        many = amount.k, amount.budget
        return self.ranking.twice or many != (None, None)

    def _learnt(self, known: list[States]) -> dict[str, cuts.Question]:
        """What is still to be asked of each group, after these answers."""
        begun = self._begun(known[0])
        open_ = {n: q for n, q in begun.items() if isinstance(q, cuts.Question)}
        self._cuts = {n: c for n, c in begun.items() if isinstance(c, cuts.Cut)}
        for answers in known:
            whole = _whole(answers)
            ended: dict[str, cuts.Cut] = {}
            for name, asked in list(open_.items()):
                found = cuts.answered(asked, *whole.of_group(name))
                if isinstance(found, cuts.Question):
                    open_[name] = found
                else:
                    del open_[name]
                    ended[name] = found
            self._cuts |= self._own(ended, answers)
        return open_

    def _own(self, ended: dict[str, cuts.Cut], answers: States) -> dict[str, cuts.Cut]:
        """Cuts as they are for this shard."""
        if all(cut.k is None and cut.budget is None for cut in ended.values()):
            return ended
        for one in answers.before(self._rounds.shard):
            ended = {name: one.tally.without(name, cut) for name, cut in ended.items()}
        return ended

    def _begun(self, answers: States) -> dict[str, cuts.Question | cuts.Cut]:
        """What is asked of each group, by how much there is of it."""
        read, total = Counter[str | None](), 0
        for one in answers:
            read.update(one.groups_read)
            total += one.records
        totals = _whole(answers).totals()
        there = {name: both for name, both in totals.items() if both[0]}
        sizes = {name: many for name, (many, _) in there.items()}
        spent = {name: float(cost) for name, (_, cost) in there.items()}
        amount = self.ranking.amount
        if self.ranking.twice:
            self._limits = self.ranking.shared(total, read, sizes, spent)
        else:
            self._limits = dict.fromkeys(sizes, (amount.k, amount.budget))
        nothing = (0, 0)
        return {name: cuts.begun(*self._limits.get(name, nothing)) for name in sizes}

    def _count(self) -> Counted:
        blocks = self._rounds.stream().blocks()
        return Counted(sum(block.count - block.blank for block in blocks))

    def _parts(self, ledger: Ledger, doing: str) -> Iterator[Part]:
        """The records of this shard."""
        stream: Stream = self._rounds.stream(self._first)
        wanted, row = self.ranking.wanted, self.ranking.row
        return pool.parts(self._request, stream, wanted, ledger, doing, row=row)

    def _tell(self, asked: dict[str, cuts.Question] | cuts.Question) -> Told:
        """What this shard says to a question."""
        self.ranking.ranks.begin()
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass
        read: Counter[str] = Counter()
        held, pending = [cuts.Tally.empty()], 0
        for part in self._parts(ledger, "counting"):
            keys, groups, costs = self._offered(part)
            if self.ranking.quota.per:
                read.update(group for group in part["per"] if group is not None)
            held.append(cuts.Tally.of(keys, groups, costs, asked))
            pending += len(held[-1].bins)
            if pending > PENDING:
                held, pending = [cuts.added(held)], 0
        return Told.of(cuts.added(held), read, ledger.records)

    def _offered(self, part: Part) -> tuple[Any, list[str], Any]:
        """The keys, the groups and the costs of the records that can be chosen."""
        keys, groups, costs, _ = self._there(part)
        return keys, groups, costs

    def _there(self, part: Part) -> tuple[Any, list[str], Any, Any]:
        """The same, and their places in the block."""
        keys, groups, costs = self.ranking.offered(part)
        found = np.asarray(keys, np.float64)
        places = np.flatnonzero(found > -inf)
        some = places.tolist()
        money = np.array([costs[i] for i in some], np.float64)
        if (money != np.floor(money)).any() or (money >= EXACT).any():
            msg = f"--cost {self.ranking.amount.cost} holds numbers that are not whole"
            raise DataError(f"{msg}: their sum would depend on the shards")
        bits = cuts.bits(found[places])
        return bits, [groups[i] for i in some], money.astype(np.int64), places

    def lines(self, ledger: Ledger) -> Iterator[bytes]:
        """The lines of this shard that are kept."""
        self.ranking.ranks.begin()
        self.ranking.without.clear()
        over = self.ranking.amount.over
        taking = {n: cuts.Taking(cut, over) for n, cut in self._cuts.items()}
        other = cuts.Taking(cuts.NOTHING if self._bounded else cuts.ALL)
        for part in self._parts(ledger, "choosing"):
            keys, groups, costs, places = self._there(part)
            kept = np.zeros(len(keys), np.bool_)
            for name, here in _apart(groups):
                one = taking.get(name, other)
                kept[here] = one.take(keys[here], costs[here])
            yield from map(ended, part.some(places[kept].tolist()))

    def facts(self) -> dict[str, Any]:
        """What the closing line says."""
        facts: dict[str, Any] = {"rounds": self._asked + self._by_row}
        if self.ranking.quota.per:
            facts["groups"] = len(self._cuts)
        return facts


def _whole(answers: States) -> cuts.Tally:
    """What all shards said together; no more than two are held at a time."""
    none = cuts.Tally.empty()
    return reduce(cuts.Tally.__add__, (one.tally for one in answers), none)


def _apart(groups: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The groups of some records, and where those of each are."""
    listed = list(groups)
    place: dict[str, int] = {}
    codes = np.array([place.setdefault(one, len(place)) for one in listed], np.int64)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(place)))
    yield from zip(place, np.split(order, ends)[:-1], strict=True)
