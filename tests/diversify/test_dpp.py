"""DPP: against determinants."""

import numpy as np
import pytest

from sel.diversify import dpp
from sel.maths.greedy import lazy
from tests.diversify.choosing import rows_of, units_of


def volume(units, rows):
    part = units[rows].astype("f8")
    return np.linalg.slogdet(part @ part.T + 1e-3 * np.eye(len(part)))[1]


@pytest.mark.parametrize("held", [2, 2048])
@pytest.mark.parametrize("d", [4, 16])
def test_each_step_makes_the_largest_determinant(held, d, monkeypatch):
    monkeypatch.setattr(lazy, "HELD", held)
    rows = rows_of(40, d=d)
    units = units_of(rows)
    found = dpp.diversify(rows, k=12)
    for i in range(1, 12):
        before = found.rows[:i].tolist()
        best = max(volume(units, [*before, j]) for j in range(40) if j not in before)
        mine = volume(units, found.rows[: i + 1])
        assert mine == pytest.approx(best, abs=1e-2 if i >= d else 1e-4)
    assert found.facts["log determinant"] == pytest.approx(mine, abs=1e-2)


def test_quality_is_mixed_in():
    rows, scores = rows_of(30), np.random.default_rng(0).random(30)
    only = dpp.diversify(rows, scores=scores, k=5, weight=1.0).rows.tolist()
    assert only == np.argsort(-scores)[:5].tolist()
    first = dpp.diversify(rows, scores=scores, k=1).rows.tolist()
    assert first == [int(scores.argmax())]
