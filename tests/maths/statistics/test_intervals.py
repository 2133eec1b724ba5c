import pytest

from sel.maths.statistics.intervals import wilson


def test_wilson_by_hand():
    # Brown, Cai and DasGupta 2001; R: prop.test(8, 10, correct = FALSE)
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 10) == pytest.approx((0, 0.2775328), abs=1e-6)
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 0) == (None, None)
