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
STEP = 1 << 20
"""Rows that are looked at together."""


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
    """Rows that belong together; the lowest row of a cluster stands for it.

    Args:
        rows: how many.
        down: (rows,), zeros, that will say how far below each row another is that
            stands for it; they may be in a file that is mapped.
    """

    def __init__(self, rows: int, down: Indices | None = None) -> None:
        self._down = np.zeros(rows, np.int64) if down is None else down

    def roots(self, rows: Indices) -> Indices:
        """What stands for each row, shape (n,)."""
        roots = rows - self._down[rows]
        while (down := self._down[roots]).any():
            roots = roots - down
        self._down[rows] = rows - roots
        return roots

    def joined(self, here: slice) -> Indices:
        """The places, in a part of all rows, of those that another stands for."""
        found: Indices = np.flatnonzero(self._down[here])
        return found

    def join(self, a: int, b: int) -> None:
        """Put the clusters of two rows together."""
        low, high = sorted((self._root(a), self._root(b)))
        self._down[high] = high - low

    def join_all(self, a: Indices, b: Indices) -> None:
        """Put the clusters of many pairs of rows together."""
        while len(a):
            low, high = np.sort(np.stack((self.roots(a), self.roots(b))), axis=0)
            apart = low != high
            a, b = low[apart], high[apart]
            # A root that is joined with several takes the lowest; these come again.
            np.maximum.at(self._down, b, b - a)

    def together(self, a: int, b: int) -> bool:
        """Whether two rows are in one cluster."""
        return self._root(a) == self._root(b)

    def _root(self, row: int) -> int:
        down = self._down
        while step := int(down[row]):
            step += int(down[row - step])
            down[row] = step
            row -= step
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


def surplus(forest: UnionFind, worth: Scores, best: Indices) -> Iterator[Indices]:
    """The rows that are not the best of their cluster, some at a time; they rise.

    Gives what `best` leaves, with no more in memory than some rows.

    Args:
        forest: the clusters of n rows.
        worth: (n,), as of `best`.
        best: (n,), zeros, that will say how far above its lowest row the best of a
            cluster is, or -1 where it is that row; they may be in a file that is
            mapped.
    """
    steps = [slice(at, at + STEP) for at in range(0, len(worth), STEP)]
    for here in steps:
        rows = here.start + forest.joined(here)
        roots = forest.roots(rows)
        order = np.lexsort((rows, -worth[rows], roots))
        first = np.ones(len(order), np.bool_)
        first[1:] = roots[order][1:] != roots[order][:-1]
        rows, roots = rows[order][first], roots[order][first]
        known = best[roots]
        better = worth[rows] > worth[roots + np.maximum(known, 0)]
        known[known == 0] = -1
        best[roots] = np.where(better, rows - roots, known)
    for here in steps:
        above = np.flatnonzero(best[here] > 0)
        rows = here.start + np.union1d(forest.joined(here), above)
        roots = forest.roots(rows)
        yield rows[roots + np.maximum(best[roots], 0) != rows]


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
