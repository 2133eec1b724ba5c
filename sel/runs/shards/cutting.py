"""The best of many shards, by a cut that is found in rounds.

What a shard says has the size of bins and groups, not of records: see
sel.maths.ranking.cuts. A run on one machine finds the same choice in one pass, by
sel.runs.picks.ranking, which says here too what can be chosen, and how much of each
group.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from sel.errors import DataError
from sel.maths.ranking import cuts
from sel.records.ledger import SKIP, Ledger
from sel.records.passes import counted, ended
from sel.runs import pool
from sel.runs.shards.rounds import Round
from sel.streams.output import finished
from sel.streams.scratch import sound_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sel.maths.ranking.topk import Over
    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.shards.rounds import Rounds, States
    from sel.streams.lines import Stream

Limits = tuple[int | None, float | None]
"""How many records at most, and up to which sum of their costs."""
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
        # Names of groups that nothing can be chosen of come last, and do not count.
        there = int(self.groups[-1]) + 1 if len(self.groups) else 0
        return cuts.Tally(self._names[:there], *map(np.asarray, columns))

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


class Offered(Protocol):
    """The records that are offered, and how many of them are to be kept."""

    row: bool
    """Whether the row that a record says it is matters."""
    bounded: bool
    """Whether what is kept of a shard depends on the others."""
    over: Over
    """What becomes of the record that crosses a budget."""

    @property
    def wanted(self) -> Mapping[str, Any]:
        """What is asked of each record."""
        ...

    def begin(self) -> None:
        """Offer all from the beginning."""

    def of(self, part: Part) -> tuple[Any, Sequence[Any], Sequence[Any]]:
        """What each is ranked by, -inf for what cannot be kept; group and cost."""
        ...

    def read(self, part: Part) -> Iterable[str]:
        """The groups of all records, whether they can be kept or not."""
        ...

    def limits(
        self,
        total: int,
        read: Mapping[Any, int],
        sizes: dict[str, int],
        spent: dict[str, float],
    ) -> Mapping[str, Limits]:
        """The number and the budget of each group; see Ranking.shared."""
        ...


class Beginning:
    """How many records stand before this shard, where that matters.

    Args:
        request: says whether fields are joined to rows.
        rounds: the shards.
        row: whether chance knows records by their rows.
    """

    def __init__(self, request: Request, rounds: Rounds, *, row: bool = False) -> None:
        self._shards = rounds
        self._matters = bool(row or request.values.get("join"))
        self.first = 0

    def asked(self, known: list[States]) -> tuple[Round | None, list[States]]:
        """See Form; and the states that are of others."""
        if not self._matters:
            return None, known
        if not known:
            return Round(Counted, self._count), known
        before = known[0].before(self._shards.shard)
        self.first = sum(one.records for one in before)
        return None, known[1:]

    def _count(self) -> Counted:
        _, records = counted(self._shards.stream())
        return Counted(records)


class Cutting:
    """What is kept of all shards, and of this one.

    Args:
        request: says how to read.
        rounds: the shards.
        offered: the records.
        beginning: where this one begins, if others have to know that, too.
    """

    def __init__(
        self,
        request: Request,
        rounds: Rounds,
        offered: Offered,
        beginning: Beginning | None = None,
    ) -> None:
        self._request, self._shards, self._offered = request, rounds, offered
        row = offered.row and not request.values.get("key")
        self._beginning = beginning or Beginning(request, rounds, row=row)
        self.cuts: dict[str, cuts.Cut] = {}
        """By group, what is kept of this shard."""
        self.limits: Mapping[str, Limits] = {}
        """By group, what is asked for of all."""
        self.sizes: Counter[str] = Counter()
        """Records of this shard by group, whether they can be kept or not."""
        self.spent: dict[str, list[int]] = {}
        """By group how many are kept of this shard, and what they cost."""
        self.least = inf
        """The least key that is kept of this shard."""

    def asked(self, known: list[States]) -> Round | None:
        """See Form: the records first, where chance knows them by their rows."""
        lacking, known = self._beginning.asked(known)
        if lacking:
            return lacking
        if not self._offered.bounded:
            return None
        if not known:
            return Round(Told, lambda: self._tell(cuts.Question()))
        begun = self._begun(known[0])
        questions, self.cuts = narrowed(begun, known, self._shards.shard)
        return Round(Told, lambda: self._tell(questions)) if questions else None

    def _begun(self, answers: States) -> dict[str, cuts.Question | cuts.Cut]:
        """What is asked of each group, by how much there is of it."""
        read, total = answers.once(_read)
        totals = answers.once(_whole).totals()
        there = {name: both for name, both in totals.items() if both[0]}
        sizes = {name: many for name, (many, _) in there.items()}
        spent = {name: float(cost) for name, (_, cost) in there.items()}
        self.limits = limits = self._offered.limits(total, read, sizes, spent)
        return {name: cuts.begun(*limits.get(name, (0, 0))) for name in sizes}

    def _parts(self, ledger: Ledger, doing: str) -> Iterator[Part]:
        """The records of this shard."""
        self._offered.begin()
        stream: Stream = self._shards.stream(self._beginning.first)
        wanted, row = self._offered.wanted, self._offered.row
        return pool.parts(self._request, stream, wanted, ledger, doing, row=row)

    def _tell(self, asked: dict[str, cuts.Question] | cuts.Question) -> Told:
        """What this shard says to a question."""
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass
        read: Counter[str] = Counter()
        held, pending = [cuts.Tally.empty()], 0
        for part in self._parts(ledger, "counting"):
            read.update(self._offered.read(part))
            keys, groups, costs, _ = self._there(part)
            held.append(cuts.Tally.of(keys, groups, costs, asked))
            pending += len(held[-1].bins)
            if pending > PENDING:
                held, pending = [cuts.added(held)], 0
        return Told.of(cuts.added(held), read, ledger.records)

    def _there(self, part: Part) -> tuple[Any, list[str], Any, Any]:
        """Keys, groups and costs of what can be chosen, and its places in the block."""
        keys, groups, costs = self._offered.of(part)
        found = np.asarray(keys, np.float64)
        places = np.flatnonzero(found > -inf)
        some = places.tolist()
        money = np.array([costs[i] for i in some], np.float64)
        if (money != np.floor(money)).any() or (money >= EXACT).any():
            name = self._request.values.get("cost")
            msg = f"--cost {name} holds numbers that are not whole"
            raise DataError(f"{msg}: their sum would depend on the shards")
        bits = cuts.bits(found[places])
        return bits, [groups[i] for i in some], money.astype(np.int64), places

    def write(self) -> int:
        """Write what is taken of this shard; how many records."""
        return written(self._request, self.taken)

    def taken(self, ledger: Ledger) -> Iterator[tuple[Part, list[int]]]:
        """The blocks of this shard, and the places of what is kept."""
        over = self._offered.over
        taking = {n: cuts.Taking(cut, over) for n, cut in self.cuts.items()}
        other = cuts.Taking(cuts.NOTHING if self._offered.bounded else cuts.ALL)
        for part in self._parts(ledger, "choosing"):
            keys, groups, costs, places = self._there(part)
            kept = np.zeros(len(keys), np.bool_)
            self.sizes.update(self._offered.read(part))
            for name, here in _apart(groups):
                one = taking.get(name, other)
                kept[here] = took = one.take(keys[here], costs[here])
                so_far = self.spent.setdefault(name, [0, 0])
                so_far[0] += int(took.sum())
                so_far[1] += int(costs[here][took].sum())
            self.least = min([self.least, *cuts.numbers(keys[kept]).tolist()])
            yield part, places[kept].tolist()


def narrowed(
    begun: Mapping[str, cuts.Question | cuts.Cut], known: Iterable[States], shard: int
) -> tuple[dict[str, cuts.Question], dict[str, cuts.Cut]]:
    """What is still to be asked of each group, and the cuts for a shard.

    Args:
        begun: what was asked first, or is known at once.
        known: the answers to each question, of type Told.
        shard: which one, from 0.
    """
    open_ = {n: q for n, q in begun.items() if isinstance(q, cuts.Question)}
    closed = {n: c for n, c in begun.items() if isinstance(c, cuts.Cut)}
    for answers in known:
        whole = answers.once(_whole)
        done: dict[str, cuts.Cut] = {}
        for name, asked in list(open_.items()):
            found = cuts.answered(asked, *whole.of_group(name))
            if isinstance(found, cuts.Question):
                open_[name] = found
            else:
                del open_[name]
                done[name] = found
        closed |= _own(done, answers, shard)
    return open_, closed


def _own(done: dict[str, cuts.Cut], answers: States, shard: int) -> dict[str, cuts.Cut]:
    """Cuts as they are for a shard: less what those before it take."""
    if all(cut.k is None and cut.budget is None for cut in done.values()):
        return done
    for one in answers.before(shard):
        done = {name: one.tally.without(name, cut) for name, cut in done.items()}
    return done


def written(
    request: Request, taken: Callable[[Ledger], Iterable[tuple[Part, list[int]]]]
) -> int:
    """Write records of this shard; how many.

    Args:
        request: says where.
        taken: gives each block, and the places of what is kept of it.
    """
    ledger, kept = request.started_ledger(), 0
    with finished(request.output()) as output:
        for part, places in taken(ledger):
            lines = part.some(places)
            output.write(b"".join(map(ended, lines)))
            kept += len(lines)
        ledger.close()
    request.say(f"{kept:,} records are kept of this shard")
    return kept


def _whole(answers: States) -> cuts.Tally:
    """What all shards said together; no more than two are held at a time."""
    none = cuts.Tally.empty()
    return reduce(cuts.Tally.__add__, (one.tally for one in answers), none)


def _read(answers: States) -> tuple[Counter[str], int]:
    """All records that were read, and how many of each group."""
    read, total = Counter[str](), 0
    for one in answers:
        read.update(one.groups_read)
        total += one.records
    return read, total


def _apart(groups: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The groups of some records, and where those of each are."""
    listed = list(groups)
    place: dict[str, int] = {}
    codes = np.array([place.setdefault(one, len(place)) for one in listed], np.int64)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(place)))
    yield from zip(place, np.split(order, ends)[:-1], strict=True)
