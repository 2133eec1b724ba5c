"""Removing: what goes is not found, and the others keep their numbers."""

import numpy as np
import pytest

from tests.conftest import lines


@pytest.mark.parametrize("kind", ["flat", "ivf", "hnsw"])
def test_the_others_are_found_by_their_numbers(sel, tmp_path, pool, kind):
    sel(f"index build --vectors pool.npy --kind {kind} -o p.faiss")
    gone = range(0, 3000, 3)
    (tmp_path / "gone.jsonl").write_bytes(lines([{"_row": i, "x": 1} for i in gone]))
    run = sel("index remove p.faiss --rows gone.jsonl")
    assert "1,000 read, 1,000 kept, 0 dropped" in run.err
    assert "rows 2,000; recall@10" in run.err
    found = sel("index search p.faiss --queries pool.npy -k 5").records
    assert all(row % 3 for line in found for row in line["rows"])
    own = [line["rows"][0] == i for i, line in enumerate(found) if i % 3]
    assert np.mean(own) > (0.99 if kind == "hnsw" else 0.9999)
    (said,) = sel("index info p.faiss").records
    assert (said["rows"], said["next_row"]) == (2000, 3000)
    assert said["recall@10"] > 0.9
    np.save(tmp_path / "new.npy", pool[:2])
    sel("index add p.faiss --vectors new.npy")
    found = sel("index search p.faiss --queries new.npy -k 1").records
    assert [line["rows"] for line in found] == [[3000], [1]]


def test_numbers_and_what_is_not_there(sel, tmp_path, pool):
    sel("index build --vectors pool.npy -o p.faiss")
    (tmp_path / "gone").write_bytes(b"7\n\n[8, 9]\n7\n")
    assert "3 read, 3 kept, 0 dropped" in sel("index remove p.faiss --rows gone").err
    before = (tmp_path / "p.faiss").read_bytes()
    run = sel("index remove p.faiss --rows gone -o q.faiss")
    assert "3 read, 0 kept, 3 dropped" in run.err
    assert (tmp_path / "q.faiss").read_bytes() == before
    np.save(tmp_path / "one.npy", np.load(tmp_path / "pool.npy")[:1])
    found = sel("index search p.faiss --queries one.npy -k 3000").records[0]["rows"]
    assert len(found) == 2997


def test_all_rows_can_go(sel, tmp_path, pool):
    sel("index build --vectors pool.npy --kind ivf -o p.faiss")
    sel("index remove p.faiss --rows -", b"".join(b"%d\n" % i for i in range(3000)))
    found = sel("index search p.faiss --queries pool.npy -k 2").records
    assert all(line["rows"] == [] for line in found)
    sel("index add p.faiss --vectors pool.npy")
    assert sel("index info p.faiss").records[0]["next_row"] == 6000


@pytest.mark.parametrize(
    "bad",
    [
        b"x\n",
        b"1.5\n",
        b"-1\n",
        b"true\n",
        b'{"id": 1}\n',
        b'{"_row": "1"}\n',
        b"null",
        b"%d" % 2**64,
        b"%d" % 2**63,
    ],
)
def test_lines_that_name_no_row(sel, tmp_path, pool, bad):
    sel("index build --vectors pool.npy -o p.faiss")
    before = (tmp_path / "p.faiss").read_bytes()
    run = sel("index remove p.faiss --rows -", b"1\n" + bad, code=3)
    assert "standard input:2: neither a record with a _row nor a row" in run.err
    assert (tmp_path / "p.faiss").read_bytes() == before


def test_rows_of_another_index(sel, tmp_path, pool):
    sel("index build --vectors pool.npy -o p.faiss")
    run = sel("index remove p.faiss --rows -", b"3000\n", code=3)
    assert "row 3,000 is to go" in run.err
    sel("index remove p.faiss", code=2)
