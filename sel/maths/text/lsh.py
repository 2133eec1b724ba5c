"""Buckets of equal band keys, and the clusters that pairs in them make.

A bucket is a run of equal keys in sorted order. In a bucket of up to REPS + 1 members
all pairs are compared; in a larger one members are compared with up to REPS of them,
so that a huge bucket costs no more than a multiple of its size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.maths.text.minhash import BandKeys

from sel.types import Indices, Scores

Floats = npt.NDArray[np.float64]
Buckets = tuple[Indices, Indices]
"""Rows, bucket after bucket, and the size of each bucket."""

REPS = 16


def runs(keys: BandKeys) -> tuple[Indices, Indices]:
    """Rows that share a key, bucket after bucket, and the size of each bucket.

    Rows rise in a bucket. Key 0 stands for none.

    Args:
        keys: (n,), of one band.
    """
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    edges = np.flatnonzero(ranked[1:] != ranked[:-1]) + 1
    starts = np.concatenate(([0], edges))[: len(keys)]
    sizes = np.diff(np.concatenate((starts, [len(keys)])))
    good = (sizes > 1) & (ranked[starts] > 0)
    return order[np.repeat(good, sizes)], sizes[good]


def pairs(members: Indices, sizes: Indices, offset: int) -> tuple[Indices, Indices]:
    """Each bucket's member of that number, with every later one of the bucket."""
    ends = np.cumsum(sizes)
    left = np.maximum(sizes - offset - 1, 0)
    first = members[np.minimum(ends - sizes + offset, ends - 1)]
    place = np.arange(left.sum()) - np.repeat(np.cumsum(left) - left, left)
    later = np.repeat(ends - left, left) + place
    return np.repeat(first, left), members[later]


class UnionFind:
    """Rows that belong together; the lowest row of a cluster stands for it."""

    def __init__(self, rows: int) -> None:
        self._above = np.arange(rows)

    def roots(self, rows: Indices) -> Indices:
        """What stands for each row, shape (n,)."""
        roots = self._above[rows]
        while ((above := self._above[roots]) != roots).any():
            roots = above
        self._above[rows] = roots
        return roots

    def join(self, a: int, b: int) -> None:
        """Put the clusters of two rows together."""
        low, high = sorted((self._root(a), self._root(b)))
        self._above[high] = low

    def together(self, a: int, b: int) -> bool:
        """Whether two rows are in one cluster."""
        return self._root(a) == self._root(b)

    def _root(self, row: int) -> int:
        above = self._above
        while above[row] != row:
            above[row] = above[above[row]]
            row = int(above[row])
        return row


def cluster(
    forest: UnionFind,
    members: Indices,
    sizes: Indices,
    alike: Callable[[int, int], bool],
) -> None:
    """Join what is alike in the buckets of one band, small ones first.

    Args:
        forest: the clusters so far; rows that are together are not compared again.
        members: rows, bucket after bucket.
        sizes: of each bucket.
        alike: whether two rows are near enough.
    """
    small, large = apart(members, sizes)
    cluster_small(forest, *small, alike)
    cluster_large(forest, *large, alike)


def apart(members: Indices, sizes: Indices) -> tuple[Buckets, Buckets]:
    """The buckets of which all pairs are compared, and the others."""
    small = sizes <= REPS + 1
    few = np.repeat(small, sizes)
    return (members[few], sizes[small]), (members[~few], sizes[~small])


def cluster_small(
    forest: UnionFind,
    members: Indices,
    sizes: Indices,
    alike: Callable[[int, int], bool],
) -> None:
    """Join what is alike in small buckets; what comes out depends on no order."""
    for offset in range(int(sizes.max(initial=0)) - 1):
        _join(forest, *pairs(members, sizes, offset), alike)


def cluster_large(
    forest: UnionFind,
    members: Indices,
    sizes: Indices,
    alike: Callable[[int, int], bool],
) -> None:
    """Join what is alike in large buckets, one after the other."""
    for bucket in np.split(members, np.cumsum(sizes)[:-1]):
        for _ in range(REPS):
            if len(bucket) < 2:
                break
            first = np.full(len(bucket) - 1, bucket[0])
            _join(forest, first, bucket[1:], alike)
            apart = forest.roots(bucket[1:]) != forest.roots(bucket[:1])
            bucket = bucket[1:][apart]


def _join(
    forest: UnionFind, a: Indices, b: Indices, alike: Callable[[int, int], bool]
) -> None:
    apart = forest.roots(a) != forest.roots(b)
    for left, right in zip(a[apart].tolist(), b[apart].tolist(), strict=True):
        if not forest.together(left, right) and alike(left, right):
            forest.join(left, right)


def best(forest: UnionFind, worth: Scores) -> Indices:
    """The row that is kept of each row's cluster, shape (n,).

    Args:
        forest: the clusters of n rows.
        worth: (n,), the highest of a cluster is kept; ties go to the first.
    """
    rows = np.arange(len(worth))
    roots = forest.roots(rows)
    order = np.lexsort((rows, -worth, roots))
    first = np.ones(len(order), np.bool_)
    first[1:] = roots[order][1:] != roots[order][:-1]
    kept = np.empty(len(worth), np.int64)
    kept[order] = order[first][np.cumsum(first) - 1]
    return kept


def nearest(
    bands: Iterator[tuple[Indices, Indices]],
    rows: int,
    first: int,
    agreement: Callable[[Indices, Indices], Floats],
    threshold: float,
) -> tuple[Indices, Floats]:
    """For each row the most similar earlier one that shares a bucket with it.

    It is compared with the first REPS of a bucket, so what comes later cannot change
    what is found.

    Args:
        bands: members and sizes of the buckets of each band.
        rows: how many there are.
        first: from which row on they are asked about.
        agreement: similarity of pairs.
        threshold: the least that counts.

    Returns:
        The earlier row, -1 where there is none, and the similarity, each shape (rows,).
    """
    twins, best = np.full(rows, -1, np.int64), np.zeros(rows)
    for members, sizes in bands:
        for offset in range(min(REPS, int(sizes.max(initial=1)) - 1)):
            a, b = pairs(members, sizes, offset)
            a, b = a[b >= first], b[b >= first]
            similar = agreement(a, b)
            near = similar >= threshold
            a, b, similar = a[near], b[near], similar[near]
            better = (similar > best[b]) | ((similar == best[b]) & (a < twins[b]))
            best[b[better]], twins[b[better]] = similar[better], a[better]
    return twins, best
