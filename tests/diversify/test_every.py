"""What every method on vectors keeps, whatever it maximises."""

import numpy as np
import pytest

from tests.diversify.choosing import METHODS, SCORED, VECTORS, choose, has, rows_of

DRAWN = [name for name in VECTORS if "rng" in METHODS[name].inputs]
BY_CELL = [name for name in VECTORS if has(name, "cells")]
"""Those that choose within cells, whose centres depend on the order of the rows."""
ALONE = {
    "medoids": "its cells are as many as -k",
    "votek": "the number of neighbours follows -k, and ties the first vote",
}
FILTERS = ("novelty", "semantic")
"""Those that leave out copies: what cannot be compared is none, and stays."""
STEPWISE = [name for name in VECTORS if name not in ALONE and name not in BY_CELL]
"""Those that choose row by row, whatever comes after; a new method is one of them."""

every = pytest.mark.parametrize("name", VECTORS)
stepwise = pytest.mark.parametrize("name", STEPWISE)


def lenient(name):
    """Options with which no row is too like another one."""
    return {"most": 1.0} if has(name, "most") else {}


@every
def test_rows_are_distinct_and_as_many_as_wanted(name):
    choice = choose(name, rows_of(60), k=15)
    assert len(choice.rows) == len(set(choice.rows.tolist())) == 15
    for told in (choice.gains, choice.covers):
        assert told is None or len(told) == 15


@every
def test_more_than_there_are(name):
    choice = choose(name, rows_of(7), k=50, **lenient(name))
    assert sorted(choice.rows.tolist()) == list(range(7))


@every
@pytest.mark.parametrize("n", [0, 1])
def test_no_row_and_one(name, n):
    assert choose(name, rows_of(n), k=3).rows.tolist() == list(range(n))


@every
def test_none_wanted(name):
    assert len(choose(name, rows_of(9), k=0).rows) == 0


@every
def test_rows_that_cannot_be_used_are_never_chosen_but_are_no_copies(name):
    rows = rows_of(20)
    rows[3], rows[8, 2], rows[11, 0] = 0, np.nan, np.inf
    bad = () if name in FILTERS else (3, 8, 11)
    choice = choose(name, rows, k=20, **lenient(name))
    found = choice.rows.tolist()
    assert sorted(found) == [i for i in range(20) if i not in bad]
    if name in FILTERS:
        blind = np.flatnonzero(np.isnan(choice.gains))
        assert sorted(choice.rows[blind].tolist()) == [3, 8, 11]
    zeros = np.zeros((4, 8), "f4")
    assert len(choose(name, zeros, k=2).rows) == (2 if name in FILTERS else 0)


@every
def test_equal_rows_come_in_the_order_of_the_input(name):
    found = choose(name, np.ones((9, 4), "f4"), k=4, **lenient(name)).rows.tolist()
    if name in DRAWN:  # chance says which
        assert len(set(found)) == 4
    elif name == "votek":  # of a voter's equal votes the authors take the last
        assert found == [8, 7, 6, 5]
    else:
        assert found == [0, 1, 2, 3]


@every
def test_scaling_the_rows_changes_nothing(name):
    rows = rows_of(50)
    lengths = 2.0 ** np.random.default_rng(1).integers(-3, 4, 50)
    if name == "craig":  # of a gradient the length counts, but not its unit
        lengths[:] = 0.125
    more = {"center": False} if name == "votek" else {}
    plain = choose(name, rows, k=10, **more).rows
    scaled = choose(name, (rows * lengths[:, None]).astype("f4"), k=10, **more).rows
    assert plain.tolist() == scaled.tolist()


@stepwise
def test_the_order_of_the_rows_changes_nothing_but_ties(name):
    rows = rows_of(50, seed=3)
    order = np.random.default_rng(2).permutation(50)
    scores = np.random.default_rng(3).random(50)
    scored = {"scores": scores} if name in SCORED else {}
    turned = {"scores": scores[order]} if name in SCORED else {}
    if name == "dpp":  # all rows tie for the first
        scored = {"already": np.array([0])}
        turned = {"already": np.flatnonzero(order == 0)}
    one = choose(name, rows, k=10, **scored)
    other = choose(name, rows[order], k=10, **turned)
    assert one.rows.tolist() == order[other.rows].tolist()


@every
def test_half_precision_is_read(name):
    rows = rows_of(40).astype("f2")
    whole = rows.astype("f4")
    assert (
        choose(name, rows, k=6).rows.tolist() == choose(name, whole, k=6).rows.tolist()
    )


@every
def test_what_was_chosen_before_is_not_chosen_again(name):
    rows = rows_of(40)
    more = lenient(name)
    first = choose(name, rows, k=8, **more).rows
    second = choose(name, rows, k=40, already=first, **more).rows
    assert not set(first.tolist()) & set(second.tolist())
    assert len(second) == 32


@stepwise
def test_going_on_is_the_same_as_not_stopping(name):
    rows = rows_of(60)
    whole = choose(name, rows, k=12).rows.tolist()
    first = choose(name, rows, k=5).rows
    rest = choose(name, rows, k=7, already=first).rows.tolist()
    assert [*first.tolist(), *rest] == whole


@every
def test_memory_is_more_for_more_rows(name):
    method = METHODS[name]
    own = {o.name: o.default for o in method.options} | {"k": 10}
    few, many = (
        method.load().memory(np.empty((n, 8), "f4"), own) for n in (20_000, 200_000)
    )
    assert 0 < few < many
