"""Real records in every format and back; and what is wrong with a file of each."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import DATA, lines

FORMATS = DATA / "formats"
ENDINGS = ["jsonl", "jsonl.gz", "jsonl.zst", "json", "json.zst", "csv", "csv.gz", "tsv"]
TABLES = ["parquet", "arrow", "feather"]
LARGE = [2**63 - 1, -(2**63), 2**53 + 1, 0, None]
DAYS = ["2026-02-28", "0001-01-01", None, "9999-12-31"]


def loaded(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def answers():
    """Texts with line ends, quotes and other scripts; nulls; some columns made up."""
    records = loaded(FORMATS / "answers.jsonl")
    assert any(r["parsed_answer"] is None for r in records)
    assert any(not r["response"].isascii() for r in records)
    for i, record in enumerate(records):
        record["large"] = LARGE[i % len(LARGE)]
        record["day"] = DAYS[i % len(DAYS)]
        record["share"] = i / 7
        record["odd"] = ['"', ",", "\r\n", "\t", "", " \\ ", "null", "1"][i % 8]
    return records


FLAT, NESTED = answers(), loaded(FORMATS / "code.jsonl")
CHATS = loaded(DATA / "forms/messages.jsonl")


@pytest.mark.parametrize("ending", [*ENDINGS, *TABLES])
def test_flat_records_come_back(sel, tmp_path, ending):
    sel(f"pick where true -o x.{ending}", FLAT)
    run = sel(f"pick where true x.{ending}")
    assert run.out == lines(FLAT)
    assert sel(f"pick where true x.{ending} -o y.{ending}").code == 0
    one, other = (tmp_path / f"{name}.{ending}" for name in "xy")
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("ending", ["jsonl", "json", "json.gz", *TABLES])
@pytest.mark.parametrize("records", [NESTED, CHATS], ids=["code", "chats"])
def test_nested_records_come_back(sel, ending, records):
    sel(f"pick where true -o x.{ending}", records)
    assert sel(f"pick where true x.{ending}").records == records


@pytest.mark.parametrize("ending", ["csv", "tsv.gz"])
def test_nested_records_are_refused_where_a_row_holds_none(sel, tmp_path, ending):
    run = sel(f"pick where true -o x.{ending}", NESTED, code=3)
    assert f"x.{ending}: field 'generations' holds lists" in run.err
    assert not list(tmp_path.iterdir())


def test_types_of_a_table_come_back(sel, tmp_path):
    table = pa.table(
        {
            "text": [r["response"] for r in FLAT],
            "large": pa.array([2**64 - 1 - i for i in range(len(FLAT))], pa.uint64()),
            "day": pa.array(range(len(FLAT)), pa.int32()).cast(pa.date32()),
            "when": pa.array(range(len(FLAT)), pa.timestamp("us", "UTC")),
            "tags": pa.array([["a", None]] * len(FLAT), pa.large_list(pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    sel("pick where true x.parquet -o y.arrow")
    sel("pick where true y.arrow -o z.parquet")
    assert pq.read_table(tmp_path / "z.parquet").equals(table)


def rows(bad, at):
    """3,000 rows of CSV, of which one is bad."""
    made = [b'%d,"text %d",%d' % (i, i, i % 5) for i in range(1, 3001)]
    made[at - 1] = bad
    return b"\n".join([b"id,text,s", *made])


BAD_ROWS = {
    "cells too many": (b'7,"a",1,2', "4 columns where there are 3 names"),
    "cells too few": (b'7,"a"', "2 columns where there are 3 names"),
    "something after a quote": (b'7,"a"b,1', "a quote is not closed, or something"),
    "another kind": (b'7,"a",high', "'high' in column 's' of numbers"),
    "no UTF-8": (b'7,"\xff",1', "UTF-8"),
}


LATE, EARLY = 2500, 3
PLACED = [(bad, LATE) for bad in BAD_ROWS]
PLACED += [(bad, EARLY) for bad in BAD_ROWS if bad != "another kind"]


@pytest.mark.parametrize(("bad", "at"), PLACED)
def test_a_bad_row_is_named(sel, tmp_path, bad, at):
    row, why = BAD_ROWS[bad]
    (tmp_path / "t.csv").write_bytes(rows(row, at))
    run = sel("pick top -k 1 --by id t.csv", code=3)
    assert f"t.csv:{at}:" in run.err and why in run.err
    run = sel("pick where s>=0 t.csv --on-error skip --max-errors 1")
    assert len(run.records) == 2999 and "1 rejected" in run.err


def test_a_quote_that_is_never_closed_is_named(sel, tmp_path):
    made = [f"{i},text {i},{i % 5}" for i in range(1, 3001)]
    made[2499] = '2500,"text 2500,0'
    (tmp_path / "t.csv").write_text("\n".join(["id,text,s", *made]))
    run = sel("pick where s>=0 t.csv", code=3)
    assert "t.csv:2500: " in run.err and "a quote is not closed" in run.err


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_array_that_is_cut_is_named(sel, tmp_path, pack):
    name = "a.json.gz" if pack is gzip.compress else "a.json"
    whole = json.dumps(FLAT, indent=1).encode()
    (tmp_path / name).write_bytes(pack(whole[:-20]))
    run = sel(f"pick where true {name}", code=3)
    assert f"{name}: " in run.err and f"at element {len(FLAT)} of" in run.err


@pytest.mark.parametrize("ending", TABLES)
def test_a_table_of_another_schema_is_named(sel, tmp_path, ending):
    for name, records in (("a", FLAT), ("b", [{"id": "x", "answer": "y"}])):
        sel(f"pick where true -o {name}.{ending}", records)
    run = sel(f"score length --text response a.{ending} b.{ending}", code=3)
    assert f"b.{ending}:1: field 'response' is missing" in run.err
    sel(f"pick where true -o c.{ending}", [{"id": 1, "response": "x"}])
    run = sel(f"pick where true a.{ending} c.{ending} -o d.{ending}", code=3)
    assert "'id' holds numbers and texts" in run.err
    assert not (tmp_path / f"d.{ending}").exists()


@pytest.mark.parametrize("ending", TABLES)
def test_a_table_that_is_cut_is_named(sel, tmp_path, ending):
    sel(f"pick where true -o a.{ending}", FLAT)
    path = tmp_path / f"a.{ending}"
    path.write_bytes(path.read_bytes()[:-30])
    run = sel(f"pick where true a.{ending} --on-error skip", code=3)
    assert f"a.{ending} cannot be read as" in run.err
    assert len(run.err.splitlines()) == 1
