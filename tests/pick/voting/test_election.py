"""Elections: against all committees there are."""

from itertools import combinations

import numpy as np
import pytest

from sel.errors import DataError
from sel.pick._voting.election import Election
from sel.pick._voting.seats import Bound


def election(kind, *, k=3, exact=False, seed=0, n=8, voters=3):
    rng = np.random.default_rng(seed)
    satisfied = rng.integers(0, 6, (n, voters)).astype(float)
    weights = rng.integers(1, 4, voters).astype(float)
    groups = np.arange(n)[:, None] % 3
    return Election(satisfied, weights, groups, k, kind, satisfied @ weights, exact)


def allowed(held, bounds):
    for chosen in combinations(range(len(held.satisfied)), held.k):
        numbers = held.groups[list(chosen)]
        if all(
            b.low <= (numbers[:, b.field] == b.group).sum() <= b.high for b in bounds
        ):
            yield chosen


BOUNDS = [Bound("x", 0, 0, 0, 1), Bound("y", 0, 1, 1, 2)]


@pytest.mark.parametrize("kind", ["sum", "cover", "harmonic"])
@pytest.mark.parametrize("bounds", [[], BOUNDS], ids=["free", "bounds"])
@pytest.mark.parametrize("seed", range(3))
def test_the_exact_committee_is_the_best_of_all(kind, bounds, seed):
    pytest.importorskip("scipy")
    held = election(kind, exact=True, seed=seed)
    best = max(held.score(chosen) for chosen in allowed(held, bounds))
    made = held.elected(bounds)
    assert tuple(sorted(made)) in set(allowed(held, bounds))
    assert held.score(made) == pytest.approx(best)


@pytest.mark.parametrize("kind", ["sum", "cover", "harmonic"])
@pytest.mark.parametrize("bounds", [[], BOUNDS], ids=["free", "bounds"])
def test_the_greedy_one_keeps_the_bounds_and_most_of_the_worth(kind, bounds):
    held = election(kind)
    made = held.elected(bounds)
    scores = [held.score(chosen) for chosen in allowed(held, bounds)]
    assert tuple(sorted(made)) in set(allowed(held, bounds))
    assert held.score(made) >= (1 - 1 / np.e) * max(scores)
    if kind == "sum" and not bounds:
        assert held.score(made) == max(scores)


@pytest.mark.parametrize("kind", ["sum", "cover", "harmonic"])
def test_gains_in_order_add_up_to_the_worth(kind):
    held = election(kind)
    made = held.elected([])
    order, gains = held.in_order(made)
    assert sorted(order) == sorted(made)
    assert sum(gains) == pytest.approx(held.score(made))
    assert gains == sorted(gains, reverse=True)


def test_the_price_of_a_bound_is_what_would_be_gained_without_it():
    held = election("sum")
    made = held.elected(BOUNDS)
    prices = held.prices(BOUNDS, made)
    free = held.score(held.elected([])) - held.score(made)
    assert prices.keys() == {"all", "x", "y"}
    assert prices["all"] == pytest.approx(free)
    assert all(0 <= price <= free for price in prices.values())
    assert held.prices([], made) == {}


def test_no_seats_and_bounds_that_cannot_be_kept():
    assert election("cover", k=0).elected([]) == []
    with pytest.raises(DataError, match="y asks for 4, and there are 3"):
        election("cover").elected([Bound("y", 0, 1, 4, 9)])
