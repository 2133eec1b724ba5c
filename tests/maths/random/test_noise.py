"""Noise: the same generator in plain Python, and what must hold for any seed."""

from hashlib import blake2b

import numpy as np
import pytest

from sel.errors import DataError
from sel.maths.random.noise import RecordedNoise, SeededNoise, key

GOLDEN, START, DRAW = 0x9E3779B97F4A7C15, 0x632BE59BD9B4E019, 0xD1B54A32D192ED03
MASK = (1 << 64) - 1


def mixed(bits):
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & MASK
    return bits ^ (bits >> 31)


def plain(seed, number, key):
    start = mixed((seed * GOLDEN + number * DRAW + START) & MASK)
    bits = mixed(mixed((key + GOLDEN) & MASK) ^ start)
    return ((bits >> 12) + 0.5) / 2**52


def keys(*numbers):
    return np.array(numbers, np.uint64)


@pytest.mark.parametrize("seed", [0, 1, -5, 2**70])
@pytest.mark.parametrize("number", [0, 3])
def test_agrees_with_plain_python(seed, number):
    asked = [0, 1, 2, 10**9, MASK]
    made = SeededNoise(seed, number).uniform(keys(*asked))
    assert made.tolist() == [plain(seed, number, one) for one in asked]


def test_a_record_has_its_number_whatever_is_asked_beside_it():
    noise, every = SeededNoise(7), np.arange(1000, dtype=np.uint64)
    whole = noise.uniform(every)
    assert (noise.uniform(every[::-1])[::-1] == whole).all()
    assert (
        np.concatenate([noise.uniform(p) for p in np.split(every, 8)]) == whole
    ).all()


def test_seeds_and_draws_are_unlike_one_another():
    every = np.arange(5000, dtype=np.uint64)
    drawn = [SeededNoise(s, n).uniform(every) for s in range(3) for n in range(2)]
    apart = np.corrcoef(drawn) - np.eye(6)
    assert np.abs(apart).max() < 0.06
    for numbers in drawn:
        assert 0 < numbers.min() < numbers.max() < 1
        assert np.histogram(numbers, 10, (0, 1))[0] == pytest.approx(500, abs=100)


def test_gumbel_numbers_have_the_mean_of_euler():
    numbers = SeededNoise().gumbel(np.arange(50_000, dtype=np.uint64))
    assert numbers.mean() == pytest.approx(0.57722, abs=0.02)
    assert numbers.var() == pytest.approx(np.pi**2 / 6, abs=0.05)


def test_recorded_noise_is_used_up_in_order():
    noise = RecordedNoise(np.array([0.5, 1.0, 2.0]))
    assert noise.gumbel(keys(9, 9)).tolist() == [0.5, 1.0]
    assert noise.uniform(keys(9)) == pytest.approx(np.exp(-np.exp(-2.0)))
    with pytest.raises(DataError, match="only 3"):
        noise.gumbel(keys(9))


def test_a_key_is_the_hash_of_what_names_a_record():
    wanted = int.from_bytes(blake2b(b"a", digest_size=8).digest(), "little")
    assert key(b"a") == wanted != key(b"b")
