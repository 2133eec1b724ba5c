"""Adds the rows of a matrix to an index, with numbers after those it has.

Source: Johnson et al. 2019, Billion-scale similarity search with GPUs,
arXiv:1702.08734.
"""

from typing import Any

import numpy as np

from sel.maths.neighbours import faiss_index
from sel.types import Vectors

NEEDS = ("faiss",)


def add(index: Any, vectors: Vectors, first: int) -> Any:
    """The index, with more rows.

    Args:
        index: of FAISS; it is changed.
        vectors: (n, d).
        first: number of the first new row.
    """
    faiss_index.fill(index, np.arange(first, first + len(vectors)), vectors)
    return index
