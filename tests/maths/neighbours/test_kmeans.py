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
    start = kmeans.begun(units, 6, np.random.default_rng(4))
    learner = faiss.Kmeans(8, 6, niter=kmeans.ROUNDS, spherical=True)
    learner.train(units, init_centroids=start)
    made = kmeans._moved(units, start, kmeans.ROUNDS)
    np.testing.assert_allclose(made, learner.centroids, atol=1e-6)


def planted(seed, n, count):
    """Tight clusters of uneven sizes, far apart."""
    rng = np.random.default_rng(seed)
    sizes = np.maximum((rng.dirichlet(np.ones(count)) * n).astype(int), 12)
    middles = 10 * rng.normal(size=(count, 6))
    rows = np.repeat(middles, sizes, axis=0)
    return (rows + rng.normal(size=rows.shape) / 500).astype("f4")


def best(rows, count):
    from sklearn.cluster import KMeans

    return KMeans(count, n_init=10, random_state=0).fit(rows.astype("f8")).inertia_


@pytest.mark.parametrize("seed", range(20))
def test_planted_clusters_are_found(seed):
    rows = planted(seed, 3_000, 7)
    made = kmeans.cells(rows, 7)
    assert made.near.sum() <= 1.01 * best(rows, 7)
    moved = kmeans.cells(rows + 1_000, 7)  # where the origin is does not matter
    assert (moved.labels == made.labels).all()


@pytest.mark.parametrize("seed", range(5))
def test_planted_clusters_of_directions_are_found_by_both_loops(seed):
    rows = units_of(planted(seed, 3_000, 7))
    least = 1.01 * best(rows, 7)
    centres = kmeans.centres(rows, 7, SeededNoise(seed))
    for found in (kmeans.cells(rows, 7, unit=True).centres, centres):
        near = found[kmeans.nearest_centre(rows, found)]
        assert ((rows - near) ** 2).sum() <= least


@pytest.mark.parametrize("many", [False, True])
def test_many_planted_clusters(monkeypatch, many):
    rows = planted(0, 6_000, 40)
    if many:  # rows are drawn by eighths of those before
        monkeypatch.setattr(kmeans, "FEW", 0)
        start = kmeans.begun(rows, 40, np.random.default_rng(0))
        assert len(start) == 40
        owners = kmeans.cells(rows, 40).labels
        assert len(np.unique(owners)) == 40
    else:
        assert kmeans.cells(rows, 40).near.sum() <= 1.01 * best(rows, 40)


def test_the_same_rows_give_the_same_cells():
    rows = planted(1, 2_000, 9)
    a, b = kmeans.cells(rows, 30), kmeans.cells(rows.copy(), 30)
    np.testing.assert_array_equal(a.labels, b.labels)
    np.testing.assert_array_equal(a.centres, b.centres)


def test_fewer_different_rows_than_cells():
    rows = np.repeat(np.eye(3, dtype="f4"), 50, axis=0)
    made = kmeans.cells(rows, 20)
    assert made.near.max() < 1e-9
    assert kmeans.centres(rows, 20, SeededNoise()).shape == (20, 3)


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
