"""Graphs of nearest neighbours: made from unit rows, turned round, made symmetric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.maths.neighbours import knn
from sel.maths.neighbours.kmeans import cells, members

if TYPE_CHECKING:
    from sel.maths.neighbours.kmeans import Cells
    from sel.types import Indices, Vectors

    Names = npt.NDArray[np.int32]

EXACT = 50_000  # rows of which each is compared with every other
ASKED = 1 << 9  # rows that are compared with others at once
STRIDE = 8  # columns of which the highest stands for all
SAMPLE = 200  # rows by which recall is measured
ROUNDS = 6
PER_CELL = 40  # rows that each centre is learnt from
PROBES = 24  # cells that a row is compared with, its own included
LARGE = 8  # times the mean size of a cell
ONE = 1 << 30
"""A cosine of 1 as a whole number: sums of these are exact in any order."""


def knn_graph(units: Vectors, k: int) -> tuple[Names, Vectors, float | None]:
    """The k nearest other rows of each row, their cosines, and the recall if inexact.

    Nearest first, ties to the lower row, itself never; -1 and NaN where there are no
    more. Exact up to EXACT rows; beyond, only rows of cells near by are compared.

    Args:
        units: (n, d), rows of length 1.
        k: neighbours of each row.
    """
    n = len(units)
    rows = np.full((n, k), -1, np.int32)
    cosines = np.full((n, k), np.nan, np.float32)
    wide = min(k, n - 1)
    if wide < 1:
        return rows, cosines, None
    if n <= EXACT:
        _exact(units, wide, rows, cosines)
        return rows, cosines, None
    _listed(units, wide, rows, cosines)
    return rows, cosines, _recall(units, rows[:, :wide])


def memory(n: int, d: int) -> int:
    """Bytes that `nearest` needs beside the rows and its result."""
    if n <= EXACT:
        return n * (4 * d + 12 * ASKED)
    return int(700 * d * n**0.5)


def _exact(units: Vectors, k: int, rows: Names, cosines: Vectors) -> None:
    """Every row against every other, some at a time."""
    n = len(units)
    columns = np.ascontiguousarray(units.T)
    held = np.empty((ASKED, n), np.float32)
    names = np.arange(n)
    for start in range(0, n, ASKED):
        part = units[start : start + ASKED]
        products = np.matmul(part, columns, out=held[: len(part)])
        own = np.arange(len(part))
        products[own, start + own] = -np.inf
        floor = _floor(products, k)
        near = knn.top_k(*knn.above(names, products, floor), k)
        rows[start : start + ASKED, :k], cosines[start : start + ASKED, :k] = near


def _floor(products: Vectors, k: int) -> Vectors:
    """What the k highest of each line are above.

    The k-th of the maxima of groups is no higher than the k-th of all, and takes an
    eighth of the work.
    """
    n = products.shape[1]
    size = n // STRIDE
    if size < 2 * k:
        return np.full(len(products), -np.inf, np.float32)
    groups = products[:, : size * STRIDE].reshape(len(products), STRIDE, size)
    highest = groups.max(axis=1)
    highest.partition(size - k, axis=1)
    floor: Vectors = np.nextafter(highest[:, size - k], np.float32(-np.inf))
    return floor


def _listed(units: Vectors, k: int, rows: Names, cosines: Vectors) -> None:
    """Each row against those of the cells nearest to its own, a cell at a time.

    All rows of a cell share what they are compared with, so that this is a product of
    matrices, several times as fast as asking an index row by row.
    """
    made = cells(
        units, int(4 * len(units) ** 0.5), rounds=ROUNDS, unit=True, sample=PER_CELL
    )
    parts, centres = _pieces(made)
    sizes = np.array([len(part) for part in parts])
    alike = centres @ centres.T
    np.fill_diagonal(alike, np.inf)
    for number, part in enumerate(parts):
        order = np.argsort(-alike[number], kind="stable")
        enough = int(np.searchsorted(np.cumsum(sizes[order]), 4 * k)) + 1
        near = order[: max(PROBES, enough)]
        others = np.sort(np.concatenate([parts[piece] for piece in near]))
        theirs = units[others].T
        for start in range(0, len(part), ASKED):
            own = part[start : start + ASKED]
            products = units[own] @ theirs
            products[np.arange(len(own)), np.searchsorted(others, own)] = -np.inf
            above = knn.above(others, products, _floor(products, k))
            named, highest = knn.top_k(*above, k)
            rows[own, : named.shape[1]] = named
            cosines[own, : named.shape[1]] = np.where(named < 0, np.nan, highest)


def _pieces(made: Cells) -> tuple[list[Indices], Vectors]:
    """The rows of each cell and its centre; cells that are too large are cut."""
    most = LARGE * (1 + len(made.labels) // len(made.centres))
    parts, centres = [], []
    for cell, part in enumerate(members(made.labels)):
        for start in range(0, len(part), most):
            parts.append(part[start : start + most])
            centres.append(made.centres[cell])
    return parts, np.array(centres)


def _recall(units: Vectors, rows: Names) -> float:
    """Share of the true neighbours that some rows have."""
    n, k = rows.shape
    chosen = np.sort(np.random.default_rng(1).permutation(n)[:SAMPLE])
    truth, _ = knn.exact(units, units[chosen], k + 1)
    order = np.argsort(truth == chosen[:, None], axis=1, kind="stable")[:, :k]
    named = rows[chosen].astype(np.int64)
    return knn.recall(np.take_along_axis(truth, order, 1), named)


def among(graph: Indices | Names, rows: Indices) -> Names:
    """A graph of all rows of a matrix as one of some, by their places among them."""
    if len(rows) == len(graph):
        return np.asarray(graph, np.int32)
    place = np.full(len(graph) + 1, -1, np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    return place[graph[rows]]  # the last one, for -1, is -1


def cosines_of(units: Vectors, rows: Names) -> Vectors:
    """The cosine of each row with each of its neighbours; NaN where there is none."""
    cosines = np.full(rows.shape, np.nan, np.float32)
    for start in range(0, len(rows), ASKED):
        here = slice(start, start + ASKED)
        others = units[rows[here]]
        cosines[here] = np.matmul(others, units[here, :, None])[:, :, 0]
    cosines[rows < 0] = np.nan
    return cosines


def reverse(graph: Indices | Names, n: int) -> tuple[Indices, Names]:
    """Who names each of n: starts, shape (n + 1,), and namers in rising order."""
    named = graph.astype(np.int64)
    keys = (named << 32) | np.arange(len(graph))[:, None]
    keys = keys.ravel() if named.min(initial=0) >= 0 else keys[named >= 0]
    keys.sort()
    starts = np.searchsorted(keys, np.arange(n + 1) << 32)
    return starts, (keys & 0xFFFFFFFF).astype(np.int32)


@dataclass(frozen=True)
class WeightedGraph:
    """A symmetric graph whose edges have weights; each row names itself with ONE."""

    starts: Indices
    """Shape (n + 1,)."""
    names: Names
    weights: Names
    """Cosines as whole numbers, from 1 to ONE."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def edges(self, rows: Indices) -> tuple[Indices, Indices]:
        """Where the edges of some rows stand, and how many each has."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(sizes)
        first = np.repeat(self.starts[rows] - ends + sizes, sizes)
        return first + np.arange(ends[-1] if len(ends) else 0), sizes


def symmetric(graph: Names, cosines: Vectors) -> WeightedGraph:
    """The graph in which two rows are joined if one names the other.

    Args:
        graph: (n, k), -1 where there is no neighbour.
        cosines: (n, k); edges below zero are left out.
    """
    n, k = graph.shape
    good = (graph >= 0) & (cosines > 0)
    whole = np.where(good, np.rint(np.nan_to_num(cosines) * ONE), 0)
    ours = np.clip(whole, 0, ONE).astype(np.int32)
    places = np.flatnonzero(ours)
    keys = (graph.ravel()[places].astype(np.int64) << 32) | places
    keys.sort()
    starts = np.searchsorted(keys, np.arange(n + 1) << 32)
    parts: list[Any] = []
    sizes = np.zeros(n + 1, np.int64)
    step = max(1, (1 << 22) // max(k, 1))
    for start in range(0, n, step):
        end = min(start + step, n)
        back = keys[starts[start] : starts[end]]
        names, weights, counts = _joined(graph, ours, back, start, end)
        parts.append((names, weights))
        sizes[start + 1 : end + 1] = counts
    names = np.concatenate([part[0] for part in parts] or [np.empty(0, np.int32)])
    weights = np.concatenate([part[1] for part in parts] or [np.empty(0, np.int32)])
    return WeightedGraph(np.cumsum(sizes), names, weights)


def _joined(
    graph: Names, ours: Names, back: Indices, start: int, end: int
) -> tuple[Names, Names, Indices]:
    """The edges of some rows: those they name, those that name them, themselves."""
    k = graph.shape[1]
    line, column = np.nonzero(ours[start:end])
    own = np.arange(start, end)
    edge = back & 0xFFFFFFFF
    keys = np.concatenate(
        (
            ((line + start) << 32) | graph[start:end][line, column],
            ((back >> 32) << 32) | (edge // k),
            (own << 32) | own,
        )
    )
    weights = np.concatenate(
        (
            ours[start:end][line, column],
            ours.ravel()[edge],
            np.full(len(own), ONE, np.int32),
        )
    )
    order = np.argsort(keys, kind="stable")
    keys, weights = keys[order], weights[order]
    first = np.ones(len(keys), bool)
    first[1:] = keys[1:] != keys[:-1]
    weights = np.maximum.reduceat(weights, np.flatnonzero(first))
    keys = keys[first]
    counts = np.bincount((keys >> 32) - start, minlength=end - start)
    return (keys & 0xFFFFFFFF).astype(np.int32), weights, counts
