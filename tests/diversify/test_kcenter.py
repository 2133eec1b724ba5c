"""k-center: against looking at all rows at every step, and every set."""

from itertools import combinations

import numpy as np
import pytest

from sel.diversify import kcenter
from sel.maths.greedy import lazy
from tests.diversify.choosing import rows_of, units_of


def slowly(rows, k):
    units = units_of(rows).astype("f8")
    chosen = [int((units @ units.mean(axis=0)).argmax())]
    while len(chosen) < k:
        near = (units @ units[chosen].T).max(axis=1)
        near[chosen] = np.inf
        chosen.append(int(near.argmin()))
    return chosen


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("held", [1, 16, 2048])
def test_the_same_as_looking_at_all(seed, held, monkeypatch):
    monkeypatch.setattr(lazy, "HELD", held)
    rows = rows_of(300, seed=seed)
    assert kcenter.diversify(rows, k=60).rows.tolist() == slowly(rows, 60)


@pytest.mark.parametrize("seed", range(4))
def test_the_radius_and_its_bound(seed):
    rows = rows_of(13, seed=seed)
    units = units_of(rows)
    far = 1 - units @ units.T
    best = min(far[:, list(s)].min(axis=1).max() for s in combinations(range(13), 3))
    found = kcenter.diversify(rows, k=3)
    radius = far[:, found.rows].min(axis=1).max()
    assert found.facts["radius"] == pytest.approx(radius, abs=1e-5)
    assert found.facts["least possible"] <= best + 1e-5 <= radius + 2e-5


def test_gains_are_distances_and_fall():
    rows = rows_of(50)
    found = kcenter.diversify(rows, k=9)
    units = units_of(rows)
    for i in range(1, 9):
        near = (units[found.rows[:i]] @ units[found.rows[i]]).max()
        assert found.gains[i] == pytest.approx(1 - near, abs=1e-5)
    assert (np.diff(found.gains) <= 0).all()
    owner = (units @ units[found.rows].T).argmax(axis=1)
    assert found.covers.tolist() == np.bincount(owner, minlength=9).tolist()


def test_the_mean_can_be_taken_off_first():
    rows = np.random.default_rng(0).normal(size=(60, 5)).astype("f4") + 3
    plain = kcenter.diversify(rows, k=8).rows
    centred = kcenter.diversify(rows, k=8, center=True).rows
    assert plain.tolist() != centred.tolist()
    by_hand = kcenter.diversify(rows - rows.mean(axis=0), k=8).rows
    assert centred.tolist() == by_hand.tolist()
