"""Facility location, greedily: what is covered, and what each row would add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.maths.neighbours.graphs import ONE

SQUARE = 384  # rows and columns whose similarities stay in a fast cache
FEW = 1 << 4  # rows that are worked on at once
FINE = (1 << 16) - 1
"""A cosine of 1 among all: it fits in 16 bits, and 32,000 of them add up in 32."""

if TYPE_CHECKING:
    from sel.maths.neighbours.graphs import WeightedGraph
    from sel.types import Indices, Scores, Vectors

    Whole = npt.NDArray[np.int64]
    Fine = npt.NDArray[np.uint16]


class GraphCoverage:
    """Facility location on a graph: every row counts the best of its neighbours.

    Gains are whole numbers and kept up to date, so each step is exact, and the same
    as if all gains were made anew.

    Args:
        graph: symmetric, each row its own neighbour.
    """

    one = float(ONE)
    """What the gain of covering a row wholly is."""

    def __init__(self, graph: WeightedGraph) -> None:
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


def similarities(units: Vectors) -> Fine:
    """All cosines as whole numbers, negative ones as 0, shape (n, n).

    Half of them are made, the others copied.
    """
    n = len(units)
    similar = np.empty((n, n), np.uint16)
    scaled = units * np.float32(FINE**0.5)
    for i in range(0, n, SQUARE):
        for j in range(i, n, SQUARE):
            part = scaled[i : i + SQUARE] @ scaled[j : j + SQUARE].T
            np.rint(part, out=part)
            np.clip(part, 0, FINE, out=part)
            similar[i : i + SQUARE, j : j + SQUARE] = part
            similar[j : j + SQUARE, i : i + SQUARE] = part.T
    return similar


class DenseCoverage:
    """Facility location on all similarities, with gains as of GraphCoverage.

    Args:
        similar: (n, n), symmetric, from 0 to FINE; the sum of a row fits in 32 bits.
    """

    one = float(FINE)

    def __init__(self, similar: Fine) -> None:
        self._similar = similar
        self.covered = np.zeros(len(similar), np.uint16)
        self.owner = np.full(len(similar), -1)
        self.gains: Whole = similar.sum(axis=1, dtype=np.int32).astype(np.int64)

    def take(self, place: int) -> None:
        """Choose a row; its gain becomes -1."""
        similar = self._similar[place]
        rows = np.flatnonzero(similar > self.covered)
        for start in range(0, len(rows), FEW):
            part = rows[start : start + FEW]
            old, new = self.covered[part, None], similar[part, None]
            between = self._similar[part]
            np.clip(between, old, new, out=between)
            self.gains -= between.sum(axis=0, dtype=np.int32) - old.sum(dtype=np.int32)
        self.covered[rows] = similar[rows]
        self.owner[rows] = place
        self.gains[place] = -1  # all that it gives is covered, so this stays


def _whole(units: Vectors, others: Vectors) -> Vectors:
    """Cosines as whole numbers from 0 to FINE, shape (n, m)."""
    found: Vectors = np.rint(np.clip(units @ others.T, 0, 1) * np.float32(FINE))
    return found


def united(candidates: Vectors, sample: Vectors, k: int) -> Indices:
    """Greedily, which k candidates cover a sample best; ties to the first of them.

    Only those whose gain may be the highest are looked at again at each step.

    Args:
        candidates: (n, d), rows of length 1.
        sample: (m, d), rows of length 1.
        k: how many.
    """
    n, covered = len(candidates), np.zeros((len(sample), 1), np.float32)

    def gained(some: Any) -> Scores:
        similar = _whole(sample, candidates[some])
        gains: Scores = np.maximum(similar - covered, 0).sum(0, dtype=np.float64)
        return gains

    parts = [gained(slice(i, i + SQUARE)) for i in range(0, n, SQUARE)]
    gains, fresh = np.concatenate([np.empty(0), *parts]), np.ones(n, np.bool_)
    chosen: list[int] = []
    for _ in range(min(k, n)):
        while not fresh[place := int(gains.argmax())]:
            stale = np.where(fresh, -1, gains)
            some = np.argsort(-stale, kind="stable")[:FEW]
            some = some[stale[some] >= 0]
            gains[some], fresh[some] = gained(some), True
        chosen.append(place)
        np.maximum(covered, _whole(sample, candidates[[place]]), out=covered)
        gains[place], fresh[:] = -1, False
    return np.array(chosen, np.int64)


def covered(units: Vectors, chosen: Vectors) -> int:
    """How far rows are covered together, each by the nearest chosen one; FINE each.

    Args:
        units: (n, d), rows of length 1.
        chosen: (k, d), rows of length 1.
    """
    if not len(chosen):
        return 0
    return sum(
        int(_whole(units[i : i + SQUARE], chosen).max(axis=1).sum(dtype=np.float64))
        for i in range(0, len(units), SQUARE)
    )


def payable(
    worth: Scores, costs: Scores, budget: float, spent: float, rated: bool
) -> Scores:
    """What rows are worth that can be paid; minus infinity for all others.

    Args:
        worth: (n,), below 0 for what cannot be chosen.
        costs: (n,).
        budget: what there was to pay with.
        spent: what of it is gone.
        rated: give the worth for each unit of the cost; what costs nothing is first.
    """
    values = worth.astype(np.float64)
    if rated:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(worth > 0, worth / costs, 0.0)
    return np.where((worth >= 0) & (spent + costs <= budget), values, -np.inf)


def affordable(gains: Whole, costs: Scores, budget: float, k: int) -> float:
    """The most that k rows, or parts of rows, within a budget could add at once."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(gains > 0, gains / costs, 0.0)
    order = np.argsort(-rate, kind="stable")
    spent = np.cumsum(costs[order])
    whole = int(np.searchsorted(spent, budget, side="right"))
    most = float(gains[order[:whole]].sum())
    if whole < len(order):
        most += rate[order[whole]] * (budget - (spent[whole - 1] if whole else 0.0))
    return min(most, float(np.sort(gains)[max(len(gains) - k, 0) :].sum()))
