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

BLOCK = 1 << 12  # rows that are compared at once


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
        named, found = above(rows, asked @ part.T, cosines[:, -1])
        near, cosines = best(np.hstack((near, named)), np.hstack((cosines, found)), k)
    cosines[near < 0] = np.nan
    return near, cosines


def above(rows: Rows, cosines: Vectors, floor: Vectors) -> tuple[Rows, Vectors]:
    """What is higher than the floor of each line, moved together to the left.

    An equal one is not: rows come in rising order, so the one held is the lower.
    """
    line, column = np.nonzero(cosines > floor[:, None])
    sizes = np.bincount(line, minlength=len(cosines))
    place = np.arange(len(line)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    width = sizes.max(initial=0)
    named = np.full((len(cosines), width), -1, np.int64)
    found = np.full((len(cosines), width), -np.inf, np.float32)
    named[line, place] = rows[column]
    found[line, place] = cosines[line, column]
    return named, found


def best(rows: Rows, cosines: Vectors, k: int) -> tuple[Rows, Vectors]:
    """The k highest of each line, highest first, ties to the lower row.

    Cosine and row become one number, so that one partition settles both.
    """
    bits = (-(cosines + np.float32(0))).view(np.int32).astype(np.int64)
    rising = np.where(bits < 0, -1 - (bits & 0x7FFFFFFF), bits)
    keys = (rising << 32) + (rows + 1)  # rows from -1 on, below 2^32
    if k < keys.shape[1]:
        keys = np.partition(keys, k - 1, axis=1)[:, :k]
    keys.sort(axis=1)
    rising = keys >> 32
    bits = np.where(rising < 0, (-1 - rising) | 0x80000000, rising)
    found = -bits.astype(np.uint32).view(np.float32)
    return (keys & 0xFFFFFFFF) - 1, found


def recall(truth: Rows, found: Rows) -> float:
    """Share of the true neighbours that were found."""
    hits = [
        len(np.intersect1d(a[a >= 0], b)) for a, b in zip(truth, found, strict=True)
    ]
    return sum(hits) / max(int((truth >= 0).sum()), 1)
