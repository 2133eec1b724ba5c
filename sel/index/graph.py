"""The nearest neighbours of every row, as a matrix of row numbers.

Row i of the result holds the k rows nearest to row i by cosine, nearest first, ties to
the lower row, never i itself; -1 where there are no more, and in all of a row that is
zeros or NaN. Exact up to 50,000 rows, or with --exact, which takes the square of the
rows in time; beyond, an ivf index is searched, and its recall is said.

Source: Su et al. 2023, Selective Annotation Makes Language Models Better Few-Shot
Learners, arXiv:2209.01975, for the graph that vote-k works on.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from sel import check
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import faiss_index, knn
from sel.types import Indices, Vectors

NEEDS = ("faiss",)


def graph(
    vectors: Vectors,
    index: Any,
    part: range | None = None,
    *,
    k: int = 150,
) -> Iterator[npt.NDArray[np.int32]]:
    """Row numbers, shape (n, k), some rows at a time.

    Args:
        vectors: (n, d).
        index: of FAISS, of these vectors; None compares with every row, from the disk.
        part: the rows whose neighbours are wanted; all if it is not given.
        k: neighbours of each row.
    """
    check.at_least("-k", k, 1)
    return _graph(vectors, index, range(len(vectors)) if part is None else part, k)


def _graph(
    vectors: Vectors, index: Any, part: range, k: int
) -> Iterator[npt.NDArray[np.int32]]:
    for start in range(part.start, part.stop, knn.ASKED):
        end = min(start + knn.ASKED, part.stop)
        asked = np.asarray(vectors[start:end], np.float32)
        good = np.flatnonzero(usable(asked))
        rows = np.full((len(asked), k), -1, np.int32)
        if len(good):
            rows[good] = knn.others(_near(vectors, index, asked[good], k), good + start)
        yield rows


def _near(vectors: Vectors, index: Any, asked: Vectors, k: int) -> Indices:
    if index is None:
        return knn.exact(vectors, asked, k + 1)[0]
    return faiss_index.search(index, asked, k + 1)[0]
