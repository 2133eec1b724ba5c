"""Novelty: against going down the list."""

import numpy as np
import pytest

from sel.diversify import novelty
from sel.errors import OptionError
from tests.diversify.choosing import rows_of, units_of


@pytest.mark.parametrize("together", [1, 7, 1024])
@pytest.mark.parametrize("most", [0.5, 0.9])
def test_the_same_as_going_down_the_list(together, most, monkeypatch):
    monkeypatch.setattr(novelty, "TOGETHER", together)
    rows, scores = rows_of(150, seed=2), np.random.default_rng(2).random(150)
    units, chosen = units_of(rows).astype("f8"), []
    for i in np.argsort(-scores):
        if not chosen or (units[chosen] @ units[i]).max() <= most:
            chosen.append(int(i))
    found = novelty.diversify(rows, scores, most=most)
    assert found.rows.tolist() == chosen
    assert novelty.diversify(rows, scores, k=5, most=most).rows.tolist() == chosen[:5]
    inside = units[chosen] @ units[chosen].T
    np.fill_diagonal(inside, -1)
    assert inside.max() <= most + 1e-6


def test_a_copy_of_a_better_one_goes():
    rows = np.array([[1, 0], [2, 0], [0, 1]], "f4")
    assert novelty.diversify(rows, np.array([1, 2, 0.0])).rows.tolist() == [1, 2]
    with pytest.raises(OptionError, match="--most"):
        novelty.diversify(rows, np.ones(3), most=2)
