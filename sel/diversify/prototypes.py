"""Chooses rows that are hard, or easy, by their distance from a prototype.

Prototypes are the centres of a k-means clustering by cosine; a row's gain is its
distance, 1 - cosine, to the nearest. Hard rows, far from all prototypes, help where
data are plenty; easy ones where they are few. Takes outliers and noise with the hard
rows, and says nothing of duplicates: see semantic for those.

Source: Sorscher et al. 2022, Beyond neural scaling laws: beating power law scaling via
data pruning, arXiv:2206.14486, the self-supervised prototype metric.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from sel import check
from sel.maths.greedy.choice import NONE, Choice, pool
from sel.maths.neighbours import kmeans
from sel.types import Indices, Vectors

NEEDS = ("faiss",)


def diversify(
    vectors: Vectors,
    already: Indices = NONE,
    *,
    k: int,
    cells: int = 100,
    keep: Literal["hard", "easy"] = "hard",
) -> Choice:
    """Rows in the order chosen; the gain is the distance to the nearest prototype.

    Args:
        vectors: (n, d).
        already: rows chosen before.
        k: number of records to choose: 1500, 10k.
        cells: number of prototypes.
        keep: rows to put first: near their prototype, or far from it.
    """
    check.at_least("-k", k, 0)
    check.at_least("--cells", cells, 1)
    candidates = pool(vectors, already)
    near = np.rint(kmeans.cells(candidates.units, cells, unit=True).near * 5e5) / 1e6
    order = np.argsort(-near if keep == "hard" else near, kind="stable")
    order = order[~np.isin(order, candidates.already)][:k]
    return Choice(candidates.rows[order], near[order])


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    sample = kmeans.learnt_from(n, int(options["cells"]))
    return int(4 * n * d + 8 * d * sample + 80 * n)
