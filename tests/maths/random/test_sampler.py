"""Samples without replacement: sizes, repeats, and equal chances."""

import numpy as np
import pytest

from sel.maths.random.noise import SeededNoise
from sel.maths.random.sampler import draw, subsample


@pytest.mark.parametrize("count,size", [(0, 0), (5, 0), (5, 1), (5, 5), (1000, 37)])
def test_so_many_different_places_in_rising_order(count, size):
    places = draw(count, size, 3)
    assert len(places) == size
    assert (np.diff(places) > 0).all()
    assert ((places >= 0) & (places < count)).all()
    assert (places == draw(count, size, 3)).all()


def test_it_is_the_places_with_the_lowest_noise():
    noise = SeededNoise(8).uniform(np.arange(50, dtype=np.uint64))
    assert draw(50, 6, 8).tolist() == sorted(np.argsort(noise)[:6].tolist())


def test_every_place_is_drawn_about_as_often():
    times = np.zeros(20)
    for seed in range(2000):
        times[draw(20, 5, seed)] += 1
    assert times == pytest.approx(500, abs=90)


def test_a_share_of_the_places():
    rng = SeededNoise(1)
    first, second = (subsample(40, 0.25, rng, number) for number in (0, 1))
    assert len(set(first.tolist())) == len(set(second.tolist())) == 10
    assert sorted(first) != sorted(second)
    assert (subsample(40, 0.25, rng, 1) == second).all()
    assert len(subsample(40, 0.0, rng, 0)) == 1
    assert sorted(subsample(40, 1.0, rng, 0)) == list(range(40))
