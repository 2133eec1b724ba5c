"""Lazy greedy choices: those of looking at every row at every step."""

import numpy as np
import pytest

from sel.maths.greedy import lazy
from tests.diversify.choosing import rows_of, units_of

NONE = np.empty(0, np.int64)


@pytest.fixture
def units():
    return units_of(rows_of(120))


def plainly(worth, k, n):
    """The place that is worth most beside those chosen, k times."""
    chosen, values = [], []
    for _ in range(k):
        each = [-np.inf if i in chosen else worth(chosen, i) for i in range(n)]
        chosen.append(int(np.argmax(each)))
        values.append(each[chosen[-1]])
    return chosen, values


@pytest.mark.parametrize("held", [1, 5, 1000])
@pytest.mark.parametrize("penalty", [0, 0.3, 2])
def test_far_from_the_nearest_chosen(units, held, penalty, monkeypatch):
    monkeypatch.setattr(lazy, "HELD", held)
    base = np.random.default_rng(1).random(120)
    cosines = lazy.grid(units @ units.T)

    def worth(chosen, i):
        return base[i] - penalty * cosines[i, chosen].max(initial=-1)

    chosen, values = plainly(worth, 25, 120)
    places, told = lazy.lazy_greedy(lazy.Nearest(units, base, penalty, NONE), 25)
    assert places.tolist() == chosen
    assert told == pytest.approx(np.array(values), abs=1e-5)


def test_what_was_chosen_before_counts(units):
    already = np.array([7, 3])
    near = lazy.Nearest(units, np.zeros(120), 1, already)
    places, _ = lazy.lazy_greedy(near, 10)
    assert not set(places) & {3, 7}
    rest = np.delete(np.arange(120), [3, 7])
    highest = lazy.grid(units @ units[already].T).max(axis=1)
    assert places[0] == rest[highest[rest].argmin()]
    whole = [*already, *places]
    nearest = (units @ units[whole].T).argmax(axis=1)
    assert near.covers().tolist() == np.bincount(nearest, minlength=12).tolist()


@pytest.mark.parametrize("held", [1, 5, 1000])
def test_the_volume_is_the_determinant(units, held, monkeypatch):
    monkeypatch.setattr(lazy, "HELD", held)
    units, ridge = units[:40], 0.1
    kernel = units.astype(float) @ units.T + ridge * np.eye(40)

    def volume(rows):
        return np.linalg.slogdet(kernel[np.ix_(rows, rows)])[1] if rows else 0.0

    chosen, _ = plainly(lambda rows, i: volume([*rows, i]) - volume(rows), 12, 40)
    state = lazy.Volume(units, np.zeros(40), 1, ridge, NONE)
    places, values = lazy.lazy_greedy(state, 12)
    # All first gains are equal but for rounding.
    state = lazy.Volume(units, np.zeros(40), 1, ridge, places[:1])
    after, _ = lazy.lazy_greedy(state, 11)
    assert after.tolist() == places[1:].tolist()
    assert values.sum() == pytest.approx(volume(places.tolist()), abs=1e-3)
    assert volume(places.tolist()) >= volume(chosen) - 1e-3


def test_ties_go_to_the_lower_place():
    same = np.ones((30, 1), "f4")
    places, _ = lazy.lazy_greedy(lazy.Nearest(same, np.zeros(30), 1, NONE), 4)
    assert places.tolist() == [0, 1, 2, 3]
