"""Building: what each kind finds, and what is refused."""

import numpy as np
import orjson
import pytest


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


@pytest.mark.parametrize("more", ["", "-o p.faiss --probes 0", "-o p.faiss extra"])
def test_wrong_command_lines(sel, pool, more):
    sel(f"index build --vectors pool.npy {more}", code=2)
