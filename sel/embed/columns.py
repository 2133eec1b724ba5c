"""The best columns of a matrix, for vectors that are smaller.

Keeps the --dim columns of most variance, or those of most strength in a sparse
autoencoder (QuickSelection), or turns the rows so that the first columns hold the most
variance (PCA). `sel eval columns` says what each loses. The rows must have the same
columns as the queries they will meet: give both the same --fit.

Source: Atashgahi et al. 2022, Quick and Robust Feature Selection: the Strength of
Energy-efficient Sparse Training for Autoencoders, arXiv:2012.00560.

Differs: strengths are the mean of five nets, as one alone picks half by chance; columns
that do not vary have strength 0. On the authors' own digits variance did better.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from sel import check
from sel.maths.learning import quickselection
from sel.maths.matrices import components
from sel.maths.matrices.vectors import usable
from sel.maths.ranking import ranks
from sel.types import Vectors


def embed(
    vectors: Vectors,
    generator: np.random.Generator,
    *,
    dim: int,
    by: Literal["variance", "pca", "strength"] = "variance",
) -> Callable[[Vectors], Vectors]:
    """What makes rows of --dim columns from rows like those given.

    Args:
        vectors: (n, d), from which it learns; rows that cannot be used are left out.
        generator: draws what `strength` draws.
        dim: columns to keep.
        by: measure of how good a column is.
    """
    check.between("--dim", dim, 1, vectors.shape[1])
    good = usable(vectors)
    known = vectors if good.all() else vectors[good]
    if by == "pca":
        mean, turned = components.principal_components(known, dim)
        return lambda rows: ((rows - mean) @ turned).astype(np.float32)
    if by == "variance":
        scores = components.mean_and_variance(known)[1]
    else:
        scores = quickselection.mean_strength(known, generator)
    chosen = ranks.highest(scores, dim)
    return lambda rows: rows[:, chosen]
