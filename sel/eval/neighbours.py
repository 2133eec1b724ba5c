"""How many nearest neighbours two matrices have in common.

Both hold the same records. What a smaller or faster embedding loses: for some of the
rows, the share of the k nearest by the reference that are among the k nearest by the
other. Beside it stands the same share for random neighbours. Both searches are exact.
With --distractors, how often the other matrix finds a row's nearest neighbour by the
reference among --candidates rows, the rest of which are wrong: drawn from all rows
(`found_random`), or from the group of the right one (`found_group`), where they are
harder to tell from it; `gap` is what random ones flatter by, with a 95% interval.

Source: Aumueller et al. 2020, ANN-Benchmarks, arXiv:1807.05614, for recall at k; Chung
et al. 2024, Selective Vision is the Challenge for Visual Reasoning, arXiv:2406.18925,
for what wrong answers of the same group show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel import check
from sel.errors import DataError
from sel.eval import _distractors
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import knn
from sel.types import Noise, Vectors

if TYPE_CHECKING:
    from sel.types import Indices


def measure(
    vectors: Vectors,
    reference_vectors: Vectors,
    distractors: Indices | None,
    rng: Noise,
    *,
    k: int = 10,
    sample: int = 1000,
    candidates: int = 10,
) -> dict[str, Any]:
    """The recall, its standard error, and that of random neighbours.

    Args:
        vectors: (n, d).
        reference_vectors: (n, e), the truth.
        distractors: (n,), groups that wrong answers come from, -1 for none; (0,) for
            random ones alone; None for no wrong answers.
        rng: says which rows are asked for, and draws wrong answers.
        k: neighbours of each row; with --distractors, they are no wrong answers.
        sample: rows to use as queries.
        candidates: rows to choose from, of which one is right.
    """
    check.at_least("-k", k, 1)
    check.at_least("--sample", sample, 1)
    check.at_least("--candidates", candidates, 2)
    order = np.argsort(rng.uniform(np.arange(len(vectors), dtype=np.uint64)))
    rows = np.sort(order[:sample])
    rows = rows[usable(vectors[rows]) & usable(reference_vectors[rows])]
    if not len(rows):
        msg = "no row can be used in both matrices"
        raise DataError(msg)
    shares = knn.in_common(vectors, reference_vectors, rows, k)
    found = {
        "recall": float(shares.mean()),
        "error": float(shares.std() / np.sqrt(len(shares))),
        "random": min(k / max(len(vectors) - 1, 1), 1.0),
        "k": k,
        "rows": len(rows),
    }
    if distractors is None:
        return found
    asked = _distractors.Asked(vectors, reference_vectors, rows, k)
    groups = distractors if len(distractors) else None
    return found | asked.found(groups, candidates, rng)
