"""Seats under bounds: which kinds of records may still be taken.

A kind is a combination of the values that bounds name; all records of a kind are alike
to them. Bounds on one field are checked by counting, which is exact. Those on several
are counted field by field; where that leaves no way on, `Planned` asks an integer
program before each record of a kind that its plan has no more of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sel.errors import DataError
from sel.pick._voting import integer_program

Counts = npt.NDArray[np.int64]
Membership = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bound:
    """How many seats records with a value of a field must and may get."""

    name: str
    """As it was asked for."""
    field: int
    """Number of the field."""
    group: int
    """Number of the value."""
    low: int
    high: int


def merged(bounds: Sequence[Bound]) -> list[Bound]:
    """One bound for each value: the strictest of those on it."""
    strictest: dict[tuple[int, int], Bound] = {}
    for bound in bounds:
        other = strictest.get((bound.field, bound.group), bound)
        names = " and ".join(dict.fromkeys((other.name, bound.name)))
        low, high = max(other.low, bound.low), min(other.high, bound.high)
        place = (bound.field, bound.group)
        strictest[place] = Bound(names, *place, low, high)
    return list(strictest.values())


def kinds(
    groups: npt.NDArray[np.int64], bounds: Sequence[Bound]
) -> tuple[npt.NDArray[np.int64], Counts, Membership]:
    """The kind of each record, the size of each kind, and whom each bound counts.

    Args:
        groups: (n, fields), numbers of values.
        bounds: b, one for each value.
    """
    code = np.zeros(len(groups), np.int64)
    radix = 1
    for field in range(groups.shape[1]):
        named = [bound.group for bound in bounds if bound.field == field]
        table = np.zeros(
            max([-1, groups[:, field].max(initial=-1), *named]) + 2, np.int64
        )
        table[named] = np.arange(1, len(named) + 1)
        code += radix * table[groups[:, field]]
        radix *= len(named) + 1
    _, first, kind, sizes = np.unique(
        code, return_index=True, return_inverse=True, return_counts=True
    )
    members = np.array(
        [groups[first, bound.field] == bound.group for bound in bounds], bool
    ).reshape(len(bounds), len(first))
    return kind.reshape(-1), sizes, members


class Stuck(Exception):
    """No kind may be taken, and there are seats left."""


class Seats:
    """What is taken, and what may be.

    Args:
        k: how many seats.
        sizes: (kinds,), records of each kind.
        bounds: b of them.
        members: (b, kinds), which kinds a bound counts.
    """

    def __init__(
        self, k: int, sizes: Counts, bounds: Sequence[Bound], members: Membership
    ) -> None:
        self.left = k
        self.bounds = list(bounds)
        self.members = members
        self.sizes = sizes
        self.taken = np.zeros(len(sizes), np.int64)
        self.low = np.array([bound.low for bound in bounds], np.int64)
        self.high = np.array([bound.high for bound in bounds], np.int64)
        self.fields = np.array([bound.field for bound in bounds], np.int64)
        self._counts = np.zeros(len(bounds), np.int64)
        self._closed = np.zeros(len(sizes), bool)
        self._touched = [np.flatnonzero(column) for column in members.T]
        self._look()

    def _look(self) -> None:
        """Which kinds may be taken."""
        missing = np.maximum(self.low - self._counts, 0)
        closed = self._closed | (self.taken >= self.sizes)
        closed |= (self.members & (self._counts >= self.high)[:, None]).any(axis=0)
        self._slack = self.left
        for field in np.unique(self.fields):
            short = (self.fields == field) & (missing > 0)
            slack = self.left - int(missing[short].sum())
            if slack <= 0 and short.any():
                closed |= ~self.members[short].any(axis=0)
            elif short.any():
                self._slack = min(self._slack, slack)
        self._closed = closed | (self.left <= 0)
        self.open = ~self._closed

    def take(self, kind: int) -> None:
        """Give a seat to a record of a kind.

        Raises:
            Stuck: there are seats left, and nobody may have them.
        """
        self.left -= 1
        self.taken[kind] += 1
        touched = self._touched[kind]
        self._counts[touched] += 1
        counts = self._counts[touched]
        self._slack -= 1
        full = (counts == self.low[touched]) | (counts >= self.high[touched])
        if self._slack <= 0 or full.any() or self.taken[kind] >= self.sizes[kind]:
            self._look()
        if self.left and not self.open.any():
            raise Stuck

    def allows(self, kind: int) -> bool:
        """Whether a kind that is open may be taken; if not, it is closed for good."""
        return bool(self.open[kind])

    def close(self, kind: int) -> None:
        """Take no more of a kind.

        Raises:
            Stuck: there are seats left, and nobody may have them.
        """
        self._closed[kind] = True
        self.open[kind] = False
        if self.left and not self.open.any():
            raise Stuck


class Planned(Seats):
    """Seats with a plan that keeps all bounds, made anew where it must give way."""

    _plan: Counts | None = None

    def allows(self, kind: int) -> bool:
        """Whether the committee can be completed with one more of a kind."""
        if self._plan is None or self._plan[kind] <= self.taken[kind]:
            least = self.taken.copy()
            least[kind] += 1
            wish = np.zeros(len(self.sizes))
            wish[kind] = -1.0
            plan = integer_program.counts(
                wish,
                (least, self.sizes),
                int(self.taken.sum()) + self.left,
                (self.members, self.low, self.high),
            )
            if plan is None:
                return False
            self._plan = plan
        return True


def check(k: int, sizes: Counts, bounds: Sequence[Bound], members: Membership) -> None:
    """Refuse bounds that cannot be kept together.

    Raises:
        DataError: they are named, with what there is.
    """
    for bound, there in zip(bounds, members @ sizes, strict=True):
        if bound.low > there:
            _refuse(f"{bound.name} asks for {bound.low:,}, and there are {there:,}")
        if bound.low > bound.high:
            _refuse(f"{bound.name}: at least {bound.low:,}, at most {bound.high:,}")
    for field in {bound.field for bound in bounds}:
        ours = [i for i, bound in enumerate(bounds) if bound.field == field]
        names = ", ".join(dict.fromkeys(bounds[i].name for i in ours))
        lows = sum(bounds[i].low for i in ours)
        if lows > k:
            _refuse(f"{names} ask for {lows:,} of {k:,} seats")
        rest = int(sizes[~members[ours].any(axis=0)].sum())
        room = rest + sum(min(bounds[i].high, int(members[i] @ sizes)) for i in ours)
        if room < k:
            _refuse(f"{names} leave room for {room:,} of {k:,}")
    if len({bound.field for bound in bounds}) > 1:
        _check_together(k, sizes, bounds, members)


def _check_together(
    k: int, sizes: Counts, bounds: Sequence[Bound], members: Membership
) -> None:
    """Name a smallest set of bounds that conflict, if scipy is there to find it."""
    if not integer_program.there():
        return

    def can(kept: list[int]) -> bool:
        low = np.array([bounds[i].low for i in kept], np.int64)
        high = np.array([bounds[i].high for i in kept], np.int64)
        zero = np.zeros_like(sizes)
        rows = (members[kept], low, high)
        return integer_program.counts(zero * 1.0, (zero, sizes), k, rows) is not None

    kept = list(range(len(bounds)))
    if can(kept):
        return
    for i in range(len(bounds)):
        without = [j for j in kept if j != i]
        if not can(without):
            kept = without
    _refuse(f"{' and '.join(bounds[i].name for i in kept)} cannot be kept together")


def _refuse(what: str) -> None:
    msg = f"{what}. Try: other bounds, or another -k"
    raise DataError(msg)
