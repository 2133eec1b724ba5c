"""Cosine with each target vector, or one number of them all.

High means near to a target. Each record gets the list of its cosines, one for each
target, from which `sel pick turns` lets the targets choose in turn (RDS+); or, with
--reduce, the highest or the mean of them, for `sel pick top`. The pool is read block
by block, its matrix is mapped: memory does not depend on its length.

Source: Ivison et al. 2025, Large-Scale Data Selection for Instruction Tuning,
arXiv:2503.01807; with `sel embed hidden` for the vectors.

Differs: float32 throughout; rows are brought to length 1 here too, so matrices that
were stored without --normalize give cosines as well.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from sel.maths.matrices import vectors as rows
from sel.maths.matrices.products import product
from sel.types import Scores, Vectors

STEP = 1 << 12  # rows that are compared at once


def score(
    vectors: Vectors,
    targets: Vectors,
    spans: tuple[Scores, Scores] | None = None,
    *,
    reduce: Literal["each", "max", "mean", "min", "normalized-mean"] = "each",
) -> Scores:
    """Cosines, shape (n, t), or (n,) if they are reduced; NaN for rows without length.

    Args:
        vectors: (n, d).
        targets: (t, d), all with length.
        spans: the least and the highest cosine of each target, for normalized-mean.
        reduce: each writes every cosine; the others combine them into one number;
            normalized-mean first scales those of each target to between 0 and 1 over
            the whole matrix.
    """
    wanted = rows.unit(targets)
    size = len(vectors)
    shape = (size, len(targets)) if reduce == "each" else (size,)
    reduced = np.empty(shape, np.float32)
    for at in range(0, size, STEP):
        part = np.asarray(vectors[at : at + STEP], np.float32)
        cosines: Scores = product(rows.unit(part), wanted)
        cosines[~rows.usable(part)] = np.nan
        if spans is not None:
            low, high = spans
            cosines = (cosines - low) / np.where(high > low, high - low, 1)
        reduced[at : at + STEP] = _REDUCED[reduce](cosines)
    return reduced


_REDUCED: dict[str, Callable[[Scores], Scores]] = {
    "each": lambda cosines: cosines,
    "max": lambda cosines: cosines.max(axis=1),
    "mean": lambda cosines: cosines.mean(axis=1),
    "normalized-mean": lambda cosines: cosines.mean(axis=1),
    "min": lambda cosines: cosines.min(axis=1),
}
