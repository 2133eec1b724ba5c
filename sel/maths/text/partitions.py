"""Hashes in partitions: sorted columns, of which each machine reads its range of keys.

A shard sorts its hashes; partition p of n is then one slice of each shard's column, and
equal hashes of all shards are in the same partition.
"""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from sel.types import Indices

Hashes = npt.NDArray[np.uint64]


def bounds(hashes: Hashes, partitions: int) -> Indices:
    """Where the partitions begin and end in a column, shape (partitions + 1,).

    Args:
        hashes: (n,), rising.
        partitions: how many there are, of equal ranges of hashes.
    """
    starts = np.array(
        [-(-(i << 64) // partitions) for i in range(1, partitions)], np.uint64
    )
    inner = np.searchsorted(hashes, starts)
    found: Indices = np.concatenate([[0], inner, [len(hashes)]]).astype(np.int64)
    return found


def checksum(*columns: npt.NDArray[np.generic]) -> int:
    """A sum over slices of columns, to see whether one is as it was written."""
    found = 0
    for column in columns:
        found = zlib.crc32(np.ascontiguousarray(column).data.cast("B"), found)
    return found


def later(hashes: list[Hashes], order: list[Indices]) -> Indices:
    """Which rows have hashes that an earlier row has, shape (m,), rising.

    Args:
        hashes: columns of (n,), the parts of wide hashes.
        order: columns of (n,), by which rows come one after the other, the first most.
    """
    if not len(hashes[0]):
        return np.zeros(0, np.int64)
    ranked = np.lexsort((*order[::-1], *hashes))
    same = np.ones(len(ranked) - 1, np.bool_)
    for column in hashes:
        same &= column[ranked][1:] == column[ranked][:-1]
    found: Indices = np.sort(ranked[1:][same])
    return found
