"""How far a run is, as lines of JSON."""

import os
import re
import time
from datetime import UTC, datetime, timedelta

import orjson
import pytest

import sel as library
from sel.report import log, metrics
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


def test_each_file_of_several_has_a_line(sel, tmp_path):
    for name, n in ("a.jsonl", 3), ("b.jsonl", 4), ("c.jsonl", 5):
        (tmp_path / name).write_bytes(lines(RECORDS[:n]))
    sel("score length --log run.log a.jsonl b.jsonl c.jsonl")
    *told, end = read(tmp_path / "run.log")
    assert [line["file"] for line in told] == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert [line["rows"] for line in told] == [3, 7, 12]
    assert told[-1]["done"] == 1
    assert end["doing"] == "done" and "file" not in end


def test_each_shard_has_a_line(sel, tmp_path):
    for name, n in ("a.jsonl", 3), ("b.jsonl", 4):
        (tmp_path / name).write_bytes(lines(RECORDS[:n]))
    sel("score length --log run.log --metrics m.prom a.jsonl b.jsonl -o out/")
    *told, end = read(tmp_path / "run.log")
    assert [line["doing"] for line in told] == ["shard", "shard"]
    assert [line["file"] for line in told] == ["out/a.jsonl", "out/b.jsonl"]
    assert [line["rows"] for line in (*told, end)] == [3, 4, 7]


def parsed(path):
    """The samples of a text file of Prometheus, each line of which is checked."""
    found, types = {}, {}
    for line in path.read_text().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name not in types and kind == "gauge"
            types[name] = kind
        elif not line.startswith("# HELP "):
            name, labels, value = re.fullmatch(
                r"(sel_[a-z_]+)\{((?:[a-z]+=\"(?:[^\"\\\n]|\\.)*\",?)+)\} (\S+)", line
            ).groups()
            assert name in types and (name, labels) not in found
            found[name, labels] = float(value)
    return found


def test_metrics_are_those_of_the_run(sel, tmp_path):
    before = time.time() - 1
    sel("pick random -k 2 --metrics m.prom", lines(RECORDS[:5]) + b"\n")
    found = parsed(tmp_path / "m.prom")
    command = 'command="sel pick random"'
    law = {"read": 6, "kept": 2, "dropped": 3, "rejected": 0, "blank": 1}
    for name, number in law.items():
        key = "sel_outcome_records", f'{command},outcome="{name}"'
        assert found[key] == number
    assert found["sel_read_records", f'{command},doing="done"'] == 5
    started = found["sel_started_timestamp_seconds", command]
    assert before < started <= found["sel_completed_timestamp_seconds", command]
    assert os.listdir(tmp_path) == ["m.prom"]


def test_a_run_that_fails_shows_that_it_began(sel, tmp_path):
    sel("pick random -k 2 --metrics m.prom", RECORDS[:5])
    before = parsed(tmp_path / "m.prom")
    sel("pick random -k 2 --metrics m.prom", b"{\n", code=3)
    after = parsed(tmp_path / "m.prom")
    done = "sel_completed_timestamp_seconds", 'command="sel pick random"'
    begun = "sel_started_timestamp_seconds", done[1]
    assert after[done] == before[done] < after[begun]
    lasting = {k: v for k, v in before.items() if "outcome" in k[0]}
    assert lasting.items() <= after.items()


def test_metrics_follow_a_run(always, tmp_path, pool, monkeypatch):
    seen = []
    tell = metrics.Metrics.tell

    def told(self, line):
        tell(self, line)
        seen.append(parsed(tmp_path / "m.prom"))

    monkeypatch.setattr(metrics.Metrics, "tell", told)
    library.score("length", pool, metrics=tmp_path / "m.prom", jobs=1).to_list()
    label = 'command="sel score length",doing="scoring"'
    some = [one["sel_read_ratio", label] for one in seen[:-1]]
    assert len(some) >= 3 and some == sorted(some) and some[-1] == 1


@pytest.mark.parametrize(
    "options,code,why",
    [
        ("--metrics m.json", 2, "only .prom"),
        ("--metrics no/m.prom", 4, "no such directory: no"),
        ("--metrics m.prom -o m.prom", 2, "cannot be written here"),
    ],
)
def test_where_metrics_cannot_go(sel, pool, options, code, why):
    assert why in sel(f"pick random -k 2 {options} pool.jsonl", code=code).err


def test_metrics_that_cannot_be_written_end_no_run(sel, tmp_path):
    sel("pick random -k 2 --metrics /dev/full", RECORDS[:5])
    (tmp_path / "m.prom").write_bytes(b"\xff\nsel_run_seconds{\n")
    sel("pick random -k 2 --metrics m.prom", RECORDS[:5])
    parsed(tmp_path / "m.prom")
