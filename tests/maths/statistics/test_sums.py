"""Sums without rounding: against fractions, and in any order."""

from fractions import Fraction
from functools import reduce
from math import fsum, inf, isnan, nan

import numpy as np
import pytest

from sel.maths.statistics.sums import Exact


def total(values):
    return reduce(Exact.__add__, map(Exact.of, values), Exact())


@pytest.mark.parametrize("seed", range(4))
def test_no_order_changes_a_sum(seed):
    rng = np.random.default_rng(seed)
    values = (rng.normal(size=200) * 10.0 ** rng.integers(-300, 300, 200)).tolist()
    found = total(values)
    for _ in range(5):
        assert total(rng.permutation(values).tolist()) == found
        at = int(rng.integers(200))
        assert total(values[:at]) + total(values[at:]) == found
    assert found.value == float(sum(map(Fraction, values))) == fsum(values)


def test_ends_of_floats():
    assert total([5e-324, 5e-324]).value == 1e-323
    assert total([1e308, 1e308]).value == inf
    assert total([-1e308, -1e308]).value == -inf
    assert total([1e308, 1e308, -1e308]).value == 1e308
    assert total([inf, 1.0]).value == inf
    assert isnan(total([inf, -inf]).value)
    assert isnan(total([nan, 1.0]).value)
    assert total([]).value == 0.0
