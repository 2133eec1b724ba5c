"""Committees under bounds: greedy, or the best by an integer program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sel.errors import UsageError
from sel.pick._voting import integer_program, objectives, seats
from sel.pick._voting.seats import Bound
from sel.types import Scores

Places = npt.NDArray[np.int64]
LARGEST = 200_000  # variables of an integer program


Kind = Literal["sum", "cover", "harmonic"]


@dataclass(frozen=True)
class Election:
    """Ballots, and how many are to be elected.

    Args:
        satisfied: (n, voters), how satisfied a voter is with a record alone.
        weights: (voters,), how much each counts.
        groups: (n, fields), numbers of values.
        k: seats, at most n.
        kind: what counts for a voter: the sum over all members, the best of them, or
            the best, half the next, a third of the one after.
        spare: (n,), what seats go by when nothing is gained any more.
        exact: ask an integer program.
    """

    satisfied: Scores
    weights: Scores
    groups: Places
    k: int
    kind: Kind
    spare: Scores
    exact: bool

    def elected(self, bounds: Sequence[Bound]) -> list[int]:
        """Places of the members, in no order that matters.

        Raises:
            DataError: the bounds cannot be kept.
        """
        bounds = seats.merged(bounds)
        kinds, sizes, members = seats.kinds(self.groups, bounds)
        seats.check(self.k, sizes, bounds, members)
        if not self.k:
            return []
        if self.exact:
            return self._best(bounds)
        try:
            return self._greedy(kinds, seats.Seats(self.k, sizes, bounds, members))
        except seats.Stuck:
            plan = seats.Planned(self.k, sizes, bounds, members)
            return self._greedy(kinds, plan)

    def _greedy(self, kinds: Places, free: seats.Seats) -> list[int]:
        members: list[int] = []
        if self.kind != "sum":
            members = objectives.greedy_committee(
                self._worth(), self.satisfied, kinds, free
            )
        rest = np.setdiff1d(np.arange(len(kinds)), members, assume_unique=True)
        return members + objectives.fill_seats(self.spare, kinds, rest, free)

    def _worth(self) -> objectives.Objective:
        if self.kind == "sum":
            return objectives.Sum(self.weights)
        if self.kind == "cover":
            return objectives.Cover(self.weights)
        return objectives.Harmonic(self.weights)

    def score(self, chosen: Sequence[int]) -> float:
        """What a committee is worth."""
        rows = self.satisfied[list(chosen)]
        if self.kind == "cover":
            worth = rows.max(axis=0, initial=0.0)
        elif self.kind == "sum":
            worth = rows.sum(axis=0)
        else:
            ranked = -np.sort(-rows, axis=0)
            worth = (ranked / np.arange(1, len(rows) + 1)[:, None]).sum(axis=0)
        return float(worth @ self.weights)

    def in_order(self, chosen: Sequence[int]) -> tuple[list[int], list[float]]:
        """The members, most gain first, and the gain of each."""
        members = np.sort(np.array(chosen, np.int64))
        rows, spare = self.satisfied[members], self.spare[members]
        if self.kind == "sum":
            order = np.argsort(-spare, kind="stable")
            return members[order].tolist(), spare[order].tolist()
        alike = np.zeros(len(members), np.int64)
        none = np.zeros((0, 1), bool)
        free = seats.Seats(len(members), np.array([len(members)]), [], none)
        ranked = objectives.greedy_committee(self._worth(), rows, alike, free)
        rest = np.setdiff1d(np.arange(len(members)), ranked, assume_unique=True)
        ranked += rest[np.argsort(-spare[rest], kind="stable")].tolist()
        worth, gains = self._worth(), []
        for place in ranked:
            gains.append(float(worth.gains(rows[place : place + 1])[0]))
            worth.add(rows[place])
        return members[ranked].tolist(), gains

    def prices(
        self, bounds: Sequence[Bound], chosen: Sequence[int]
    ) -> dict[str, float]:
        """How much more would be gained without each bound, and without any."""
        if not bounds:
            return {}
        score = self.score(chosen)
        names = list(dict.fromkeys(bound.name for bound in bounds))
        free = self.score(self.elected([])) - score
        prices = {"all": free}
        for name in names:
            rest = [bound for bound in bounds if bound.name != name]
            loose = self.elected(rest) if rest and len(names) > 1 else None
            prices[name] = free if loose is None else self.score(loose) - score
        return prices

    def _best(self, bounds: Sequence[Bound]) -> list[int]:
        """The members, by an integer program.

        Variables say who is a member; for the rules that do not add up further ones
        say which member counts for which voter, and in which place.
        """
        places = self._candidates(bounds)
        size, voters = len(places), len(self.weights)
        depth = {"sum": 0, "cover": 1, "harmonic": self.k}[self.kind]
        if size * (1 + voters * depth) > LARGEST:
            msg = (
                f"--exact would need {size * (1 + voters * depth):,} variables."
                " Try: without --exact, or fewer records"
            )
            raise UsageError(msg)
        member = [self.groups[places, bound.field] == bound.group for bound in bounds]
        rows = [np.ones(size), *member]
        low: list[float] = [self.k, *(bound.low for bound in bounds)]
        high: list[float] = [self.k, *(bound.high for bound in bounds)]
        matrix, low, high = self._assigned(rows, low, high, size, voters * depth)
        if self.kind == "sum":
            cost = -self.spare[places]
        else:
            worth = self.satisfied[places] * self.weights
            counted = [
                worth[:, v] / (i + 1) for v in range(voters) for i in range(depth)
            ]
            cost = -np.concatenate([np.zeros(size), *counted])
        solution = integer_program.solved(cost, (0, 1), (matrix, low, high))
        assert solution is not None, "bounds that were checked can be kept"
        return [int(place) for place in places[np.round(solution[:size]) == 1]]

    def _candidates(self, bounds: Sequence[Bound]) -> Places:
        """Those that can be among the best: where all adds up, the k of each kind."""
        if self.kind != "sum":
            return np.arange(len(self.spare))
        kinds, _, _ = seats.kinds(self.groups, bounds)
        order = np.argsort(-self.spare, kind="stable")
        order = order[np.argsort(kinds[order], kind="stable")]
        sizes = np.bincount(kinds)
        place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return np.sort(order[place < self.k])

    def _assigned(
        self,
        rows: list[Scores],
        low: list[float],
        high: list[float],
        size: int,
        more: int,
    ) -> tuple[object, list[float], list[float]]:
        """The rows, and those of the variables that say who counts for whom."""
        from scipy import sparse

        whole = sparse.csr_array(np.vstack(rows).astype(np.float64))
        if not more:
            return whole, list(low), list(high)
        voters = len(self.weights)
        depth = more // voters
        identity = sparse.eye_array(size)
        # A member counts once for a voter, and nobody does who is not a member.
        linked = sparse.block_array(
            [
                [
                    -identity,
                    *(
                        identity if v == w else None
                        for w in range(voters)
                        for _ in range(depth)
                    ),
                ]
                for v in range(voters)
            ]
        )
        # At each depth one record counts.
        single = sparse.block_array(
            [
                [
                    sparse.csr_array((more, size)),
                    sparse.kron(sparse.eye_array(more), np.ones((1, size))),
                ]
            ]
        )
        wide = sparse.hstack([whole, sparse.csr_array((whole.shape[0], more * size))])
        matrix = sparse.vstack([wide, linked, single]).tocsr()
        under = size * voters + more
        return (
            matrix,
            [*low, *[-np.inf] * under],
            [*high, *[0.0] * size * voters, *[1.0] * more],
        )
