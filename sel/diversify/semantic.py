"""Leaves out rows whose vectors are nearly the same as another one.

SemDeDup: rows are put into cells by k-means, and compared within each cell. They come
in the order of their distance from the centre, hard the farthest first; a row goes if
its cosine to any row before it is above --most. Pairs in different cells are not
found. A row that cannot be compared, of zeros or not finite, stays. Without -k all
that stay are chosen; -k takes the first of them.

Source: Abbas et al. 2023, SemDeDup: Data-efficient learning at web-scale through
semantic deduplication, arXiv:2303.09540.
Differs: the authors say epsilon, which is 1 less --most.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from sel import check
from sel.maths.greedy import lazy
from sel.maths.greedy.choice import NONE, Choice, Pool, pool
from sel.maths.matrices.products import product
from sel.maths.neighbours import kmeans
from sel.types import Indices, Vectors

NEEDS = ("faiss",)

PER_CELL = 1000  # rows, on average
TOGETHER = 1 << 10


def diversify(
    vectors: Vectors,
    already: Indices = NONE,
    *,
    k: int | None = None,
    most: float = 0.95,
    cells: int = 0,
    keep: Literal["hard", "easy"] = "hard",
) -> Choice:
    """Rows that stay, in the order of the matrix; the gain is 1 - the highest cosine.

    A row without a usable vector stays, and its gain is NaN.

    Args:
        vectors: (n, d).
        already: rows chosen before; they come before all others.
        k: choose at most this many records.
        most: highest cosine allowed to a row that comes before.
        cells: number of cells; 0 means one for each 1,000 rows.
        keep: which of two duplicates stays: the one far from the centre, or the one
            near it.
    """
    check.between("--most", most, -1, 1)
    check.at_least("--cells", cells, 0)
    if k is not None:
        check.at_least("-k", k, 0)
    candidates = pool(vectors, already)
    n = len(candidates.rows)
    made = kmeans.cells(candidates.units, cells or 1 + n // PER_CELL, unit=True)
    rank = np.rint(made.near * 1e6) * (-1 if keep == "hard" else 1)
    before = np.zeros(n, bool)
    before[candidates.already] = True
    rank[before] = -np.inf
    near = np.full(n, -1.0, np.float32)
    for part in kmeans.members(made.labels):
        order = part[np.argsort(rank[part], kind="stable")]
        near[order] = _highest(candidates, order)
    highest = np.full(len(vectors), np.nan)
    highest[candidates.rows] = near
    alike = highest > most  # not so where there is nothing to compare
    alike[already] = False
    stay = ~alike
    stay[already] = False
    rows = np.flatnonzero(stay)[:k]
    facts = {"cells": len(made.centres), "alike": int(alike.sum())}
    return Choice(rows, 1 - highest[rows], facts=facts)


def _highest(candidates: Pool, order: Indices) -> Vectors:
    """The highest cosine of each row of a cell to one before it; -1 for the first."""
    units = candidates.units[order]
    highest = np.full(len(order), -1.0, np.float32)
    for start in range(0, len(order), TOGETHER):
        end = min(start + TOGETHER, len(order))
        for first in range(0, end, TOGETHER):
            cosines = product(units[start:end], units[first : first + TOGETHER])
            if first == start:
                cosines[np.triu_indices(end - start)] = -1
            part = lazy.grid(cosines.max(axis=1))
            np.maximum(highest[start:end], part, out=highest[start:end])
    return highest


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    sample = kmeans.learnt_from(n, int(options["cells"]) or 1 + n // PER_CELL)
    return int(4 * n * d + 8 * d * sample + 100 * n)
