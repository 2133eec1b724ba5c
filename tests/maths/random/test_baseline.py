"""What random selections reach, as fields of a result."""

import pytest

from sel.maths.random.baseline import random_range


def test_fewer_than_two_say_nothing():
    assert random_range("x", []) == random_range("x", [1.0]) == {}


def test_by_hand():
    said = random_range("x", [1.0, 2.0, 3.0])
    wide = 4.303 * (1 + 1 / 3) ** 0.5  # Student's t of 2 degrees
    assert said == {
        "x_random": 2.0,
        "x_low": pytest.approx(2 - wide),
        "x_high": pytest.approx(2 + wide),
    }
