"""Graphs of neighbours, against one made in float64."""

import numpy as np
import pytest

from sel.index import build, graph
from tests.conftest import GOLDEN


def whole(rows, k, kind="flat"):
    index, _ = build.build(rows, k, kind=kind)
    return np.concatenate(list(graph.graph(rows, index, k=k)))


def test_the_graph_of_vote_k(sel, tmp_path):
    folder = GOLDEN / "votek"
    sel(f"index graph --vectors {folder}/emb.npy -k 150 -o g.npy")
    found = np.load(tmp_path / "g.npy", mmap_mode="r")
    assert found.dtype == np.int32
    recorded = np.load(folder / "knn150_raw.npy")
    # In float32 a near tie may change places, and no more.
    assert (found == recorded).mean() > 0.999
    assert all(
        len(np.setdiff1d(a, b)) <= 1 for a, b in zip(found, recorded, strict=True)
    )


def test_equal_rows_and_rows_that_cannot_be_used():
    rows = np.ones((6, 3), np.float32)
    rows[2], rows[3] = 0, np.nan
    found = whole(rows, k=4)
    assert found[0].tolist() == [1, 4, 5, -1]
    assert found[5].tolist() == [0, 1, 4, -1]
    assert (found[[2, 3]] == -1).all()


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_against_every_cosine(pool, kind):
    cosines = pool @ pool.T
    np.fill_diagonal(cosines, -2)
    truth = np.argsort(-cosines, axis=1, kind="stable")[:, :10]
    found = whole(pool, 10, kind)
    hits = [len(np.intersect1d(a, b)) for a, b in zip(truth, found, strict=True)]
    assert np.mean(hits) > (9.99 if kind == "flat" else 9.5)
    assert not (found == np.arange(len(pool))[:, None]).any()


def test_equal_rows_hide_no_neighbour(sel, tmp_path):
    rows = np.repeat(np.eye(4, dtype=np.float32), 300, axis=0)
    found = whole(rows, k=5)
    assert found[700].tolist() == [600, 601, 602, 603, 604]
    assert found[602].tolist() == [600, 601, 603, 604, 605]
