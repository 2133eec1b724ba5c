"""Chooses the row nearest to each of k centres of a k-means clustering.

As many cells as records to choose, by cosine; each gives its most central row, the
largest cell first. For few labels it is about as good as vote-k. Where there are fewer
cells than rows wanted, as of equal rows, cells give more than one. Centres are learnt
from 256 rows for each.

Source: Yuan et al. 2020, Cold-start Active Learning through Self-supervised Language
Modeling, arXiv:2010.09535, for choosing what is nearest to k-means centres.

Differs: they cluster what a masked language model loses on each word (ALPS), and
compare with clusters of vectors, which these are.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel import check
from sel.maths.greedy.choice import BLOCK, NONE, Choice, pool
from sel.maths.neighbours import kmeans
from sel.maths.ranking import apportionment
from sel.types import Indices, Vectors

NEEDS = ("faiss",)


def diversify(
    vectors: Vectors, already: Indices = NONE, *, k: int, rounds: int = 20
) -> Choice:
    """Rows in the order chosen; each stands for the rows of its cell.

    Args:
        vectors: (n, d).
        already: rows chosen before; there is a cell for each of them too.
        k: number of records to choose: 1500, 10k.
        rounds: rounds of k-means.
    """
    check.at_least("-k", k, 0)
    check.at_least("--rounds", rounds, 1)
    candidates = pool(vectors, already)
    before = np.zeros(len(candidates.rows), bool)
    before[candidates.already] = True
    k = min(k, candidates.free)
    if not k:
        return Choice(NONE, covers=NONE)
    made = kmeans.cells(
        candidates.units, k + int(before.sum()), rounds=rounds, unit=True
    )
    parts = kmeans.members(made.labels)
    have = [int(before[part].sum()) for part in parts]
    quotas = apportionment.balanced(k, [len(part) for part in parts], have)
    chosen, covers = [NONE], [NONE]
    for cell in sorted(range(len(parts)), key=lambda cell: -len(parts[cell])):
        free = parts[cell][~before[parts[cell]]]
        near = np.rint(made.near[free] * 1e6)  # equal rows tie, and the first is taken
        best = free[np.argsort(near, kind="stable")[: quotas[cell]]]
        chosen.append(best)
        covers.append(np.full(len(best), len(parts[cell])))
    return Choice(
        candidates.rows[np.concatenate(chosen)], covers=np.concatenate(covers)
    )


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    cells = min(n, int(options["k"]))
    sample = kmeans.learnt_from(n, cells)
    return int(4 * n * d + 8 * d * sample + 4 * BLOCK * cells + 80 * n)
