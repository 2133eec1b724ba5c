import numpy as np
import pytest

from sel.maths.statistics.intervals import (
    mean_interval,
    prediction_interval,
    student,
    wilson,
)


def test_wilson_by_hand():
    # Brown, Cai and DasGupta 2001; R: prop.test(8, 10, correct = FALSE)
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 10) == pytest.approx((0, 0.2775328), abs=1e-6)
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 0) == (None, None)


def test_intervals_of_student_by_hand():
    values = [1.0, 2.0, 3.0]  # standard deviation 1, t of 2 degrees 4.302653
    mean, low, high = mean_interval(values)
    assert (mean, high - 2, 2 - low) == pytest.approx(
        (2, 4.302653 / 3**0.5, 4.302653 / 3**0.5)
    )
    mean, low, high = prediction_interval(values)
    wide = 4.302653 * (4 / 3) ** 0.5
    assert (mean, high - 2, 2 - low) == pytest.approx((2, wide, wide))


@pytest.mark.parametrize(
    ("level", "free", "t"),  # of printed tables
    [
        (0.95, 1, 12.7062),
        (0.95, 4, 2.776445),
        (0.99, 30, 2.749996),
        (0.95, 1000, 1.962339),
    ],
)
def test_student_is_exact_for_all_degrees_of_freedom(level, free, t):
    assert student(level, free) == pytest.approx(t, rel=1e-5)


def test_a_level_and_what_values_share_widen_the_interval():
    values = [1.0, 2.0, 3.0]
    _, _, high = mean_interval(values, level=0.99, shared=1.0)
    assert high == pytest.approx(2 + 9.924843 * (1 / 3 + 1) ** 0.5)


def test_a_further_value_falls_into_the_interval_19_times_of_20():
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(4000):
        *known, further = rng.normal(size=6).tolist()
        _, low, high = prediction_interval(known)
        inside += low <= further <= high
    assert inside / 4000 == pytest.approx(0.95, abs=0.012)
