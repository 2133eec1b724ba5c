"""Searching: exact answers in order, records, and indexes that are none."""

import numpy as np
import orjson
import pytest

from sel.index import build, search
from tests.conftest import lines


@pytest.fixture
def index(sel, tmp_path, pool):
    sel("index build --vectors pool.npy -o p.faiss")
    np.save(tmp_path / "q.npy", pool[:20])
    return pool


def test_the_nearest_rows_in_order(sel, index):
    found = sel("index search p.faiss --queries q.npy -k 5").records
    cosines = index[:20] @ index.T
    for i, line in enumerate(found):
        assert line["query"] == i
        assert line["rows"] == np.argsort(-cosines[i], kind="stable")[:5].tolist()
        np.testing.assert_allclose(
            line["cosines"], -np.sort(-cosines[i])[:5], atol=1e-6
        )


def test_ties_go_to_the_lower_row(sel, tmp_path):
    np.save(tmp_path / "pool.npy", np.ones((40, 4), "f4"))
    sel("index build --vectors pool.npy -o p.faiss")
    found = sel("index search p.faiss --queries pool.npy -k 40").records
    assert all(line["rows"] == list(range(40)) for line in found)


@pytest.mark.parametrize("k", [1, 7, 150])
@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_ties_that_reach_beyond_the_last_go_to_the_lower_row(kind, k):
    rng = np.random.RandomState(0)
    rows = np.eye(8, dtype=np.float32)[rng.randint(0, 8, 4_000)]
    index, _ = build.build(rows, kind=kind)  # some rows stand behind higher numbers
    near, cosines = search.search(index, rows[:50], k=k)
    for row, found in zip(rows, near, strict=False):
        same = np.flatnonzero((rows == row).all(axis=1))
        assert found.tolist() == same[:k].tolist()
    assert (cosines == 1).all()


def test_records_of_the_neighbours(sel, tmp_path, index):
    (tmp_path / "pool.jsonl").write_bytes(lines([{"id": f"r{i}"} for i in range(3000)]))
    found = sel(
        "index search p.faiss --queries q.npy -k 2 --records pool.jsonl"
    ).records
    assert len(found) == 40
    assert found[6]["id"] == "r3"
    assert (found[6]["_query"], found[6]["_row"]) == (3, 3)
    (tmp_path / "pool.jsonl").write_bytes(lines([{"id": "r0"}]))
    command = "index search p.faiss --queries q.npy -o out --records pool.jsonl"
    assert "does not have" in sel(command, code=3).err
    (tmp_path / "pool.jsonl").write_bytes(b"bad\n")
    assert "pool.jsonl:1" in sel(command, code=3).err
    assert not list(tmp_path.glob("out*"))


def test_records_are_known_by_their_row(sel, tmp_path, index):
    mixed = [{"_row": i, "id": f"r{i}"} for i in reversed(range(3000))]
    (tmp_path / "pool.jsonl").write_bytes(lines(mixed))
    found = sel(
        "index search p.faiss --queries q.npy -k 1 --records pool.jsonl"
    ).records
    assert [line["id"] for line in found] == [f"r{i}" for i in range(20)]


def test_queries_that_cannot_be_used(sel, tmp_path, index):
    np.save(tmp_path / "q.npy", np.zeros((2, 16), "f4"))
    run = sel("index search p.faiss --queries q.npy")
    assert run.out == b""
    assert "2 read, 0 kept, 2 dropped" in run.err


def test_fewer_rows_than_neighbours(sel, tmp_path):
    np.save(tmp_path / "pool.npy", np.eye(3, dtype="f4"))
    sel("index build --vectors pool.npy -o p.faiss")
    found = sel("index search p.faiss --queries pool.npy -k 9").records
    assert [line["rows"] for line in found] == [[0, 1, 2], [1, 0, 2], [2, 0, 1]]


@pytest.mark.parametrize(
    "damage,said",
    [
        (lambda data: data[: len(data) // 2], "bytes"),
        (lambda data: b"IxM2" + b"\xff" * (len(data) - 4), "another file"),
        (lambda data: b"\x80\x04" + data[2:], "not an index"),
        (lambda data: b"", "not an index"),
    ],
)
def test_an_index_that_is_none(sel, tmp_path, index, damage, said):
    file = tmp_path / "p.faiss"
    file.write_bytes(damage(file.read_bytes()))
    run = sel("index search p.faiss --queries q.npy", code=3)
    assert said in run.err
    assert run.err.count("\n") == 1


def test_damage_that_the_card_does_not_know(sel, tmp_path, index):
    file, card = tmp_path / "p.faiss", tmp_path / "p.faiss.json"
    size = file.stat().st_size
    file.write_bytes(b"IxM2" + b"\xff" * (size - 4))
    card.write_bytes(orjson.dumps({"rows": 3000, "dim": 16, "bytes": size, "sum": 0}))
    command = "index search p.faiss --queries q.npy"
    assert "damaged: the sum" in sel(command, code=3).err
    assert "damaged. Try" in sel(f"{command} --no-verify", code=3).err


def test_other_columns_and_no_card(sel, tmp_path, index):
    np.save(tmp_path / "q.npy", np.ones((2, 5), "f4"))
    assert "5 columns" in sel("index search p.faiss --queries q.npy", code=3).err
    (tmp_path / "p.faiss.json").unlink()
    assert "card" in sel("index search p.faiss --queries q.npy", code=3).err
