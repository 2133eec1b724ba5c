"""How many nearest neighbours two matrices have in common.

Both hold the same records. What a smaller or faster embedding loses: for some of the
rows, the share of the k nearest by the reference that are among the k nearest by the
other. Beside it stands the same share for random neighbours. Both searches are exact.

Source: Aumueller et al. 2020, ANN-Benchmarks, arXiv:1807.05614, for recall at k.
"""

from typing import Any

import numpy as np

from sel import check
from sel.errors import DataError
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import knn
from sel.types import Noise, Vectors


def measure(
    vectors: Vectors,
    reference_vectors: Vectors,
    rng: Noise,
    *,
    k: int = 10,
    sample: int = 1000,
) -> dict[str, Any]:
    """The recall, its standard error, and that of random neighbours.

    Args:
        vectors: (n, d).
        reference_vectors: (n, e), the truth.
        rng: says which rows are asked for.
        k: neighbours of each row.
        sample: rows to use as queries.
    """
    check.at_least("-k", k, 1)
    check.at_least("--sample", sample, 1)
    order = np.argsort(rng.uniform(np.arange(len(vectors), dtype=np.uint64)))
    rows = np.sort(order[:sample])
    rows = rows[usable(vectors[rows]) & usable(reference_vectors[rows])]
    if not len(rows):
        msg = "no row can be used in both matrices"
        raise DataError(msg)
    shares = knn.in_common(vectors, reference_vectors, rows, k)
    return {
        "recall": float(shares.mean()),
        "error": float(shares.std() / np.sqrt(len(shares))),
        "random": min(k / max(len(vectors) - 1, 1), 1.0),
        "k": k,
        "rows": len(rows),
    }
