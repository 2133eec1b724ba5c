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
from sel.maths import neighbours
from sel.maths.vectors import usable
from sel.types import Chance, Vectors


def measure(
    vectors: Vectors,
    reference: Vectors,
    rng: Chance,
    *,
    k: int = 10,
    sample: int = 1000,
) -> dict[str, Any]:
    """The recall, its standard error, and that of random neighbours.

    Args:
        vectors: (n, d).
        reference: (n, e), the truth.
        rng: says which rows are asked for.
        k: neighbours of each row.
        sample: rows that are asked for.
    """
    check.at_least("-k", k, 1)
    check.at_least("--sample", sample, 1)
    order = np.argsort(rng.uniform(np.arange(len(vectors), dtype=np.uint64)))
    rows = np.sort(order[:sample])
    rows = rows[usable(vectors[rows]) & usable(reference[rows])]
    if not len(rows):
        msg = "no row can be used in both matrices"
        raise DataError(msg)
    truth, found = (_others(matrix, rows, k) for matrix in (reference, vectors))
    shares = np.array(
        [
            len(np.intersect1d(a[a >= 0], b)) / max(int((a >= 0).sum()), 1)
            for a, b in zip(truth, found, strict=True)
        ]
    )
    return {
        "recall": float(shares.mean()),
        "error": float(shares.std() / np.sqrt(len(shares))),
        "random": min(k / max(len(vectors) - 1, 1), 1.0),
        "k": k,
        "rows": len(rows),
    }


def _others(matrix: Vectors, rows: Any, k: int) -> Any:
    """The nearest rows of each, without itself, shape (q, k)."""
    near, _ = neighbours.exact(matrix, np.asarray(matrix[rows], np.float32), k + 1)
    return neighbours.others(near, rows)
