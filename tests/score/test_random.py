import numpy as np

from sel.maths.random.noise import SeededNoise
from sel.score import random


def test_numbers_belong_to_records_not_to_batches():
    keys = np.arange(1000, dtype=np.uint64)
    whole = random.score(keys, SeededNoise(5))
    np.testing.assert_array_equal(
        whole[200:300], random.score(keys[200:300], SeededNoise(5))
    )


def test_a_key_makes_order_irrelevant(sel):
    records = [{"id": f"d{i}"} for i in range(50)]
    there = {
        r["id"]: r["random"] for r in sel("score random --key id", records).records
    }
    back = {
        r["id"]: r["random"]
        for r in sel("score random --key id", records[::-1]).records
    }
    assert there == back


def test_the_numbers_are_stable_for_ever():
    first = random.score(np.arange(3, dtype=np.uint64), SeededNoise(0))
    np.testing.assert_array_equal(
        first, [0.34264024903278745, 0.7989848687229603, first[2]]
    )
