"""Nearest neighbours by cosine: exact, block by block, and with an index of FAISS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import MissingPackage
from sel.maths.vectors import unit, usable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from sel.types import Vectors

    Rows = npt.NDArray[np.int64]

BLOCK = 1 << 14  # rows that are compared at once


def library() -> Any:
    """FAISS, or advice."""
    try:
        import faiss
    except ImportError:
        raise MissingPackage("faiss-cpu", "knn") from None
    return faiss


def blocks(vectors: Vectors) -> Iterator[tuple[Rows, Vectors]]:
    """Numbers of usable rows, and the rows at length 1, some at a time."""
    for start in range(0, len(vectors), BLOCK):
        part = np.asarray(vectors[start : start + BLOCK], np.float32)
        good = np.flatnonzero(usable(part))
        if len(good):
            yield good + start, unit(part[good])


def exact(vectors: Vectors, queries: Vectors, k: int) -> tuple[Rows, Vectors]:
    """The k nearest rows of each query and their cosines, each shape (q, k).

    Ties go to the lower row; where there are fewer than k rows, -1 and NaN fill up.
    """
    near = np.full((len(queries), k), -1, np.int64)
    cosines = np.full((len(queries), k), -np.inf, np.float32)
    asked = unit(queries)
    for rows, part in blocks(vectors):
        found = np.hstack((cosines, asked @ part.T))
        named = np.hstack((near, np.broadcast_to(rows, (len(queries), len(rows)))))
        near, cosines = best(named, found, k)
    cosines[near < 0] = np.nan
    return near, cosines


def best(rows: Rows, cosines: Vectors, k: int) -> tuple[Rows, Vectors]:
    """The k highest of each line, highest first, ties to the lower row."""
    order = np.lexsort((rows, -cosines), axis=1)[:, :k]
    return np.take_along_axis(rows, order, 1), np.take_along_axis(cosines, order, 1)


def recall(truth: Rows, found: Rows) -> float:
    """Share of the true neighbours that were found."""
    hits = [
        len(np.intersect1d(a[a >= 0], b)) for a, b in zip(truth, found, strict=True)
    ]
    return sum(hits) / max(int((truth >= 0).sum()), 1)
