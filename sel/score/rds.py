"""Cosine with each target vector, or one number of them all.

High means near to a target. Each record gets the list of its cosines, one for each
target, from which `sel pick turns` lets the targets choose in turn (RDS+); or the
highest or the mean of them, with --reduce, for `sel pick top`. The pool is read block
by block, its matrix is mapped: memory does not depend on its length.

Source: Ivison et al. 2025, Large-Scale Data Selection for Instruction Tuning,
arXiv:2503.01807; with `sel embed hidden` for the vectors.

Differs: float32 throughout; rows are brought to length 1 here too, so matrices that
were stored without --normalize give cosines as well.
"""

from typing import Literal

import numpy as np

from sel.maths import vectors as rows
from sel.types import Scores, Vectors


def score(
    vectors: Vectors,
    targets: Vectors,
    *,
    reduce: Literal["each", "max", "mean"] = "each",
) -> Scores:
    """Cosines, shape (n, t), or (n,) if they are reduced; NaN for rows without length.

    Args:
        vectors: (n, d).
        targets: (t, d), all with length.
        reduce: each writes all cosines; max and mean make one number of them.
    """
    cosines: Scores = rows.unit(vectors) @ rows.unit(targets).T
    cosines[~rows.usable(vectors)] = np.nan
    if reduce == "each":
        return cosines
    reduced: Scores = cosines.max(1) if reduce == "max" else cosines.mean(1)
    return reduced
