"""The nearest neighbours of every row, as a matrix of row numbers.

Row i of the result holds the k rows nearest to row i by cosine, nearest first, ties to
the lower row, never i itself; -1 where there are no more, and in all of a row that is
zeros or NaN. Exact up to 50,000 rows; beyond, an ivf index is searched, and its recall
is said.

Source: Su et al. 2023, Selective Annotation Makes Language Models Better Few-Shot
Learners, arXiv:2209.01975, for the graph that vote-k works on.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from sel import check
from sel.maths import neighbours
from sel.maths.vectors import usable
from sel.types import Vectors

ASKED = 1 << 10  # rows for which neighbours are sought at once


def graph(
    vectors: Vectors, index: Any = None, *, k: int = 150
) -> Iterator[npt.NDArray[np.int32]]:
    """Row numbers, shape (n, k), some rows at a time.

    Args:
        vectors: (n, d).
        index: of FAISS, to search instead of every row.
        k: neighbours of each row.
    """
    check.at_least("-k", k, 1)
    return _graph(vectors, index, k)


def _graph(vectors: Vectors, index: Any, k: int) -> Iterator[npt.NDArray[np.int32]]:
    for start in range(0, len(vectors), ASKED):
        asked = np.asarray(vectors[start : start + ASKED], np.float32)
        good = np.flatnonzero(usable(asked))
        rows = np.full((len(asked), k), -1, np.int32)
        if len(good):
            rows[good] = _others(vectors, index, asked[good], good + start, k)
        yield rows


def _others(
    vectors: Vectors, index: Any, asked: Vectors, own: npt.NDArray[np.int64], k: int
) -> npt.NDArray[np.int64]:
    """The nearest rows of each, without itself, shape (q, k)."""
    if index is None:
        near, _ = neighbours.exact(vectors, asked, k + 1)
    else:
        near, _ = neighbours.search(index, asked, k + 1)
    return neighbours.others(near, own)
