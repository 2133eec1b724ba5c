"""k-means by FAISS, and how many to take from each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sel.maths import neighbours
from sel.maths.choice import BLOCK, Rows
from sel.maths.quotas import level

if TYPE_CHECKING:
    from sel.types import Scores, Vectors

SEED = 1234  # of FAISS, whatever --seed is
ENOUGH = 20_000  # rows that a share of variance is measured by
SAMPLE = 256  # rows for each cell that the centres are learnt from


@dataclass(frozen=True)
class Cells:
    """Which cell each row is in."""

    centres: Vectors
    """Shape (cells, d)."""
    labels: Rows
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
    faiss = neighbours.library()
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
        found, which = learner.index.search(part, 1)
        labels[here] = which[:, 0]
        near[here] = 2 - 2 * found[:, 0] if unit else found[:, 0]
    return Cells(learner.centroids, labels, near)


def members(labels: Rows) -> list[Rows]:
    """The rows of each cell, in rising order."""
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(1, labels.max(initial=-1) + 1))
    return np.split(order, bounds) if len(labels) else []


def balanced(k: int, sizes: list[int], have: list[int]) -> list[int]:
    """How many more to take from each cell so that all give about the same.

    The smallest cells give first; what one cannot give, the larger ones do.

    Args:
        k: how many in all.
        sizes: of the cells.
        have: how many of each were taken before.
    """
    left = {cell: size for cell, size in enumerate(sizes) if size}
    while True:
        parts = level(k + sum(have[cell] for cell in left), left)
        over = [cell for cell, part in parts.items() if part < have[cell]]
        if not over:
            return [max(parts.get(i, 0) - have[i], 0) for i in range(len(sizes))]
        for cell in over:
            del left[cell]


def first_share(rows: Vectors) -> float:
    """The share of the variance that lies along one line, by an even part of them."""
    if len(rows) < 2:
        return 1.0
    part = rows[:: 1 + len(rows) // ENOUGH]
    spread = np.linalg.eigvalsh(np.atleast_2d(np.cov(part, rowvar=False)))
    return float(spread[-1] / max(spread.sum(), 1e-300))
