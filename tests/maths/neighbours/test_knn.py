"""Exact neighbours: against a sort of all cosines."""

import numpy as np
import pytest

from sel.maths.neighbours import knn

NAN = float("nan")


def rows_of(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype("f4")


def plain(vectors, queries, k):
    near, cosines = [], []
    for query in queries.astype(float):
        lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(query)
        good = [
            i for i, row in enumerate(vectors) if np.isfinite(row).all() and row.any()
        ]
        with np.errstate(all="ignore"):
            each = (vectors.astype(float) @ query / lengths).astype("f4")
        good.sort(key=lambda i: (-each[i], i))
        near.append((good + [-1] * k)[:k])
        cosines.append(([each[i] for i in good] + [NAN] * k)[:k])
    return near, cosines


@pytest.mark.parametrize("n,k", [(0, 2), (1, 3), (30, 1), (30, 7), (30, 40)])
def test_agrees_with_a_sort(n, k, monkeypatch):
    monkeypatch.setattr(knn, "BLOCK", 8)
    monkeypatch.setattr(knn, "ASKED", 3)
    vectors, queries = rows_of(n, 24), rows_of(10, 24, 1)
    vectors[::7, 0] = NAN
    near, cosines = knn.exact(vectors, queries, k)
    wanted, told = plain(vectors, queries, k)
    assert near.shape == (10, k)
    np.testing.assert_allclose(cosines, np.reshape(told, (10, k)), atol=2e-7)
    assert near.tolist() == wanted


def test_ties_go_to_the_lower_row(monkeypatch):
    monkeypatch.setattr(knn, "BLOCK", 4)
    near, _ = knn.exact(np.ones((11, 2), "f4"), np.ones((1, 2), "f4"), 6)
    assert near.tolist() == [[0, 1, 2, 3, 4, 5]]


@pytest.mark.parametrize("k", [1, 3, 9, 20])
def test_the_highest_of_each_line(k):
    rng = np.random.default_rng(k)
    cosines = rng.choice(np.array([-1, -0.5, -0.0, 0, 0.5, 1], "f4"), (40, 9))
    rows = np.array([rng.permutation(100)[:9] for _ in range(40)])
    made, highest = knn.top_k(rows, cosines, k)
    for line in range(40):
        order = sorted(range(9), key=lambda i: (-cosines[line, i], rows[line, i]))[:k]
        assert made[line].tolist() == rows[line, order].tolist()
        assert highest[line].tolist() == cosines[line, order].tolist()


def test_what_is_above_the_floor_moves_to_the_left():
    cosines = np.array([[0.1, 0.9, 0.5], [0.2, 0.2, 0.2]], "f4")
    rows, found = knn.above(np.array([4, 7, 9]), cosines, np.array([0.3, 0.2], "f4"))
    assert rows.tolist() == [[7, 9], [-1, -1]]
    assert found[0].tolist() == cosines[0, 1:].tolist()
    assert (found[1] == -np.inf).all()


def test_others_are_without_the_row_itself():
    near = np.array([[3, 1, 2], [5, 6, 7]])
    assert knn.others(near, np.array([1, 0])).tolist() == [[3, 2], [5, 6]]


def test_recall_by_hand():
    truth = np.array([[1, 2, 3], [4, -1, -1]])
    assert knn.recall(truth, np.array([[3, 9, 1], [-1, -1, 5]])) == 0.5
    assert knn.recall(truth, truth) == 1
    assert knn.recall(truth[:0], truth[:0]) == 0


def test_neighbours_in_common():
    rows = np.random.default_rng(0).normal(size=(30, 4)).astype("f4")
    asked = np.array([0, 5, 29])
    assert knn.in_common(rows, rows, asked, 4).tolist() == [1, 1, 1]
    less = rows[:, :2].copy()
    wanted = []
    for row in asked:
        both = []
        for matrix in (rows, less):
            units = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
            cosines = units @ units[row]
            cosines[row] = -2
            both.append(set(np.argsort(-cosines)[:4].tolist()))
        wanted.append(len(both[0] & both[1]) / 4)
    assert knn.in_common(less, rows, asked, 4).tolist() == wanted


def test_softmax_by_hand():
    cosines = np.array([[1.0, 0.5, 0.0]], "f4")
    by_hand = np.exp(cosines / 0.5) / np.exp(cosines / 0.5).sum()
    assert knn.softmax(cosines, 0.5) == pytest.approx(by_hand)
    assert knn.softmax(cosines, 1e-9).tolist() == [[1, 0, 0]]


def test_labels_are_numbered_as_they_come():
    labels, codes = knn.encoded(["b", "a", "b", 3])
    assert labels == ["b", "a", 3]
    assert codes.tolist() == [0, 1, 0, 2]
