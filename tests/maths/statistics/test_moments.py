"""Mean and deviation in parts, beside those of the whole."""

import numpy as np
import pytest

from sel.maths.statistics.moments import Moments


def test_parts_add_up():
    rows = np.random.default_rng(0).normal(1e6, 3, (1000, 2))
    cuts = np.split(rows, [0, 1, 17, 900, 1000])
    total = Moments.of(cuts[0])
    for part in cuts[1:]:
        total += Moments.of(part)
    assert total.count == 1000
    np.testing.assert_allclose(total.mean, rows.mean(axis=0))
    np.testing.assert_allclose(total.deviation, rows.std(axis=0))


def test_rows_that_are_not_known():
    rows = np.array([[1.0], [np.nan], [3.0]])
    assert Moments.of(rows).mean == pytest.approx([2])
    assert Moments.of(rows[1:2]).deviation == pytest.approx([1])
    assert (Moments.of(rows[1:2]) + Moments.of(rows[:1])).mean == pytest.approx([1])
