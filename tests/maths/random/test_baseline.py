"""What random selections reach, as fields of a result."""

import pytest

from sel.maths.random.baseline import random_range


def test_fewer_than_two_say_nothing():
    assert random_range("x", []) == random_range("x", [1.0]) == {}


def test_by_hand():
    said = random_range("x", [1.0, 2.0, 3.0])
    wide = 4.302653 * (1 + 1 / 3) ** 0.5  # Student's t of 2 degrees
    assert said == {
        "x_random": 2.0,
        "x_low": pytest.approx(2 - wide),
        "x_high": pytest.approx(2 + wide),
    }


def test_the_range_ends_where_the_measure_does():
    said = random_range("cells_covered", [0.0, 9.0])
    assert said["cells_covered_low"] == 0.0
    said = random_range("probe_accuracy", [0.5, 1.0])
    assert (said["probe_accuracy_low"], said["probe_accuracy_high"]) == (0.0, 1.0)


def test_a_field_with_the_name_of_a_measure_but_other_values_is_left_alone():
    assert random_range("my_accuracy", [50.0, 100.0])["my_accuracy_high"] > 100
