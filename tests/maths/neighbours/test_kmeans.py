"""Cells: rows are in the nearest, and both loops come to the same centres."""

import faiss
import numpy as np
import pytest

from sel.maths.neighbours import kmeans
from sel.maths.random.noise import SeededNoise
from tests.diversify.choosing import rows_of, units_of


@pytest.fixture
def units():
    return units_of(rows_of(400))


@pytest.mark.parametrize("unit", [True, False])
def test_a_row_is_in_the_cell_of_the_nearest_centre(unit):
    rows = rows_of(400)
    rows = units_of(rows) if unit else rows
    made = kmeans.cells(rows, 7, unit=unit)
    apart = ((rows[:, None] - made.centres) ** 2).sum(axis=2)
    assert (made.labels == apart.argmin(axis=1)).all()
    assert made.near == pytest.approx(apart.min(axis=1), abs=1e-4)
    if unit:
        assert np.linalg.norm(made.centres, axis=1) == pytest.approx(1, abs=1e-6)


def test_there_are_no_more_cells_than_rows(units):
    made = kmeans.cells(units[:3], 5, unit=True)
    assert made.labels.tolist() == [0, 1, 2]
    assert kmeans.cells(units[:0], 5).centres.shape == (0, 8)
    assert len(kmeans.centres(units[:3], 5, SeededNoise())) == 3


def test_both_loops_come_to_the_same_centres(units):
    rng = SeededNoise(4)
    order = np.argsort(rng.uniform(np.arange(400, dtype=np.uint64)))
    start = units[np.sort(order[:6])]
    learner = faiss.Kmeans(8, 6, niter=kmeans.ROUNDS, spherical=True)
    learner.train(units, init_centroids=start)
    made = kmeans.centres(units, 6, rng)
    np.testing.assert_allclose(made, learner.centroids, atol=1e-6)


def test_a_centre_is_the_mean_of_its_rows_once_nothing_moves():
    corners = np.repeat(np.eye(3, dtype="f4"), [5, 9, 2], axis=0)
    made = kmeans.centres(corners, 16, SeededNoise())
    nearest = kmeans.nearest_centre(corners, made)
    assert (made[nearest] == corners).all()
    assert kmeans.nearest_centre(corners[:0], made).tolist() == []


def test_of_equal_centres_the_first_is_nearest(units, monkeypatch):
    monkeypatch.setattr(kmeans, "COMPARED", 7)
    labels = kmeans.nearest_centre(units, np.repeat(units[:1], 3, axis=0))
    assert set(labels.tolist()) == {0}


def test_members_are_the_rows_of_each_cell():
    parts = kmeans.members(np.array([2, 0, 2, 0, 3]))
    assert [part.tolist() for part in parts] == [[1, 3], [], [0, 2], [4]]
    assert kmeans.members(np.empty(0, np.int64)) == []
