"""What a committee is worth to its voters, and greedy ways to one.

A voter's satisfaction with a record is a weight of the record's place on its ballot.
Source: Faliszewski et al. 2017, Multiwinner Voting: A New Challenge for Social Choice
Theory; Nemhauser et al. 1978, An analysis of approximations for maximizing submodular
set functions, Mathematical Programming 14.
"""

from __future__ import annotations

import heapq
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sel.pick._voting.seats import Seats
from sel.types import Scores

Places = npt.NDArray[np.int64]
FRONT = 1 << 13  # records whose gains are followed at each step


class Objective(Protocol):
    """A submodular worth, as it grows record by record."""

    def gains(self, rows: Scores) -> Scores:
        """What each of these records would add, shape (r,)."""
        ...

    def add(self, row: Scores) -> None:
        """Take a record in."""
        ...


class Sum:
    """Every member counts, whoever else is there."""

    def __init__(self, weights: Scores) -> None:
        self._weights = weights

    def gains(self, rows: Scores) -> Scores:
        gains: Scores = rows @ self._weights
        return gains

    def add(self, row: Scores) -> None:
        del row


class Cover:
    """For each voter the best member counts."""

    def __init__(self, weights: Scores) -> None:
        self._weights = weights
        self._best = np.zeros(len(weights))

    def gains(self, rows: Scores) -> Scores:
        gains: Scores = np.maximum(rows - self._best, 0) @ self._weights
        return gains

    def add(self, row: Scores) -> None:
        self._best = np.maximum(self._best, row)


class Harmonic:
    """For each voter the best member counts whole, the next half, then a third."""

    def __init__(self, weights: Scores) -> None:
        self._weights = weights
        self._members: list[Scores] = [np.empty(0) for _ in weights]

    def gains(self, rows: Scores) -> Scores:
        total = np.zeros(len(rows))
        for weight, members, column in zip(
            self._weights, self._members, rows.T, strict=True
        ):
            size = len(members)
            place = np.arange(1, size + 1)
            lost = members * (1 / (place + 1) - 1 / place)
            moved = np.append(np.cumsum(lost[::-1])[::-1], 0.0)
            at = np.searchsorted(-members, -column, side="right")
            total += weight * (column / (at + 1) + moved[at])
        return total

    def add(self, row: Scores) -> None:
        for voter, value in enumerate(row):
            members = self._members[voter]
            at = int(np.searchsorted(-members, -value, side="right"))
            self._members[voter] = np.insert(members, at, value)


def fill_seats(points: Scores, kinds: Places, free: Places, seats: Seats) -> list[int]:
    """The records with most points that the seats allow, one after the other.

    Args:
        points: (n,), of all records.
        kinds: (n,), what bounds see of each.
        free: those that may be taken, in their order.
        seats: what may be taken; it is filled.
    """
    ranked = free[np.argsort(-points[free], kind="stable")]
    by_kind = ranked[np.argsort(kinds[ranked], kind="stable")]
    sizes = np.bincount(kinds[by_kind], minlength=len(seats.sizes))
    ends = np.cumsum(sizes)
    at = (ends - sizes).tolist()
    heads = [kind for kind in range(len(sizes)) if sizes[kind]]
    heap = [(-points[by_kind[at[k]]], int(by_kind[at[k]]), k) for k in heads]
    heapq.heapify(heap)
    members: list[int] = []
    while heap and seats.left:
        _, place, kind = heap[0]
        if not seats.open[kind]:
            heapq.heappop(heap)
        elif not seats.allows(kind):
            heapq.heappop(heap)
            seats.close(kind)
        else:
            seats.take(kind)
            members.append(place)
            at[kind] += 1
            if at[kind] == ends[kind]:
                heapq.heappop(heap)
            else:
                place = int(by_kind[at[kind]])
                heapq.heapreplace(heap, (-points[place], place, kind))
    return members


def greedy_committee(
    worth: Objective, rows: Scores, kinds: Places, seats: Seats
) -> list[int]:
    """The records with the largest gains, until all seats are taken or none gains.

    Gains only fall, so those beyond a front of the largest are looked at again only
    when the front may have lost the lead. The result is that of looking at all.

    Args:
        worth: what gains are measured by.
        rows: (n, voters), satisfactions.
        kinds: (n,), what bounds see of each.
        seats: what may be taken; it is filled.
    """
    members: list[int] = []
    free = np.ones(len(rows), bool)
    front, floor = np.empty(0, np.int64), np.inf
    while seats.left:
        gains = worth.gains(rows[front])
        gains[~(free[front] & seats.open[kinds[front]])] = -np.inf
        place = int(front[gains.argmax()]) if len(front) else -1
        gain = float(gains.max(initial=-np.inf))
        if not gain > floor:
            gains = worth.gains(rows)
            gains[~(free & seats.open[kinds])] = -np.inf
            place = int(gains.argmax())
            gain = float(gains[place])
            front, floor = _front(gains)
        if gain <= 0:
            break
        kind = int(kinds[place])
        if not seats.allows(kind):
            seats.close(kind)
            continue
        seats.take(kind)
        worth.add(rows[place])
        free[place] = False
        members.append(place)
    return members


def _front(gains: Scores) -> tuple[Places, float]:
    """The places of the largest gains, in order, and the largest of the others."""
    if len(gains) <= FRONT:
        return np.arange(len(gains)), -np.inf
    places = np.argpartition(-gains, FRONT)
    return np.sort(places[:FRONT]), float(gains[places[FRONT]])
