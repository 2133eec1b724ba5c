"""MMR: against looking at all rows at every step."""

import numpy as np
import pytest

from sel.diversify import mmr
from sel.errors import UsageError
from sel.maths.greedy import lazy
from tests.diversify.choosing import rows_of, units_of


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("held", [4, 2048])
def test_the_same_as_looking_at_all(weight, held, monkeypatch):
    monkeypatch.setattr(lazy, "HELD", held)
    rows, scores = rows_of(200, seed=4), np.random.default_rng(4).random(200)
    units = units_of(rows).astype("f8")
    base = weight * (scores - scores.min()) / (scores.max() - scores.min())
    near, chosen = np.full(200, -1.0), []
    for _ in range(40):
        worth = base - (1 - weight) * near
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
        near = np.maximum(near, units @ units[chosen[-1]])
    assert mmr.diversify(rows, scores, k=40, weight=weight).rows.tolist() == chosen


def test_a_worked_example():
    rows = np.array([[1, 0], [1, 0.01], [0, 1]], "f4")
    found = mmr.diversify(rows, np.array([1.0, 0.9, 0.0]), k=3, weight=0.5)
    assert found.rows.tolist() == [0, 2, 1]
    assert found.gains == pytest.approx([1, 0, -0.05], abs=1e-4)


def test_it_needs_scores(sel, tmp_path):
    np.save(tmp_path / "v.npy", rows_of(5))
    run = sel(
        "diversify mmr -k 2 --vectors v.npy", [{"i": i} for i in range(5)], code=2
    )
    assert "--by" in run.err
    with pytest.raises(UsageError):
        mmr.diversify(rows_of(5), k=2)
