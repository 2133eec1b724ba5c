"""Folders as inputs, and Arrow files in them."""

import json

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.conftest import lines


def ids(run):
    return [record["id"] for record in run.records]


@pytest.fixture
def dump(tmp_path):
    """Files of all kinds, in folders."""
    inner = tmp_path / "dump" / "b" / "c"
    inner.mkdir(parents=True)
    (tmp_path / "dump/a.jsonl").write_bytes(lines([{"id": 1}]))
    (tmp_path / "dump/b/x.csv").write_bytes(b"id\n2\n")
    (inner / "y.jsonl.zst").write_bytes(zstandard.compress(lines([{"id": 3}])))
    pq.write_table(pa.table({"id": [4]}), inner / "z.parquet")
    (tmp_path / "dump/z.json").write_bytes(b'[{"id":5},{"id":6}]')
    (tmp_path / "dump/readme.md").write_text("no data")
    (tmp_path / "dump/.hidden.jsonl").write_text("{")
    (tmp_path / "dump/_log").mkdir()
    (tmp_path / "dump/_log/0.json").write_text("{")
    return tmp_path / "dump"


def test_the_files_below_a_folder_are_read_in_the_order_of_their_paths(sel, dump):
    assert ids(sel("pick where true dump")) == [1, 3, 4, 2, 5, 6]
    assert ids(sel("pick where true dump/b dump/a.jsonl")) == [3, 4, 2, 1]


def test_a_pattern_says_which_are_read(sel, dump):
    assert ids(sel(["pick", "where", "true", "dump", "--glob", "*.jsonl*"])) == [1, 3]
    run = sel(["pick", "where", "true", "dump", "--glob", "*.xml"], code=3)
    assert "no file below this folder is called *.xml" in run.err


def test_targets_and_scores_by_file(sel, tmp_path, dump):
    texts = [{"text": "some words to be like, of no great length"}] * 9
    (tmp_path / "t").mkdir()
    (tmp_path / "t/a.jsonl").write_bytes(lines(texts))
    (tmp_path / "t/b.jsonl").write_bytes(lines(texts))
    run = sel("score dsir --target t t -q")
    assert len(run.records) == 18
    sel("score random dump -o out/")
    assert (tmp_path / "out/y.jsonl.zst").is_file()


def test_an_empty_folder_is_bad_data(sel, tmp_path):
    (tmp_path / "none").mkdir()
    assert "no file below this folder" in sel("pick where true none", code=3).err


def test_what_a_killed_run_has_not_written_is_told(sel, dump):
    for name in ("a.jsonl", "b/late.jsonl", "b/late.jsonl.gz"):
        path = dump / name
        path.with_name(f".{path.name}.01234567.sel-part").write_bytes(b"{")
    run = sel("pick where true dump")
    assert ids(run) == [1, 3, 4, 2, 5, 6]
    told = [line for line in run.err.splitlines() if "is not there" in line]
    assert [line.split()[3] for line in told] == [
        "dump/b/late.jsonl",
        "dump/b/late.jsonl.gz",
    ]


def test_an_output_in_the_folder_that_is_read(sel, tmp_path, dump):
    sel("pick where true dump -o dump/chosen.jsonl")
    run = sel("pick where true dump -o dump/chosen.jsonl", code=2)
    assert "would be written over an input" in run.err


def arrow(path, table, *, stream):
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with pa.OSFile(str(path), "wb") as file, new(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


@pytest.mark.parametrize("stream", [False, True])
def test_arrow(sel, tmp_path, stream):
    when = pa.array([0, None, 1], pa.timestamp("s"))
    table = pa.table({"id": [1, 2, 3], "text": ["a", "é", None], "t": when})
    arrow(tmp_path / "x.arrow", table, stream=stream)
    assert sel("pick where true x.arrow").records == [
        {"id": 1, "text": "a", "t": "1970-01-01T00:00:00"},
        {"id": 2, "text": "é", "t": None},
        {"id": 3, "text": None, "t": "1970-01-01T00:00:01"},
    ]
    whole = (tmp_path / "x.arrow").read_bytes()
    (tmp_path / "x.arrow").write_bytes(whole[: len(whole) // 2])
    assert (
        "x.arrow cannot be read as Arrow" in sel("pick where true x.arrow", code=3).err
    )
    if not stream:
        assert "this is an Arrow file" in sel("pick where true -", whole, code=3).err


def test_a_saved_data_set_is_read_in_the_order_of_its_state(sel, tmp_path):
    (tmp_path / "set").mkdir()
    for name, number in (("data-1.arrow", 1), ("data-0.arrow", 2)):
        arrow(tmp_path / "set" / name, pa.table({"id": [number]}), stream=True)
    files = [{"filename": "data-1.arrow"}, {"filename": "data-0.arrow"}]
    (tmp_path / "set/state.json").write_text(json.dumps({"_data_files": files}))
    (tmp_path / "set/dataset_info.json").write_text("{}")
    assert ids(sel("pick where true set")) == [1, 2]
    (tmp_path / "set/state.json").write_text("{")
    assert "state.json does not name" in sel("pick where true set", code=3).err


def test_a_condition_may_be_the_name_of_a_folder(sel, tmp_path):
    (tmp_path / "id").mkdir()
    (tmp_path / "id/x.jsonl").write_bytes(lines([{"id": False}]))
    assert ids(sel("pick where id -", [{"id": True}, {"id": False}])) == [True]
