from fractions import Fraction
from functools import reduce
from math import inf, isnan

import numpy as np
import pytest

from sel.maths.statistics.exact import added, total


@pytest.mark.parametrize("seed", range(5))
def test_the_sum_does_not_depend_on_order_or_on_parts(seed):
    rng = np.random.default_rng(seed)
    values = (rng.normal(size=200) * 10.0 ** rng.integers(-30, 30, 200)).tolist()
    exact = float(sum(map(Fraction, values)))
    for cut in (1, 7, 100):
        parts = [values[i::cut] for i in range(cut)]
        sums = [reduce(added, ([x] for x in part), []) for part in parts]
        assert total(reduce(added, sums[::-1], [])) == exact


def test_what_cannot_be_held_is_said():
    assert total(added([1e308], [1e308])) == inf
    assert isnan(total(added(added([inf], [1.0]), [-inf])))
