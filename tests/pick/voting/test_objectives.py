"""What a committee is worth: against its definition, record by record."""

import numpy as np
import pytest

from sel.pick._voting import objectives
from sel.pick._voting.seats import Bound, Seats, Stuck, kinds


def worth(name, rows, weights):
    """Of a committee, by the definition of the rule."""
    each = []
    for column in rows.T:
        ranked = sorted(column.tolist(), reverse=True)
        each.append(
            {
                "Sum": sum(ranked),
                "Cover": max(ranked, default=0),
                "Harmonic": sum(v / (i + 1) for i, v in enumerate(ranked)),
            }[name]
        )
    return float(np.dot(each, weights))


def free_seats(k, n):
    return Seats(k, np.array([n]), [], np.zeros((0, 1), bool))


@pytest.mark.parametrize("name", ["Sum", "Cover", "Harmonic"])
def test_gains_are_differences_of_worth(name):
    rng = np.random.default_rng(0)
    rows, weights = rng.integers(0, 5, (15, 4)).astype(float), rng.random(4)
    state, chosen = getattr(objectives, name)(weights), []
    for place in (3, 9, 9, 0, 14):
        before = worth(name, rows[chosen], weights)
        after = [worth(name, rows[[*chosen, i]], weights) for i in range(15)]
        assert state.gains(rows) == pytest.approx(np.array(after) - before)
        state.add(rows[place])
        chosen.append(place)


@pytest.mark.parametrize("name", ["Cover", "Harmonic"])
@pytest.mark.parametrize("front", [1, 3, 1 << 13])
def test_greedy_takes_the_largest_gain_at_each_step(name, front, monkeypatch):
    monkeypatch.setattr(objectives, "FRONT", front)
    rng = np.random.default_rng(1)
    rows, weights = rng.random((25, 3)), np.ones(3)
    made = objectives.greedy_committee(
        getattr(objectives, name)(weights), rows, np.zeros(25, int), free_seats(8, 25)
    )
    chosen = []
    for _ in range(8):
        before = worth(name, rows[chosen], weights)
        gains = [
            -1 if i in chosen else worth(name, rows[[*chosen, i]], weights) - before
            for i in range(25)
        ]
        if max(gains) <= 1e-12:
            break
        chosen.append(int(np.argmax(gains)))
    assert made == chosen


def test_greedy_stops_where_nothing_is_gained():
    rows = np.array([[1.0, 0], [1, 0], [0, 1], [0, 0]])
    made = objectives.greedy_committee(
        objectives.Cover(np.ones(2)), rows, np.zeros(4, int), free_seats(4, 4)
    )
    assert made == [0, 2]


def test_seats_go_to_the_most_points_that_bounds_allow():
    points = np.array([9.0, 8, 7, 6, 5, 4])
    groups = np.array([[0], [0], [0], [1], [1], [2]])
    bounds = [Bound("a", 0, 0, 0, 2), Bound("c", 0, 2, 1, 6)]
    kind, sizes, members = kinds(groups, bounds)
    seats = Seats(4, sizes, bounds, members)
    assert objectives.fill_seats(points, kind, np.arange(6), seats) == [0, 1, 3, 5]
    assert not seats.left


def test_seats_that_nobody_may_have():
    seats = Seats(2, np.array([1]), [], np.zeros((0, 1), bool))
    with pytest.raises(Stuck):
        objectives.fill_seats(np.ones(1), np.zeros(1, int), np.arange(1), seats)
