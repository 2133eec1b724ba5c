"""What is lost when a matrix keeps only its best columns.

For every rule the share of each row's nearest neighbours by all columns that are among
its nearest by the columns kept: of most variance, of most strength (QuickSelection),
PCA, the first columns, and random ones. Both searches are exact.

Source: Atashgahi et al. 2022, Quick and Robust Feature Selection, arXiv:2012.00560;
Aumueller et al. 2020, ANN-Benchmarks, arXiv:1807.05614, for recall at k.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sel import check
from sel.errors import DataError
from sel.maths.learning import quickselection
from sel.maths.matrices import components
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import knn
from sel.maths.ranking import ranks
from sel.types import Vectors


def measure(
    vectors: Vectors,
    generator: np.random.Generator,
    *,
    dim: int,
    k: int = 10,
    sample: int = 1000,
    most: int = 20_000,
) -> Iterator[dict[str, Any]]:
    """For each rule its recall, with the standard error, and the columns it keeps.

    Args:
        vectors: (n, d).
        generator: draws rows, columns, and what strengths are made of.
        dim: columns to keep.
        k: neighbours of each row.
        sample: rows to use as queries.
        most: rows to search at most.
    """
    check.between("--dim", dim, 1, vectors.shape[1])
    for option, value in (("-k", k), ("--sample", sample), ("--most", most)):
        check.at_least(option, value, 1)
    some = np.sort(generator.permutation(len(vectors))[:most])
    rows = np.asarray(vectors[some], np.float32)
    rows = rows[usable(rows)]
    if not len(rows):
        msg = "no row can be used"
        raise DataError(msg)
    asked = np.sort(generator.permutation(len(rows))[:sample])
    mean, turned = components.principal_components(rows, dim)
    every = np.arange(rows.shape[1])
    rules = {
        "variance": ranks.highest(components.mean_and_variance(rows)[1], dim),
        "strength": ranks.highest(quickselection.mean_strength(rows, generator), dim),
        "pca": None,
        "first": every[:dim],
        "random": generator.permutation(every)[:dim],
    }
    for rule, chosen in rules.items():
        less = (rows - mean) @ turned if chosen is None else rows[:, chosen]
        shares = knn.in_common(less.astype(np.float32), rows, asked, k)
        yield {
            "rule": rule,
            "dim": dim,
            "recall": float(shares.mean()),
            "error": float(shares.std() / np.sqrt(len(shares))),
            "k": k,
            "rows": len(rows),
            "columns": None if chosen is None else chosen.tolist(),
        }
