"""Search with FAISS: what the exact search finds."""

import faiss
import numpy as np
import pytest

from sel.maths.neighbours import faiss_index, knn


def filled(rows, numbers=None):
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(rows.shape[1]))
    faiss_index.fill(index, np.arange(len(rows)) if numbers is None else numbers, rows)
    return index


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(60, 8)).astype("f4")


@pytest.mark.parametrize("k", [1, 5, 80])
def test_agrees_with_the_exact_search(rows, k):
    near, cosines = faiss_index.search(filled(rows), rows[:9], k)
    wanted, told = knn.exact(rows, rows[:9], k)
    assert near.tolist() == wanted.tolist()
    np.testing.assert_allclose(cosines, told, atol=1e-6)


@pytest.mark.parametrize("held", [1, 1 << 22])
def test_ties_go_to_the_lower_row_also_beyond_the_last(held, monkeypatch):
    monkeypatch.setattr(faiss_index, "HELD", held)
    same = np.ones((50, 4), "f4")
    numbers = np.arange(50)[::-1].copy()
    near, _ = faiss_index.search(filled(same, numbers), same[:3], 4)
    assert near.tolist() == [[0, 1, 2, 3]] * 3


def test_rows_that_cannot_be_used_are_left_out(rows):
    rows[3] = 0
    rows[5, 1] = np.nan
    index = filled(rows)
    assert index.ntotal == 58
    stored = faiss_index.Stored(index)
    assert len(stored) == 58
    assert sorted({*range(60)} - {*stored.rows.tolist()}) == [3, 5]
    assert np.linalg.norm(stored[4:9], axis=1) == pytest.approx(1, abs=1e-6)


def test_the_truth_has_the_numbers_of_the_index(rows):
    index = filled(rows, np.arange(60) + 1000)
    truth = faiss_index.truth(index, rows[:4], 3)
    wanted, _ = knn.exact(rows, rows[:4], 3)
    assert truth.tolist() == (wanted + 1000).tolist()
    assert faiss_index.truth(index, rows[:1], 61)[0, -1] == -1
