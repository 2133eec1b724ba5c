"""The bootstrap: shares of resamples, and the interval of the middle."""

import numpy as np
import pytest

from sel.maths.random.bootstrap import interval, resamples
from sel.maths.random.noise import SeededNoise


def test_a_resample_is_shares_of_as_many_draws_as_things():
    shares = resamples(8, SeededNoise(), times=500)
    assert shares.shape == (500, 8)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert (shares * 8 == np.rint(shares * 8)).all()
    assert shares.mean(axis=0) == pytest.approx(1 / 8, abs=0.02)
    # Of n things, each is missing in about (1 - 1/n)^n of the resamples.
    assert (shares == 0).mean() == pytest.approx((7 / 8) ** 8, abs=0.02)


def test_another_number_draws_others():
    first, again = (resamples(5, SeededNoise(), times=20) for _ in range(2))
    other = resamples(5, SeededNoise(), number=1, times=20)
    assert (first == again).all()
    assert (first != other).any()


def test_the_spread_of_resampled_means_is_the_standard_error():
    values = np.random.default_rng(0).normal(size=100)
    means = resamples(100, SeededNoise()) @ values
    assert means.std() == pytest.approx(values.std() / 10, rel=0.1)
    low, high = interval(means)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 10, rel=0.15)


def test_the_interval_by_hand():
    assert interval(np.arange(1001.0)) == (25.0, 975.0)
