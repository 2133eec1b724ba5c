"""Which classes a target maps to, by hand."""

import numpy as np
import pytest

from sel.errors import OptionError
from sel.maths.learning import label_mapping
from sel.maths.learning.classifiers import Labelled

NAN = float("nan")


def test_centres_are_means(monkeypatch):
    monkeypatch.setattr(label_mapping, "BLOCK", 2)
    rows = np.array([[1, 0], [3, 0], [5, 5]], "f4")
    made = label_mapping.centres(Labelled(rows, np.array([0, 0, 2])), 3)
    np.testing.assert_array_equal(made, [[2, 0], [NAN, NAN], [5, 5]])


def test_distances(monkeypatch):
    monkeypatch.setattr(label_mapping, "BLOCK", 5)
    rng = np.random.default_rng(0)
    rows, middles = rng.normal(size=(9, 3)).astype("f4"), rng.normal(size=(2, 3))
    wanted = np.linalg.norm(rows[:, None].astype(float) - middles, axis=2)
    assert label_mapping.distances(rows, middles) == pytest.approx(wanted)


def test_votes_and_the_order_of_classes():
    nearness = np.array([[1, 1, 0], [NAN, 2, 5], [3, NAN, 3]])
    votes = label_mapping.votes(nearness)
    assert votes.tolist() == [2, 0, 1]
    order = label_mapping.ranked(np.array([1, 1, 2, 1]), np.array([0.5, NAN, 0, 0.7]))
    assert order.tolist() == [2, 3, 0, 1]


@pytest.mark.parametrize(
    "keep,of_rows,number",
    [
        ("2", False, 2),
        ("9", False, 3),
        ("50%", False, 2),
        ("34%", False, 2),
        ("33%", False, 1),
        ("100%", False, 3),
        ("50%", True, 1),
        ("80%", True, 2),
        ("10%", True, 0),
    ],
)
def test_how_many_are_kept(keep, of_rows, number):
    assert label_mapping.kept([5, 3, 2], keep, of_rows=of_rows) == number


@pytest.mark.parametrize("keep", ["0", "-1", "1.5", "0%", "101%", "many", ""])
def test_what_keeps_nothing_is_refused(keep):
    with pytest.raises(OptionError):
        label_mapping.kept([5, 3, 2], keep, of_rows=False)
