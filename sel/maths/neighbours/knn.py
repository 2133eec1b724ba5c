"""Nearest neighbours by cosine, exact, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.matrices.products import product
from sel.maths.matrices.vectors import unit, usable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from sel.maths.neighbours.faiss_index import Stored
    from sel.types import Indices, Labels, Vectors


BLOCK = 1 << 12  # rows that are compared at once
ASKED = 1 << 10  # queries that are compared at once


def blocks(vectors: Vectors | Stored) -> Iterator[tuple[Indices, Vectors]]:
    """Numbers of usable rows, and the rows at length 1, some at a time."""
    for start in range(0, len(vectors), BLOCK):
        part = np.asarray(vectors[start : start + BLOCK], np.float32)
        good = np.flatnonzero(usable(part))
        if len(good):
            yield good + start, unit(part[good])


def exact(
    vectors: Vectors | Stored, queries: Vectors, k: int
) -> tuple[Indices, Vectors]:
    """The k nearest rows of each query and their cosines, each shape (q, k).

    Ties go to the lower row; where there are fewer than k rows, -1 and NaN fill up.
    """
    near = np.full((len(queries), k), -1, np.int64)
    cosines = np.full((len(queries), k), -np.inf, np.float32)
    for at in range(0, len(queries), ASKED):
        part = slice(at, at + ASKED)
        near[part], cosines[part] = _exact(vectors, queries[part], k)
    cosines[near < 0] = np.nan
    return near, cosines


def _exact(
    vectors: Vectors | Stored, queries: Vectors, k: int
) -> tuple[Indices, Vectors]:
    near: Indices = np.full((len(queries), k), -1, np.int64)
    cosines = np.full((len(queries), k), -np.inf, np.float32)
    asked = unit(queries)
    for rows, part in blocks(vectors):
        named, higher = above(rows, product(asked, part), cosines[:, -1])
        near, cosines = top_k(np.hstack((near, named)), np.hstack((cosines, higher)), k)
    return near, cosines


def others(near: Indices, own: Indices) -> Indices:
    """Each line without its own row, or without the last, shape (q, k - 1).

    Where equal rows have hidden its own, the last is one too many.
    """
    order = np.argsort(near == own[:, None], axis=1, kind="stable")[:, :-1]
    return np.take_along_axis(near, order, 1)


def above(rows: Indices, cosines: Vectors, floor: Vectors) -> tuple[Indices, Vectors]:
    """What is higher than the floor of each line, moved together to the left.

    An equal one is not: rows come in rising order, so the one held is the lower.
    """
    line, column = np.nonzero(cosines > floor[:, None])
    sizes = np.bincount(line, minlength=len(cosines))
    place = np.arange(len(line)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    width = sizes.max(initial=0)
    named = np.full((len(cosines), width), -1, np.int64)
    higher = np.full((len(cosines), width), -np.inf, np.float32)
    named[line, place] = rows[column]
    higher[line, place] = cosines[line, column]
    return named, higher


def top_k(rows: Indices, cosines: Vectors, k: int) -> tuple[Indices, Vectors]:
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
    highest = -bits.astype(np.uint32).view(np.float32)
    return (keys & 0xFFFFFFFF) - 1, highest


def recall(truth: Indices, named: Indices) -> float:
    """Share of the true neighbours that were found."""
    there = (truth >= 0).sum(axis=1)
    return float(recalls(truth, named) @ there) / max(int(there.sum()), 1)


def recalls(truth: Indices, named: Indices) -> npt.NDArray[np.float64]:
    """The same for each query, shape (q,); 0 for one that has no neighbours."""
    hits = [
        len(np.intersect1d(a[a >= 0], b)) for a, b in zip(truth, named, strict=True)
    ]
    there = np.maximum((truth >= 0).sum(axis=1), 1)
    shares: npt.NDArray[np.float64] = np.array(hits, np.float64) / there
    return shares


def between(rows: Vectors) -> Vectors:
    """Queries halfway between rows and others, shape (q, d), for those that are usable.

    They lie off the rows, as queries of another kind do, and are as hard to answer.

    Args:
        rows: (n, d).
    """
    units = unit(rows[usable(rows)])
    halfway = units + np.roll(units, 1, axis=0)
    return halfway[usable(halfway)]


def in_common(
    vectors: Vectors, reference: Vectors, rows: Indices, k: int
) -> npt.NDArray[np.float64]:
    """For each of the rows the share of its k nearest that both matrices have."""
    near = nearest_others(reference, rows, k), nearest_others(vectors, rows, k)
    return np.array(
        [
            len(np.intersect1d(a[a >= 0], b)) / max(int((a >= 0).sum()), 1)
            for a, b in zip(*near, strict=True)
        ]
    )


def nearest_others(vectors: Vectors, rows: Indices, k: int) -> Indices:
    """The k nearest of some rows of a matrix, themselves left out, shape (q, k).

    Where there are fewer, -1 fills up.
    """
    named, _ = exact(vectors, np.asarray(vectors[rows], np.float32), k + 1)
    return others(named, rows)


def softmax(cosines: Vectors, temperature: float) -> npt.NDArray[np.float64]:
    """exp(cosine / temperature), as shares of each line, shape (q, k); nearest first.

    The nearest is taken off before, so that no temperature gives infinity.
    """
    near = cosines.astype(np.float64)
    weights: npt.NDArray[np.float64] = np.exp((near - near[:, :1]) / temperature)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def encoded(labels: Labels) -> tuple[list[Any], Indices]:
    """The different labels in their first order, and for each row which it has."""
    known = {label: code for code, label in enumerate(dict.fromkeys(labels))}
    return list(known), np.array([known[label] for label in labels], np.int64)
