"""Graphs: against all pairs, and by cells."""

from itertools import pairwise

import numpy as np
import pytest

from sel.maths.neighbours import graphs
from tests.diversify.choosing import rows_of, units_of


@pytest.mark.parametrize("n,k", [(1, 3), (2, 3), (40, 39), (40, 50), (900, 5)])
def test_the_nearest_of_all(n, k):
    units = units_of(rows_of(n, seed=n))
    rows, cosines, recall = graphs.knn_graph(units, k)
    whole = units @ units.T
    np.fill_diagonal(whole, -2)
    order = np.argsort(-whole, axis=1, kind="stable")[:, : min(k, n - 1)]
    assert rows.shape == cosines.shape == (n, k)
    assert recall is None
    assert (rows[:, : n - 1][:, :k] != order).sum() <= order.size / 1000
    assert (rows[:, n - 1 :] == -1).all()
    assert np.isnan(cosines[:, n - 1 :]).all()


def test_ties_go_to_the_lower_row():
    rows, _, _ = graphs.knn_graph(np.ones((2000, 1), "f4"), 3)
    assert rows[0].tolist() == [1, 2, 3]
    assert rows[1999].tolist() == [0, 1, 2]


def test_by_cells(monkeypatch):
    units = units_of(rows_of(4000, d=16, centres=60))
    exact, _, _ = graphs.knn_graph(units, 10)
    monkeypatch.setattr(graphs, "EXACT", 100)
    rows, cosines, recall = graphs.knn_graph(units, 10)
    hits = [len(np.intersect1d(a, b)) for a, b in zip(exact, rows, strict=True)]
    assert np.mean(hits) > 9.5
    assert recall == pytest.approx(np.mean(hits) / 10, abs=0.05)
    assert not (rows == np.arange(4000)[:, None]).any()
    np.testing.assert_allclose(cosines, graphs.cosines_of(units, rows), atol=1e-5)


def test_turned_round():
    graph = np.array([[1, 2], [2, -1], [1, 0], [-1, -1]], np.int32)
    starts, names = graphs.reverse(graph, 4)
    found = [names[a:b].tolist() for a, b in pairwise(starts)]
    assert found == [[2], [0, 2], [0, 1], []]


def test_symmetric_whatever_the_pieces():
    units = units_of(rows_of(300))
    rows, cosines, _ = graphs.knn_graph(units, 6)
    rows[5], cosines[5] = -1, np.nan
    whole = np.zeros((300, 300))
    for i, named in enumerate(rows):
        good = named >= 0
        weight = np.clip(np.rint(cosines[i, good] * graphs.ONE), 0, graphs.ONE)
        whole[i, named[good]] = np.maximum(whole[i, named[good]], weight)
    whole = np.maximum(whole, whole.T)
    np.fill_diagonal(whole, graphs.ONE)
    made = graphs.symmetric(rows, cosines)
    found = np.zeros((300, 300))
    for i in range(300):
        here = slice(made.starts[i], made.starts[i + 1])
        found[i, made.names[here]] = made.weights[here]
    assert (found == whole).all()


def test_by_cells_of_unlike_size(monkeypatch):
    monkeypatch.setattr(graphs, "EXACT", 10)
    monkeypatch.setattr(graphs, "PROBES", 1)
    monkeypatch.setattr(graphs, "LARGE", 1)
    rows = np.concatenate((np.ones((300, 4), "f4"), rows_of(100, d=4)))
    near, cosines, _ = graphs.knn_graph(units_of(rows), 20)
    assert (near >= 0).all()
    assert not (near == np.arange(400)[:, None]).any()
    assert all(len(set(line)) == 20 for line in near.tolist())
    assert (np.diff(cosines, axis=1) <= 0).all()
    few, _, _ = graphs.knn_graph(units_of(rows[-30:]), 40)
    assert ((few >= 0).sum(axis=1) == 29).all()
