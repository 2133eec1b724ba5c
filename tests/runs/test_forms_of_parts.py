"""Parts become what one run writes in any form: tables, an array, a trainer's form."""

from __future__ import annotations

from pathlib import Path

import pytest

from sel.runs.shards.merging import STEP
from tests.conftest import lines
from tests.runs.sharded import call, in_shards

PARTS = "part-1.jsonl part-2.jsonl"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def large(here):
    """Records of which a part has more than is copied at once."""
    made = [{"id": i, "prompt": "p", "completion": "long " * 90} for i in range(6000)]
    (here / "in.jsonl").write_bytes(lines(made))
    return "in.jsonl"


def shards(command, file, parts=PARTS):
    for i, part in enumerate(parts.split(), 1):
        call(f"{command} -q --shard {i}/2 -o {part} {file}")


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet", ".arrow"])
def test_lines_are_whole_wherever_parts_are_read(large, ending):
    command = "score length --text completion"
    shards(command, large)
    assert Path("part-1.jsonl").stat().st_size > STEP
    call(f"{command} -q -o one{ending} {large}")
    call(f"{command} -q -o merged{ending} --merge {PARTS}")
    assert Path(f"one{ending}").read_bytes() == Path(f"merged{ending}").read_bytes()


def test_a_form_is_that_of_parts_in_a_folder(large):
    command = "pick random -k 5000 --form messages"
    call(f"{command} -q -o one.jsonl {large}")
    one = Path("one.jsonl").read_bytes()
    assert one.startswith(b'{"messages":')
    assert in_shards(command, [large], 2)[0] == one
    call(f"{command} -q -o there/ --engine local {large}")
    parts = sorted(Path("there").glob("part-*"))
    assert b"".join(part.read_bytes() for part in parts) == one


@pytest.mark.parametrize("engine", [False, True])
def test_a_table_keeps_the_types_of_the_inputs(here, engine):
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    small = pa.array([1, 2, None], pa.int16())
    table = pa.table({"text": ["a", "b", "c"], "n": small})
    parquet.write_table(table, "in.parquet")
    call("score length -q -o one.parquet in.parquet")
    if engine:
        call("score length -q -o merged.parquet --engine local in.parquet")
    else:
        shards("score length", "in.parquet")
        call(f"score length -q -o merged.parquet --merge {PARTS}")
    assert parquet.read_schema("one.parquet").field("n").type == pa.int16()
    assert Path("one.parquet").read_bytes() == Path("merged.parquet").read_bytes()


@pytest.mark.parametrize("again", ["'id > 7'", ""])
def test_a_condition_may_be_given_once_more(here, again):
    Path("in.jsonl").write_bytes(lines([{"id": i} for i in range(20)]))
    for i in (1, 2):
        call(f"pick where 'id > 7' -q --shard {i}/2 -o part-{i}.jsonl in.jsonl")
    call(f"pick where {again} -q --merge -o merged.jsonl {PARTS}")
    assert len(Path("merged.jsonl").read_bytes().splitlines()) == 12


def test_records_are_counted_where_a_worker_has_to_know(large):
    command = "pick where --preset c4 --text completion"
    call(f"{command} -q -o one.jsonl {large}")
    call(f"{command} -q -o engine.jsonl --engine local {large}")
    assert Path("one.jsonl").read_bytes() == Path("engine.jsonl").read_bytes()


def test_the_first_bad_line_is_told_of_shards_that_meet(here, capsys):
    made = [{"id": i, "d": "x", "text": "long " * 90} for i in range(9000)]
    for i in (5, 2000, 5000, 8999):
        del made[i]["d"]
    Path("in.jsonl").write_bytes(lines(made))
    call("pick mix --unimax 2 --per d -k 9 -q --engine local -o out.jsonl in.jsonl", 3)
    assert "in.jsonl:6: field 'd' is missing" in capsys.readouterr().err
