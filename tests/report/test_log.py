"""How far a run is, as lines of JSON."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

import sel as library
from sel.report import log
from sel.streams.blocks import BLOCK
from tests.conftest import lines

RECORDS = [{"i": i, "text": "a word " * 40} for i in range(6000)]
SIZE = len(lines(RECORDS))
assert SIZE > 3 * BLOCK


def read(path):
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def always(monkeypatch):
    monkeypatch.setattr(log, "EVERY", 0.0)


@pytest.fixture
def pool(tmp_path):
    path = tmp_path / "pool.jsonl"
    path.write_bytes(b"\n" + lines(RECORDS))
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_line_says_how_far_it_is(always, tmp_path, pool, jobs):
    path = tmp_path / "run.log"
    library.score("length", pool, log=path, jobs=jobs).to_list()
    *told, end = read(path)
    assert len(told) >= 3
    for name in "rows", "bytes", "done":
        values = [line[name] for line in told]
        assert values == sorted(values)
        assert values[0] > 0
    assert told[-1]["rows"] == end["rows"] == len(RECORDS)
    assert told[-1]["bytes"] == end["bytes"] == SIZE + 1
    assert told[-1]["done"] == end["done"] == 1
    assert told[-1]["seconds_left"] == end["seconds_left"] == 0
    assert [line["doing"] for line in told] == ["scoring"] * len(told)
    assert end["doing"] == "done"
    for line in (*told, end):
        assert line["command"] == "sel score length"
        assert line["rows_per_second"] > 0
        when = datetime.fromisoformat(line["time"])
        assert when.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - when) < timedelta(hours=1)


def test_every_pass_is_told(always, tmp_path, pool):
    path = tmp_path / "run.log"
    library.diversify("minhash", pool, log=path, jobs=1).to_list()
    doing = [line["doing"] for line in read(path)]
    assert list(dict.fromkeys(doing)) == ["signatures", "candidates", "writing", "done"]


def test_what_has_no_size_has_no_end(always, tmp_path):
    path = tmp_path / "run.log"
    library.pick("random", iter(RECORDS), k=3, log=path).to_list()
    *told, end = read(path)
    assert told
    assert all("done" not in line and "seconds_left" not in line for line in told)
    assert end["done"] == 1


def test_a_short_run_says_that_it_is_done(sel, tmp_path):
    records = RECORDS[:5]
    run = sel("pick random -k 2 -q --log -", records)
    assert len(run.records) == 2
    (end,) = [orjson.loads(line) for line in run.err.splitlines()]
    assert end["doing"] == "done"
    assert end["rows"] == 5
    for _ in range(2):
        sel("pick random -k 2 --log run.log", records)
    assert len(read(tmp_path / "run.log")) == 2  # lines are added


def test_a_log_that_is_full_ends_no_run(sel):
    assert len(sel("pick random -k 2 --log /dev/full", RECORDS[:5]).records) == 2


def test_a_run_that_fails_is_not_done(sel, tmp_path):
    sel("pick random -k 2 --log run.log", b"{\n", code=3)
    assert read(tmp_path / "run.log") == []


@pytest.mark.parametrize(
    "options,code,why",
    [
        ("--log pool.jsonl", 2, "over an input"),
        ("--log out.jsonl -o out.jsonl", 2, "would be the same file"),
        ("--log run.gz", 2, "only .log, .jsonl or .ndjson"),
        ("--log no/run.log", 4, "no such directory: no"),
    ],
)
def test_where_it_cannot_go(sel, pool, tmp_path, options, code, why):
    before = pool.read_bytes()
    assert why in sel(f"pick random -k 2 {options} pool.jsonl", code=code).err
    assert pool.read_bytes() == before
