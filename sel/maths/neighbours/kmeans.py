"""Cells of k-means: by FAISS for many rows, or from rows that chance draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sel.maths.greedy.choice import BLOCK
from sel.maths.neighbours import faiss_index
from sel.types import Indices

if TYPE_CHECKING:
    from sel.types import Noise, Scores, Vectors


SEED = 1234  # of FAISS, whatever --seed is
SAMPLE = 256  # rows for each cell that the centres are learnt from


@dataclass(frozen=True)
class Cells:
    """Which cell each row is in."""

    centres: Vectors
    """Shape (cells, d)."""
    labels: Indices
    """Shape (n,)."""
    near: Scores
    """Shape (n,): the squared distance to the centre; of units, 1 - cosine, doubled."""


def cells(
    rows: Vectors,
    count: int,
    *,
    rounds: int = 20,
    unit: bool = False,
    sample: int = SAMPLE,
) -> Cells:
    """The nearest of `count` centres for every row; fewer if there are fewer rows.

    Args:
        rows: (n, d), finite.
        count: how many centres.
        rounds: of k-means.
        unit: the rows have length 1, and so shall the centres.
        sample: rows for each centre that it is learnt from.
    """
    faiss = faiss_index.library()
    n, d = rows.shape
    count = min(count, n)
    if not count:
        return Cells(np.empty((0, d), np.float32), np.empty(0, np.int64), np.empty(0))
    learner = faiss.Kmeans(
        d,
        count,
        niter=rounds,
        seed=SEED,
        spherical=unit,
        min_points_per_centroid=1,
        max_points_per_centroid=sample,
    )
    learner.train(np.ascontiguousarray(rows, np.float32))
    labels, near = np.empty(n, np.int64), np.empty(n)
    for start in range(0, n, BLOCK):
        here = slice(start, start + BLOCK)
        part = np.ascontiguousarray(rows[here], np.float32)
        best, which = learner.index.search(part, 1)
        labels[here] = which[:, 0]
        near[here] = 2 - 2 * best[:, 0] if unit else best[:, 0]
    return Cells(learner.centroids, labels, near)


def members(labels: Indices) -> list[Indices]:
    """The rows of each cell, in rising order."""
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(1, labels.max(initial=-1) + 1))
    return np.split(order, bounds) if len(labels) else []


ROUNDS = 10  # of k-means
COMPARED = 1 << 11  # rows that are compared at once


def centres(rows: Vectors, count: int, rng: Noise) -> Vectors:
    """Centres of k-means by cosine, shape (count, d), fewer if there are fewer rows.

    Args:
        rows: (n, d) to learn from.
        count: how many centres.
        rng: draws the rows that the centres start as.
    """
    order = np.argsort(rng.uniform(np.arange(len(rows), dtype=np.uint64)))
    centres = np.array(rows[np.sort(order[:count])])
    for _ in range(ROUNDS):
        labels = nearest_centre(rows, centres)
        sums = np.zeros(centres.shape)
        np.add.at(sums, labels, rows)
        lengths = np.sqrt((sums**2).sum(axis=1))
        there = lengths > 0
        centres[there] = (sums[there] / lengths[there, None]).astype(np.float32)
    return centres


def nearest_centre(rows: Vectors, centres: Vectors) -> Indices:
    """The nearest centre of each row, of equal ones the first."""
    parts = [
        (rows[at : at + COMPARED] @ centres.T).argmax(axis=1)
        for at in range(0, len(rows), COMPARED)
    ]
    return np.concatenate([np.empty(0, np.int64), *parts])
