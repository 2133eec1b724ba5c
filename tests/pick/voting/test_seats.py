"""Seats under bounds: what may be taken is what can still be completed."""

from itertools import product

import numpy as np
import pytest

from sel.errors import DataError
from sel.pick._voting import seats
from sel.pick._voting.seats import Bound, Planned, Seats


def test_the_strictest_of_bounds_on_one_value():
    made = seats.merged(
        [Bound("a", 0, 1, 0, 5), Bound("b", 0, 1, 2, 9), Bound("c", 0, 2, 0, 1)]
    )
    assert made == [Bound("a and b", 0, 1, 2, 5), Bound("c", 0, 2, 0, 1)]


def test_kinds_are_combinations_of_the_values_that_bounds_name():
    groups = np.array([[0, 7], [1, 7], [0, 7], [2, 8], [3, 8], [1, 9]])
    bounds = [Bound("a", 0, 0, 0, 9), Bound("b", 0, 1, 0, 9), Bound("c", 1, 8, 0, 9)]
    kind, sizes, members = seats.kinds(groups, bounds)
    assert sizes[kind].tolist() == [2, 2, 2, 2, 2, 2]
    for row, numbers in enumerate(groups):
        wanted = [numbers[b.field] == b.group for b in bounds]
        assert members[:, kind[row]].tolist() == wanted
    assert sizes.sum() == 6


def completions(k, sizes, bounds, members):
    """Every way to take k records, as counts of kinds."""
    for counts in product(*(range(size + 1) for size in sizes)):
        held = members @ np.array(counts)
        if sum(counts) == k and all(
            b.low <= h <= b.high for b, h in zip(bounds, held, strict=True)
        ):
            yield counts


@pytest.mark.parametrize("kind_of", [Seats, Planned])
@pytest.mark.parametrize("seed", range(6))
def test_a_kind_is_open_where_there_is_a_way_on(kind_of, seed):
    if kind_of is Planned:
        pytest.importorskip("scipy")
    rng = np.random.default_rng(seed)
    sizes, k = rng.integers(1, 4, 3), 4
    fields = 1 if kind_of is Seats else 2
    members = np.eye(3, dtype=bool)
    bounds = [
        Bound(str(i), i % fields, i, int(rng.integers(0, 2)), int(rng.integers(1, 4)))
        for i in range(3)
    ]
    every = list(completions(k, sizes, bounds, members))
    if not every:
        return
    free = kind_of(k, sizes, bounds, members)
    while free.left:
        able = {
            kind
            for kind in range(3)
            if any(
                (np.array(way) >= free.taken + np.eye(3, dtype=int)[kind]).all()
                for way in every
            )
        }
        assert {kind for kind in range(3) if free.allows(kind)} == able
        free.take(int(rng.choice(sorted(able))))
    assert tuple(free.taken.tolist()) in every


@pytest.mark.parametrize(
    "bounds,said",
    [
        ([Bound("a", 0, 0, 3, 9)], "a asks for 3, and there are 2"),
        ([Bound("a", 0, 0, 2, 1)], "a: at least 2, at most 1"),
        ([Bound("a", 0, 0, 2, 2), Bound("b", 0, 1, 2, 2)], "a, b ask for 4 of 3 seats"),
        (
            [Bound("a", 0, 0, 0, 0), Bound("b", 0, 1, 0, 1)],
            "a, b leave room for 1 of 3",
        ),
    ],
)
def test_bounds_that_cannot_be_kept_are_named(bounds, said):
    groups = np.array([[0], [0], [1], [1]])
    _, sizes, members = seats.kinds(groups, bounds)
    with pytest.raises(DataError, match=said):
        seats.check(3, sizes, bounds, members)


def test_bounds_on_two_fields_that_conflict_are_named():
    pytest.importorskip("scipy")
    groups = np.array([[0, 0], [0, 0], [1, 1], [1, 1]])
    bounds = [Bound("a", 0, 0, 2, 2), Bound("b", 1, 0, 0, 1), Bound("c", 1, 1, 0, 2)]
    _, sizes, members = seats.kinds(groups, bounds)
    with pytest.raises(DataError, match="a and b cannot be kept together"):
        seats.check(2, sizes, bounds, members)
