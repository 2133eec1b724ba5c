"""Facility location, greedily: what is covered, and what each row would add."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sel.maths.graphs import ONE

BLOCK = 1 << 8  # rows that are looked at at once

if TYPE_CHECKING:
    from sel.maths.choice import Rows
    from sel.maths.graphs import Weighted
    from sel.types import Scores, Vectors

    Whole = npt.NDArray[np.int64]


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

    def refresh(self) -> None:
        """Bring the gains of all that can still be chosen up to date."""
        for start in range(0, len(self.gains), BLOCK):
            here = slice(start, start + BLOCK)
            whole = np.maximum(self._similar[here], self.covered).sum(1, np.float64)
            free = self.gains[here] >= 0
            self.gains[here][free] = whole[free] - self.total

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
