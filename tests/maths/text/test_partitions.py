"""Hashes in partitions: against dictionaries."""

import numpy as np
import pytest

from sel.maths.text import partitions


@pytest.mark.parametrize("n", [1, 2, 3, 7, 64])
@pytest.mark.parametrize("size", [0, 1, 500])
def test_every_hash_is_in_one_partition(n, size):
    rng = np.random.default_rng(n)
    hashes = np.sort(rng.integers(0, 2**64, size, np.uint64, endpoint=False))
    ends = partitions.bounds(hashes, n)
    assert ends[0] == 0
    assert ends[-1] == size
    wanted = [int(h) * n >> 64 for h in hashes]
    assert np.repeat(np.arange(n), np.diff(ends)).tolist() == wanted


def test_equal_hashes_are_together_in_partitions_of_all_shards():
    rng = np.random.default_rng(2)
    pool = rng.integers(0, 2**64, 9, np.uint64, endpoint=False)
    shards = [np.sort(rng.choice(pool, 30)) for _ in range(4)]
    home = {}
    for one in shards:
        ends = partitions.bounds(one, 5)
        for p in range(5):
            for h in one[ends[p] : ends[p + 1]].tolist():
                assert home.setdefault(h, p) == p


@pytest.mark.parametrize("n", [0, 1, 40])
def test_rows_that_come_later(n):
    rng = np.random.default_rng(n)
    high, low = rng.integers(0, 3, (2, n)).astype(np.uint64)
    shard, row = rng.integers(0, 3, n), rng.permutation(n)
    seen, wanted = set(), []
    for i in np.lexsort((row, shard)).tolist():
        key = int(high[i]), int(low[i])
        if key in seen:
            wanted.append(i)
        seen.add(key)
    assert partitions.later([high, low], [shard, row]).tolist() == sorted(wanted)


def test_a_checksum_sees_a_change():
    a, b = np.arange(5, dtype=np.uint64), np.arange(5)
    assert partitions.checksum(a, b) == partitions.checksum(a.copy(), b)
    assert partitions.checksum(a, b) != partitions.checksum(a, b + 1)
    assert partitions.checksum(a[:0]) == 0
