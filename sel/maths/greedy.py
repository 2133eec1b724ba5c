"""Greedy choices that look again only at the rows that can be next, and stay exact."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sel.maths.choice import BLOCK, GRID, Rows
from sel.maths.graphs import ONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.maths.graphs import Weighted
    from sel.types import Mask, Scores, Vectors

    Whole = npt.NDArray[np.int64]

HELD = 1 << 11  # rows that are looked at again at every step
SHORT = 8  # steps after which more are held
TOGETHER = 1 << 10  # of the chosen, compared with all rows at once


def grid(cosines: Vectors) -> Vectors:
    """Cosines to a millionth."""
    found: Vectors = np.rint(cosines * np.float32(GRID)) / np.float32(GRID)
    return found


class Near:
    """The highest cosine of each row to those chosen.

    Args:
        units: (n, d), rows of length 1.
    """

    def __init__(self, units: Vectors) -> None:
        self.units = units
        self.chosen: list[int] = []
        self.cosines = np.full(len(units), -1, np.float32)
        self.owner = np.full(len(units), -1)
        """Which of the chosen is nearest, by its number among them."""
        self._known = 0

    def catch_up(self) -> None:
        """Compare all rows with those chosen since the last time."""
        for first in range(self._known, len(self.chosen), TOGETHER):
            others = self.units[self.chosen[first : first + TOGETHER]].T
            for start in range(0, len(self.units), BLOCK):
                self._compare(slice(start, start + BLOCK), others, first)
        self._known = len(self.chosen)

    def covers(self) -> Rows:
        """How many rows each of the chosen is nearest to."""
        return np.bincount(self.owner[self.owner >= 0], minlength=len(self.chosen))

    def _compare(self, here: slice, others: Vectors, first: int) -> None:
        found = self.units[here] @ others
        which = found.argmax(axis=1)
        cosines = grid(np.take_along_axis(found, which[:, None], 1)[:, 0])
        nearer = cosines > self.cosines[here]
        self.cosines[here][nearer] = cosines[nearer]
        self.owner[here][nearer] = which[nearer] + first


@dataclass(frozen=True)
class Spread:
    """What `apart` chose."""

    places: Rows
    values: Scores
    near: Near


def apart(
    units: Vectors, base: Scores, penalty: float, k: int, already: Rows
) -> Spread:
    """The k rows with the highest base - penalty x cosine to the nearest chosen.

    A value can only fall while rows are chosen. So the rows with the highest values
    are held: while the best of them is above what any other was when all were last
    brought up to date, no other need be looked at. To bring all up to date is one
    product of matrices for many steps.

    Args:
        units: (n, d), rows of length 1.
        base: (n,), what a row is worth alone.
        penalty: 0 or more.
        k: how many to choose; there are as many.
        already: places chosen before.
    """
    near = Near(units)
    near.chosen = already.tolist()
    free = np.ones(len(units), bool)
    free[already] = False
    values: list[float] = []
    held = HELD
    while True:
        near.catch_up()
        if len(values) == k:
            break
        worth = np.where(free, base - penalty * near.cosines, -np.inf)
        before = len(values)
        active, floor = _highest(worth, held)
        for place, value in _steps(near, base, penalty, free, worth, active, floor):
            free[place] = False
            near.chosen.append(place)
            values.append(value)
            if len(values) == k:
                break
        if len(values) - before < SHORT:
            held = min(2 * held, max(HELD, len(units) // 8))
    places = np.array(near.chosen[len(already) :], np.int64)
    return Spread(places, np.array(values), near)


def _highest(worth: Scores, held: int) -> tuple[Rows, float]:
    """Places of the highest in rising order, and what no other is above."""
    if held >= len(worth):
        return np.arange(len(worth)), -np.inf
    order = np.argpartition(worth, len(worth) - held - 1)
    return np.sort(order[-held:]), float(worth[order[-held - 1]])


def _steps(
    near: Near,
    base: Scores,
    penalty: float,
    free: Mask,
    worth: Scores,
    active: Rows,
    floor: float,
) -> Iterator[tuple[int, float]]:
    """The next rows and their values, until one outside of the active may be next."""
    place = int(worth.argmax())  # all are up to date, so this one may be any
    yield place, float(worth[place])
    rows, own = near.units[active], base[active]
    cosines = near.cosines[active]
    while True:
        np.maximum(cosines, grid(rows @ near.units[place]), out=cosines)
        values = np.where(free[active], own - penalty * cosines, -np.inf)
        best = int(values.argmax())
        if not values[best] > floor:
            return
        place = int(active[best])
        yield place, float(values[best])


class Cover:
    """Facility location on a graph: every row counts the best of its neighbours.

    Gains are whole numbers and kept up to date, so each step is exact, and the same
    as if all gains were made anew.

    Args:
        graph: symmetric, each row its own neighbour.
    """

    one = float(ONE)
    """What the gain of covering a row wholly is."""

    def __init__(self, graph: Weighted) -> None:
        self._graph = graph
        self.covered = np.zeros(len(graph), np.int64)
        self.owner = np.full(len(graph), -1)
        starts = graph.starts[:-1]
        self.gains: Whole = np.add.reduceat(graph.weights, starts, dtype=np.int64)

    def take(self, place: int) -> None:
        """Choose a row; its gain becomes -1."""
        graph = self._graph
        here = slice(graph.starts[place], graph.starts[place + 1])
        rows, new = graph.names[here], graph.weights[here].astype(np.int64)
        better = new > self.covered[rows]
        rows, new = rows[better].astype(np.int64), new[better]
        old = self.covered[rows]
        edges, sizes = graph.edges(rows)
        weights = graph.weights[edges].astype(np.int64) - np.repeat(old, sizes)
        # What an edge gave above the old cover, it gives above the new one no more.
        lost = np.minimum(weights, np.repeat(new - old, sizes))
        felt = lost > 0
        np.subtract.at(self.gains, graph.names[edges[felt]], lost[felt])
        self.covered[rows] = new
        self.owner[rows] = place
        self.gains[place] = -1  # all that it gives is covered, so this stays


class Dense:
    """Facility location on all similarities; gains are made anew only where needed.

    Args:
        similar: (n, n), symmetric, 0 or more, on the grid.
    """

    one = 1.0

    def __init__(self, similar: Vectors) -> None:
        self._similar = similar
        self.covered = np.zeros(len(similar), np.float32)
        self.total = 0.0
        """The sum of what is covered; on the grid such sums are exact."""
        self.owner = np.full(len(similar), -1)
        self.gains = similar.sum(axis=1, dtype=np.float64)
        self._more = np.empty_like(self.covered)

    def gain(self, place: int) -> float:
        """What a row would add now."""
        whole = np.maximum(self._similar[place], self.covered, out=self._more)
        self.gains[place] = gain = float(whole.sum(dtype=np.float64)) - self.total
        return gain

    def take(self, place: int) -> None:
        """Choose a row; its gain becomes -1."""
        better = self._similar[place] > self.covered
        self.owner[better] = place
        np.maximum(self.covered, self._similar[place], out=self.covered)
        self.total = float(self.covered.sum(dtype=np.float64))
        self.gains[place] = -1


def lazily(cover: Dense, base: Scores, part: float, k: int) -> tuple[Rows, Scores]:
    """The k places with the highest base + part x gain in turn, and their gains.

    Gains only fall: the first in the heap whose gain is up to date is the highest.
    """
    known = cover.gains.tolist()
    worth = (base + part * cover.gains).tolist()
    heap = [(-worth[i], i, -1) for i, gain in enumerate(known) if gain >= 0]
    heapq.heapify(heap)
    chosen, gains = np.empty(k, np.int64), np.empty(k)
    for step in range(k):
        while heap[0][2] < step:
            place = heap[0][1]
            value = float(base[place]) + part * cover.gain(place)
            heapq.heapreplace(heap, (-value, place, step))
        _, place, _ = heapq.heappop(heap)
        chosen[step], gains[step] = place, cover.gains[place]
        cover.take(place)
    return chosen, gains
