"""Building: what each kind finds, and what is refused."""

import faiss
import numpy as np
import orjson
import pytest

from sel.index import build
from sel.maths.neighbours import faiss_index, knn
from tests.index.conftest import clusters


@pytest.mark.parametrize(
    "kind,least", [("flat", 1.0), ("ivf", 0.95), ("hnsw", 0.95), ("auto", 1.0)]
)
def test_recall_is_measured_and_said(sel, tmp_path, pool, kind, least):
    command = (
        f"index build --vectors pool.npy --kind {kind} -o p.faiss --summary s.json"
    )
    run = sel(command)
    said = orjson.loads((tmp_path / "s.json").read_bytes())
    assert said["recall@10"] >= least
    assert "recall@10" in run.err
    sel("index search p.faiss --queries pool.npy -k 1 -o n.jsonl")
    near = [
        orjson.loads(line)["rows"]
        for line in (tmp_path / "n.jsonl").read_bytes().splitlines()
    ]
    assert np.mean([rows == [i] for i, rows in enumerate(near)]) >= least


def test_rows_that_are_held_back_are_not_learnt_from(pool):
    held = np.sort(np.random.default_rng(0).permutation(3_000)[:300])
    other = pool.copy()
    other[held] = np.random.RandomState(1).normal(size=(300, 16))
    centres = []
    for rows in (pool, other):
        index, _ = build.build(rows, kind="ivf")
        quantizer = faiss.downcast_index(index.index).quantizer
        centres.append(quantizer.reconstruct_n(0, quantizer.ntotal))
    np.testing.assert_array_equal(*centres)


def far(n, seed):
    """Queries that are no rows: mixtures of the same clusters, and noise."""
    rng = np.random.RandomState(seed)
    centres = np.random.RandomState(0).normal(size=(50, 16))
    mixed = centres[rng.randint(0, 50, (n, 3))].mean(axis=1)
    return (mixed + rng.normal(size=(n, 16)) / 2).astype("f4")


def recall(index, queries):
    truth = faiss_index.truth(index, queries, 10)
    return knn.recall(truth, faiss_index.search(index, queries, 10)[0])


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_recall_holds_for_other_queries(kind):
    rows = clusters(12_000)
    index, said = build.build(rows, kind=kind)
    assert said >= 0.95
    assert recall(index, far(1_000, 2)) >= 0.94
    given, told = build.build(rows, 10, lambda _: far(500, 1), kind=kind, recall=0.97)
    assert told >= 0.97
    assert recall(given, far(1_000, 2)) == pytest.approx(told, abs=0.015)


def test_queries_are_given_in_a_file(sel, tmp_path, pool):
    np.save(tmp_path / "q.npy", far(300, 1))
    command = "index build --vectors pool.npy --kind ivf -o p.faiss --queries"
    run = sel(f"{command} q.npy")
    assert "recall@10 0.9" in run.err
    np.save(tmp_path / "q.npy", np.zeros((9, 16), "f4"))
    assert "q.npy: no query" in sel(f"{command} q.npy", code=3).err
    np.save(tmp_path / "q.npy", np.ones((9, 5), "f4"))
    assert "5 columns" in sel(f"{command} q.npy", code=3).err


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_an_index_looks_as_far_as_recall_needs(pool, kind):
    rows = np.random.RandomState(0).normal(size=(4_000, 64)).astype("f4")
    found = [build.build(rows, kind=kind, recall=r)[1] for r in (0.5, 0.9, 1)]
    assert 0.5 <= found[0] < 0.9 <= found[1] < 1
    assert found[2] == pytest.approx(1, abs=0.01)


def test_all_rows_are_there_in_the_end(sel, tmp_path, pool):
    sel("index build --vectors pool.npy --kind hnsw -o p.faiss")
    found = sel("index search p.faiss --queries pool.npy -k 1").records
    assert np.mean([line["rows"] == [i] for i, line in enumerate(found)]) > 0.99
    (said,) = sel("index info p.faiss").records
    assert said["rows"] == said["next_row"] == 3_000
    assert said["recall@10"] > 0.9


def test_matrices_of_no_and_of_one_row(sel, tmp_path):
    np.save(tmp_path / "one.npy", np.ones((1, 4), "f4"))
    np.save(tmp_path / "none.npy", np.ones((0, 4), "f4"))
    for name, rows in (("one", [0]), ("none", [])):
        for kind in ("flat", "hnsw"):
            sel(f"index build --vectors {name}.npy --kind {kind} -o p.faiss")
            found = sel("index search p.faiss --queries one.npy").records
            assert [line["rows"] for line in found] == [rows]
        sel(f"index graph --vectors {name}.npy -k 2 -o g.npy")
        assert np.load(tmp_path / "g.npy").tolist() == [[-1, -1]] * len(rows)


BAD = {
    "float64": lambda rows: rows.astype("f8"),
    "Fortran": np.asfortranarray,
    "1 dimensions": lambda rows: rows[0],
    "Python objects": lambda rows: rows[:2, :2].astype(object),
}


@pytest.mark.parametrize("said", BAD)
@pytest.mark.parametrize(
    "command",
    [
        "build --vectors bad.npy -o b.faiss",
        "graph --vectors bad.npy -k 3 -o g.npy",
        "add p.faiss --vectors bad.npy",
        "search p.faiss --queries bad.npy",
    ],
)
def test_matrices_that_cannot_be_used(sel, tmp_path, pool, command, said):
    sel("index build --vectors pool.npy -o p.faiss")
    before = sorted(path.name for path in tmp_path.iterdir())
    np.save(tmp_path / "bad.npy", BAD[said](pool), allow_pickle=True)
    run = sel(f"index {command}", code=3)
    assert said in run.err
    assert run.err.count("\n") == 1
    (tmp_path / "bad.npy").write_bytes(b"no matrix")
    assert "is not a .npy matrix" in sel(f"index {command}", code=3).err
    (tmp_path / "bad.npy").unlink()
    sel(f"index {command}", code=4)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_rows_that_cannot_be_used_are_left_out(sel, tmp_path, pool):
    rows = pool.copy()
    rows[5], rows[9, 0] = 0, np.nan
    np.save(tmp_path / "pool.npy", rows)
    run = sel("index build --vectors pool.npy -o p.faiss")
    assert "3,000 read, 2,998 kept, 2 dropped" in run.err


def test_too_few_rows_for_lists(sel, tmp_path):
    np.save(tmp_path / "pool.npy", np.zeros((9, 4), "f4"))
    command = "index build --vectors pool.npy --kind ivf -o p.faiss"
    assert "--kind flat" in sel(command, code=3).err


@pytest.mark.parametrize("more", ["", "-o p.faiss --recall 1.5", "-o p.faiss extra"])
def test_wrong_command_lines(sel, pool, more):
    sel(f"index build --vectors pool.npy {more}", code=2)
