"""Chance: even, by seed and key, without those chosen before."""

import numpy as np

from sel.diversify import random
from sel.maths.random.noise import SeededNoise

KEYS = np.arange(1000, dtype=np.uint64)


def test_every_row_is_as_likely():
    counts = np.zeros(1000)
    for seed in range(200):
        counts[random.diversify(KEYS, SeededNoise(seed), k=100).rows] += 1
    assert abs(counts.mean() - 20) < 1e-9
    assert counts.min() > 3
    assert counts.max() < 45


def test_the_order_of_the_input_does_not_matter():
    order = np.random.default_rng(0).permutation(1000)
    one = random.diversify(KEYS, SeededNoise(1), k=50).rows
    two = random.diversify(KEYS[order], SeededNoise(1), k=50).rows
    assert one.tolist() == order[two].tolist()


def test_more_than_are_left():
    first = random.diversify(KEYS, SeededNoise(1), k=990).rows
    rest = random.diversify(KEYS, SeededNoise(1), first, k=50).rows
    assert sorted([*first.tolist(), *rest.tolist()]) == list(range(1000))


def test_in_the_shell(sel):
    pool = [{"id": f"r{i}"} for i in range(50)]
    one = sel("diversify random -k 5 --seed 2 --key id", pool).records
    two = sel("diversify random -k 5 --seed 2 --key id", pool[::-1]).records
    assert sorted(r["id"] for r in one) == sorted(r["id"] for r in two)
    assert sel("diversify random -k 0", pool).out == b""
    assert "-k must be at least 0" in sel("diversify random -k -1", pool, code=2).err


def test_the_same_draw_as_pick(sel):
    pool = [{"id": f"r{i}"} for i in range(50)]
    ours = sel("diversify random -k 7 --seed 4 --key id", pool)
    assert ours.out == sel("pick random -k 7 --seed 4 --key id", pool).out
