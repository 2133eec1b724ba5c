"""Chooses rows so that no row is far from a chosen one.

Each next row is the one whose nearest chosen row is farthest by cosine: greedy
k-center, whose radius, the largest distance 1 - cosine from a row to its nearest
chosen one, is at most 4 times the least possible (twice, in plain distances). The
first is the row nearest to the mean of all. Outliers come early. All rows are
compared with all chosen ones, many at a time: n x k x d steps.

Source: Gonzalez 1985, Clustering to minimize the maximum intercluster distance,
Theoretical Computer Science 38; as data selection in Sener and Savarese 2018, Active
Learning for Convolutional Neural Networks: A Core-Set Approach, arXiv:1708.00489.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel import check
from sel.maths.greedy import lazy
from sel.maths.greedy.choice import NONE, Choice, pool
from sel.types import Indices, Vectors


def diversify(
    vectors: Vectors, already: Indices = NONE, *, k: int, center: bool = False
) -> Choice:
    """Rows in the order chosen; the gain is the distance, 1 - cosine, when chosen.

    Args:
        vectors: (n, d).
        already: rows chosen before.
        k: number of records to choose: 1500, 10k.
        center: subtract the mean of the vectors first; fewer outliers are chosen.
    """
    check.at_least("-k", k, 0)
    candidates = pool(vectors, already, centre=center)
    n, first = len(candidates.rows), candidates.already
    base = np.zeros(n)
    if n and not len(first):
        # Cosines stand below 1, so the most central row comes before all others.
        base[
            int(lazy.grid(candidates.units @ candidates.units.mean(axis=0)).argmax())
        ] = 1
    near = lazy.Nearest(candidates.units, base, 1, first)
    places, values = lazy.lazy_greedy(near, min(k, candidates.free))
    covers = near.covers()[len(first) :]
    radius = 1 - float(near.cosines.min(initial=1))
    gains = 1 + values - base[places]
    facts = {"radius": radius, "least possible": radius / 4}
    return Choice(candidates.rows[places], gains, covers, facts)


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    del options
    n, d = vectors.shape
    return int(n * (4 * d + 48))
