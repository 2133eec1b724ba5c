"""Finds the nearest rows of an index for each row of a matrix of queries.

One line for each query: its number, the rows and their cosines, nearest first, ties to
the lower row. With --records the records of those rows come instead, once for each
query that found them.

Source: Johnson et al. 2019, Billion-scale similarity search with GPUs,
arXiv:1702.08734.
"""

from typing import Any

from sel import check
from sel.maths.neighbours import faiss_index
from sel.types import Vectors

NEEDS = ("faiss",)


def search(index: Any, queries: Vectors, *, k: int = 8) -> tuple[Any, Vectors]:
    """Rows and cosines, each shape (q, k); -1 and NaN where there are fewer.

    Args:
        index: of FAISS.
        queries: (q, d).
        k: neighbours of each query.
    """
    check.at_least("-k", k, 1)
    return faiss_index.search(index, queries, k)
