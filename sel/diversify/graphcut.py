"""Chooses rows that are like many rows and unlike one another.

Graph cut: the sum of the cosines of all rows to all chosen ones, less --penalty times
that of the chosen to one another. Each next row is the one that adds most. With a
penalty above 0.5 a further row can make the sum smaller. Cosines are not cut off at 0,
so no similarity is held, and a step is one pass over the matrix: n x k x d in all.

Source: Iyer and Bilmes 2013, Submodular Optimization with Submodular Cover and
Submodular Knapsack Constraints, arXiv:1311.2106; the form of Kaushal et al. 2022,
Submodlib, arXiv:2202.10680.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel import check
from sel.maths.greedy import lazy
from sel.maths.greedy.choice import NONE, Choice, pool
from sel.types import Indices, Vectors

MOST = 1e6
"""A penalty: beyond it the likeness to all counts no more beside it."""


def diversify(
    vectors: Vectors, already: Indices = NONE, *, k: int, penalty: float = 0.5
) -> Choice:
    """Rows in the order chosen; the gain is what each added to the sum.

    Args:
        vectors: (n, d).
        already: rows chosen before.
        k: number of records to choose: 1500, 10k.
        penalty: weight of the similarity among the chosen, from 0 to 1e6.
    """
    check.at_least("-k", k, 0)
    check.between("--penalty", penalty, 0, MOST)
    candidates = pool(vectors, already)
    units = candidates.units
    total = units.sum(axis=0, dtype=np.float64)
    total -= 2 * penalty * units[candidates.already].sum(axis=0, dtype=np.float64)
    free = np.ones(len(units), bool)
    free[candidates.already] = False
    chosen, gains = [], []
    for _ in range(min(k, candidates.free)):
        worth = np.where(free, lazy.grid(units @ total.astype(np.float32)), -np.inf)
        place = int(worth.argmax())
        chosen.append(place)
        gains.append(float(worth[place]) - penalty)
        free[place] = False
        total -= 2 * penalty * units[place]
    return Choice(candidates.rows[chosen], np.array(gains), facts={"sum": sum(gains)})


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    del options
    n, d = vectors.shape
    return int(n * (4 * d + 48))
