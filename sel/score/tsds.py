"""The chance of each record in a sample that is moved least to the target.

High means that the record is near to targets whose neighbourhood is not crowded: an
optimal transport from targets to records, in which records that have many near copies
share what one alone would get. The chances of all rows of the matrix add up to 1; most
are 0. Then `sel pick sample --weights proportional --by tsds`.

Distances are Euclidean and exact: each target is compared with all rows, and each row
that is one of its --max-k nearest with all others of that kind. That is most of the
cost; the matrix is copied into memory.

Source: Liu et al. 2024, TSDS: Data Selection for Task-Specific Model Finetuning,
NeurIPS, arXiv:2410.11303.

Differs: the authors search an approximate index, and draw with repeats; their code
fails where rounded chances add up to more than 1.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from sel import check
from sel.errors import DataError
from sel.maths.neighbours import faiss_index
from sel.types import Scores, Vectors

NEEDS = ("faiss",)
STEP = 1 << 12  # rows that are handled at once
SHARE = 10  # at most one in so many rows is a neighbour
ROUNDED = 1e-12  # a share this small is rounding


def score(
    matrix: Vectors,
    targets: Vectors,
    *,
    alpha: float = 0.5,
    scale: float = 5.0,
    sigma: float = 0.75,
    max_k: int = 5000,
    kde_k: int = 1000,
) -> Scores:
    """The chance of each row, shape (n,); NaN for a row that is not finite.

    Args:
        matrix: (n, d), all rows.
        targets: (t, d), all finite.
        alpha: from 0 to 1: the higher, the fewer and nearer records for each target.
        scale: the C of the paper: what a distance is divided by.
        sigma: how near rows crowd one another; 0 for not at all.
        max_k: most neighbours of a target; never more than a tenth of the rows.
        kde_k: most rows that are looked at to see how crowded one is.
    """
    check.between("--alpha", alpha, 0, 1)
    check.above("--scale", scale, 0)
    check.at_least("--sigma", sigma, 0)
    check.at_least("--max-k", max_k, 2)
    check.at_least("--kde-k", kde_k, 1)
    places = _finite(matrix)
    most = len(places) // SHARE
    if most < 2:
        msg = f"{len(places)} vectors are too few to choose from. Try: 20 or more"
        raise DataError(msg)
    squares, near = _nearest(matrix, places, np.asarray(targets, np.float32), max_k)
    crowded = np.ones(len(places))
    if sigma:
        there = np.unique(near)
        crowded[there] = _crowds(matrix, places[there], sigma, min(kde_k, most))
    chances = np.full(len(matrix), np.nan)
    room = 1 / crowded[near]
    given = _moved(np.sqrt(squares), near, room, alpha / scale, 1 - alpha)
    chances[places] = 0
    chances[places[: len(given)]] = given
    return chances


def _finite(matrix: Vectors) -> Any:
    """The numbers of the rows that are finite."""
    parts = (matrix[at : at + STEP] for at in range(0, len(matrix), STEP))
    good = [np.isfinite(part).all(axis=1) for part in parts]
    return np.flatnonzero(np.concatenate(good)) if good else np.empty(0, np.int64)


def _index(matrix: Vectors, places: Any) -> Any:
    """An exact index of some rows."""
    index = faiss_index.library().IndexFlatL2(matrix.shape[1])
    for at in range(0, len(places), STEP):
        index.add(np.ascontiguousarray(matrix[places[at : at + STEP]], np.float32))
    return index


def _nearest(
    matrix: Vectors, places: Any, targets: Vectors, most: int
) -> tuple[Scores, Any]:
    """The nearest of some rows to each target: squared distances and which, (t, k)."""
    k = min(most, len(places) // SHARE)
    squares, near = _index(matrix, places).search(targets, k)
    order = np.lexsort((near, squares))
    squares, near = (np.take_along_axis(one, order, 1) for one in (squares, near))
    return np.maximum(squares, 0).astype(np.float64), near


def _crowds(matrix: Vectors, places: Any, sigma: float, k: int) -> Scores:
    """How crowded each of some rows is among them; 1 for one that is alone."""
    index, found = _index(matrix, places), np.empty(len(places))
    for at in range(0, len(places), STEP):
        part = np.ascontiguousarray(matrix[places[at : at + STEP]], np.float32)
        squares, _ = index.search(part, min(k, len(places)))
        within = np.maximum(1 - squares.astype(np.float64) / sigma**2, 0)
        found[at : at + STEP] = within.sum(axis=1)
    return np.maximum(found, 1)  # itself, whatever the rounding


def _moved(
    distances: Scores, near: Any, room: Scores, pull: float, enough: float
) -> Scores:
    """What the targets give to rows, in the order of how much room these have.

    All targets take their next neighbour in turns, whoever has taken the least room
    first, until it costs more than it gains.

    Gives the chances of the rows, as far as the last that any target is near to.

    Args:
        distances: (t, k), rising.
        near: (t, k), which rows.
        room: (t, k), what each of them has.
        pull: what a distance counts.
        enough: for each target, when to stop.
    """
    count, k = near.shape
    steps, rooms = distances.tolist(), room.tolist()
    last, costs, total, taken = [0] * count, [0.0] * count, 0.0, 0.0
    moved = (distances[:, 0] * room[:, 0]).tolist()
    waiting = [(rooms[j][0], 0, j) for j in range(count)]
    heapq.heapify(waiting)
    while waiting:
        taken, i, j = heapq.heappop(waiting)
        cost = steps[j][i + 1] * taken - moved[j]
        total += cost - costs[j]
        costs[j] = cost
        if pull * total >= enough * count:
            break
        last[j] = i
        if i < k - 2:
            moved[j] += steps[j][i + 1] * rooms[j][i + 1]
            heapq.heappush(waiting, (taken + rooms[j][i + 1], i + 1, j))
    chances = np.zeros(int(near.max()) + 1)
    for j, i in enumerate(last):
        shares = room[j, : i + 1] / count / taken
        np.add.at(chances, near[j, : i + 1], shares)
        rest = 1 / count - shares.sum()
        chances[near[j, i + 1]] += rest if rest > ROUNDED / count else 0
    return chances
