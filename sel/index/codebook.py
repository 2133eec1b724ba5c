"""Learns a codebook of vectors: a code for each row, or a sum of several.

k-means on the rows gives --codes centres, and a row's code is the nearest. With
--stages, k-means on what is left of the rows gives further centres, and a row is about
the sum of one of each stage (residual quantisation). Rows are scaled to length 1. The
codebook is a matrix, stage after stage. The closing line has the `distortion`, the mean
squared distance of a row from the sum of its codes; `unexplained`, that over the
distance from the mean of all rows; and how many codes of the first stage are used, and
how evenly. --assign writes the codes of each row, -1 for one of zeros or NaN.

Source: Gray 1984, Vector Quantization, IEEE ASSP Magazine 1; Chen, Guan and Wang 2010,
Approximate Nearest Neighbor Search by Residual Vector Quantization, Sensors 10.

Differs: the codebook of Eftekhar et al. 2024, arXiv:2311.04193, from which the idea
came, is trained with a policy that it filters for; this one only describes vectors.
"""

import numpy as np

from sel import check
from sel.errors import DataError
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import codebook as codebooks
from sel.maths.neighbours import kmeans
from sel.maths.neighbours.codebook import Codebook
from sel.types import Vectors

NEEDS = ("faiss",)


def codebook(vectors: Vectors, *, codes: int = 256, stages: int = 1) -> Codebook:
    """The centres of each stage, learnt from at most 256 rows for each code, or 32,768.

    Args:
        vectors: (n, d).
        codes: centres of each stage.
        stages: codes of each row.
    """
    check.at_least("--codes", codes, 1)
    check.between("--stages", stages, 1, 64)
    size = kmeans.learnt_from(len(vectors), codes)
    chosen = np.sort(np.random.default_rng(0).permutation(len(vectors))[:size])
    rows = np.asarray(vectors[chosen], np.float32)
    rows = rows[usable(rows)]
    if not len(rows):
        msg = "no row can be used to learn from"
        raise DataError(msg)
    return codebooks.learnt(rows, codes, stages)
