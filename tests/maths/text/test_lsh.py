"""Buckets and clusters: against dictionaries and sets."""

from collections import defaultdict

import numpy as np
import pytest

from sel.maths.text import lsh
from sel.maths.text.lsh import UnionFind
from sel.streams import scratch


def keys_of(n, kinds, seed=0):
    return np.random.default_rng(seed).integers(0, kinds, n).astype(np.uint64)


@pytest.mark.parametrize("n,kinds", [(0, 1), (1, 3), (50, 8), (50, 1000)])
def test_rows_that_share_a_key(n, kinds):
    keys = keys_of(n, kinds)
    wanted = defaultdict(list)
    for row, key in enumerate(keys.tolist()):
        if key:
            wanted[key].append(row)
    members, sizes = lsh.runs(keys)
    made = [part.tolist() for part in np.split(members, np.cumsum(sizes))[:-1]]
    assert made == [wanted[key] for key in sorted(wanted) if len(wanted[key]) > 1]


def test_pairs_of_every_bucket():
    members, sizes = np.array([4, 7, 9, 1, 2]), np.array([3, 2])
    first, later = lsh.pairs(members, sizes, 0)
    assert list(zip(first.tolist(), later.tolist(), strict=True)) == [
        (4, 7),
        (4, 9),
        (1, 2),
    ]
    first, later = lsh.pairs(members, sizes, 1)
    assert list(zip(first.tolist(), later.tolist(), strict=True)) == [(7, 9)]


@pytest.mark.parametrize("seed", range(5))
def test_union_and_find(seed):
    rng = np.random.default_rng(seed)
    sets, forest = [{row} for row in range(40)], UnionFind(40)
    for a, b in rng.integers(0, 40, (30, 2)).tolist():
        ours = next(s for s in sets if a in s)
        theirs = next(s for s in sets if b in s)
        assert forest.together(a, b) == (ours is theirs)
        if ours is not theirs:
            sets.remove(theirs)
            ours |= theirs
        forest.join(a, b)
    lowest = {row: min(s) for s in sets for row in s}
    roots = forest.roots(np.arange(40))
    assert roots.tolist() == [lowest[row] for row in range(40)]


@pytest.mark.parametrize("seed", range(4))
def test_many_pairs_at_once_and_what_is_surplus_in_a_mapped_file(seed, monkeypatch):
    monkeypatch.setattr(lsh, "STEP", 37)
    rng, n = np.random.default_rng(seed), 400
    a, b = rng.integers(0, n, (2, [300, 90, 500, 0][seed]))
    if seed == 1:
        b[:] = 7  # all of them are with one
    one, many = UnionFind(n), UnionFind(n, scratch.zeros(n))
    for pair in zip(a.tolist(), b.tolist(), strict=True):
        one.join(*pair)
    many.join_all(a, b)
    rows = np.arange(n)
    assert (many.roots(rows) == one.roots(rows)).all()
    worth = rng.integers(0, 4, n).astype(float)
    best = scratch.zeros(n)
    found = list(lsh.surplus(many, worth, best))
    kept = lsh.best(one, worth)
    wanted = np.flatnonzero(kept != rows)
    assert np.concatenate(found).tolist() == wanted.tolist()
    assert np.count_nonzero(best) == len(np.unique(kept[wanted]))
    many.join(3, 399)
    assert many.together(3, 399)


def test_a_hub_with_many_pairs_is_joined_in_few_steps(monkeypatch):
    n, steps = 20_000, []
    forest, roots = UnionFind(n), UnionFind.roots
    monkeypatch.setattr(
        UnionFind, "roots", lambda self, rows: steps.append(1) or roots(self, rows)
    )
    forest.join_all(np.arange(n - 1), np.full(n - 1, n - 1))
    assert len(steps) <= 8
    assert not roots(forest, np.arange(n)).any()


@pytest.mark.parametrize("size", [10, lsh.REPS + 1, 3 * lsh.REPS])
def test_a_bucket_of_rows_that_are_all_alike_is_one_cluster(size):
    forest, asked = UnionFind(size), []

    def alike(a, b):
        asked.append((a, b))
        return True

    lsh.cluster(forest, np.arange(size), np.array([size]), alike)
    assert not forest.roots(np.arange(size)).any()
    assert len(asked) == size - 1  # what is together is not compared again


def test_small_buckets_are_compared_in_full():
    # Of each bucket the even and the odd rows are alike.
    forest = UnionFind(12)
    rows, sizes = np.arange(12), np.array([7, 5])
    lsh.cluster(forest, rows, sizes, lambda a, b: (a - b) % 2 == 0)
    assert forest.roots(rows).tolist() == [0, 1, 0, 1, 0, 1, 0, 7, 8, 7, 8, 7]


def test_the_nearest_earlier_row_of_the_buckets():
    n, first, threshold = 30, 10, 0.4
    similar = np.random.default_rng(1).integers(0, 6, (n, n)) / 5
    bands = [lsh.runs(keys_of(n, 9, seed)) for seed in range(3)]

    def agreement(a, b):
        return similar[a, b]

    twins, best = lsh.nearest(iter(bands), n, first, agreement, threshold)
    for row in range(n):
        near = set()
        for members, sizes in bands:
            for part in np.split(members, np.cumsum(sizes))[:-1]:
                if row in part and row >= first:
                    near |= {
                        int(a) for a in part if a < row and similar[a, row] >= threshold
                    }
        wanted = max(near, key=lambda a: (similar[a, row], -a), default=-1)
        assert twins[row] == wanted
        assert best[row] == (similar[wanted, row] if wanted >= 0 else 0)
