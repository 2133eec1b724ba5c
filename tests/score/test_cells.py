"""Cells of k-means as groups of records."""

import numpy as np
import pytest

from sel.maths.matrices.vectors import unit
from sel.score import cells
from tests.conftest import lines


@pytest.fixture
def pool(tmp_path):
    rng = np.random.default_rng(0)
    own = rng.integers(0, 3, 200)
    rows = (np.eye(6)[own] * 4 + rng.normal(size=(200, 6)) * 0.2).astype("f4")
    np.save(tmp_path / "v.npy", rows)
    (tmp_path / "r.jsonl").write_bytes(lines([{"k": int(k)} for k in own]))
    return own, rows


def test_the_nearest_centre(pool):
    own, rows = pool
    learnt = cells.fit(rows, cells=3)
    said = cells.score(rows, learnt)
    cosines = unit(rows) @ learnt.centres.T
    assert said[""] == cosines.argmax(axis=1).tolist()
    np.testing.assert_allclose(said["similarity"], cosines.max(axis=1), atol=1e-6)
    pairs = set(zip(own.tolist(), said[""], strict=True))
    assert len(pairs) == 3  # each group is a cell
    np.testing.assert_allclose(np.linalg.norm(learnt.centres, axis=1), 1, atol=1e-6)


def test_rows_that_cannot_be_used(pool):
    _, rows = pool
    learnt = cells.fit(rows, cells=3)
    bad = np.array([[0] * 6, [np.nan] * 6, rows[0]], "f4")
    said = cells.score(bad, learnt)
    assert said[""][:2] == [None, None] and said[""][2] is not None
    assert np.isnan(said["similarity"][:2]).all()


def test_more_cells_than_rows(pool):
    _, rows = pool
    assert len(cells.fit(rows[:4], cells=100).centres) == 4


def test_saved_cells_are_the_same_tomorrow(sel, pool):
    command = "score cells --vectors v.npy r.jsonl"
    today = sel(f"{command} --cells 3 --save c.npz")
    assert sel(f"{command} --load c.npz").out == today.out
    quota = sel("pick random -k 2 --per cells", today.out).records
    assert len({one["cells"] for one in quota}) == 2


def test_bad_input(sel, pool, tmp_path):
    command = "score cells --vectors v.npy r.jsonl"
    assert "--cells" in sel(f"{command} --cells 0", code=2).err
    sel(f"{command} --cells 3 --save c.npz")
    np.save(tmp_path / "w.npy", np.ones((200, 2), "f4"))
    run = sel("score cells --vectors w.npy r.jsonl --load c.npz", code=3)
    assert "the centres have 6 columns" in run.err
    np.save(tmp_path / "w.npy", np.zeros((200, 2), "f4"))
    assert "no vector" in sel("score cells --vectors w.npy r.jsonl", code=3).err
    inside = lines([{"v": [1, 2]}])
    assert "--load" in sel("score cells --vectors @v", inside, code=2).err
