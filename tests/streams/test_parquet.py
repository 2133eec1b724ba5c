"""Tables are read and written by their ending."""

import base64
import datetime
import decimal
import json

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sel.streams import parquet
from tests.conftest import lines

RECORDS = [{"id": i, "text": f"text {i}", "s": i / 4} for i in range(10)]


def test_picks_from_a_table_as_from_lines(sel, tmp_path):
    pq.write_table(
        pa.Table.from_pylist(RECORDS), tmp_path / "in.parquet", row_group_size=3
    )
    (tmp_path / "in.jsonl").write_bytes(lines(RECORDS))
    command = "pick top -k 4 --by s"
    assert sel(f"{command} in.parquet").out == sel(f"{command} in.jsonl").out
    both = sel("score length in.parquet in.jsonl -j 2").records
    assert [r["length"] for r in both] == [6] * 20


def test_writes_a_table(sel, tmp_path):
    sel("score length -o out.parquet", RECORDS)
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.to_pylist() == [{**r, "length": 6} for r in RECORDS]
    assert sel("pick top -k 1 --by s out.parquet -o best.parquet").code == 0
    assert pq.read_table(tmp_path / "best.parquet").to_pylist()[0]["id"] == 9


def test_shards_keep_their_kind(sel, tmp_path):
    for name in ("a", "b"):
        pq.write_table(pa.Table.from_pylist(RECORDS), tmp_path / f"{name}.parquet")
    sel("score length a.parquet b.parquet -o out/")
    assert pq.read_table(tmp_path / "out/b.parquet").num_rows == 10


def test_types_become_those_of_json(sel, tmp_path):
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    table = pa.table(
        {
            "when": [moment],
            "day": [moment.date()],
            "price": [decimal.Decimal("1234567890123456789.10")],
            "bytes": [b"\x00\xff"],
            "took": [datetime.timedelta(seconds=1.5)],
            "nan": [float("nan")],
            "list": [[1, None]],
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    assert sel("pick random -k 1 in.parquet").out == (
        b'{"when":"2026-01-02T03:04:05+00:00","day":"2026-01-02",'
        b'"price":1234567890123456789.10,"bytes":"AP8=","took":1.5,"nan":null,'
        b'"list":[1,null]}\n'
    )


def many(count, **more):
    return [{"a": 1, "text": "x" * 1000, **more} for _ in range(count)]


def written(sel, tmp_path, records):
    sel("pick where true -o out.parquet", records)
    return pq.read_table(tmp_path / "out.parquet")


LATE = {
    "field": ({}, {"b": 1}, lambda row: row["b"]),
    "field of an object": (
        {"meta": {"lang": "en"}},
        {"meta": {"lang": "en", "license": "cc0"}},
        lambda row: row["meta"]["license"],
    ),
    "field in a list": (
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user"}, {"role": "assistant", "calls": [{"n": 1}]}]},
        lambda row: row["messages"][-1]["calls"],
    ),
    "value": ({"b": None}, {"b": "x"}, lambda row: row["b"]),
    "element": ({"b": []}, {"b": [{"c": 1}]}, lambda row: row["b"]),
    "fraction": ({"b": 1}, {"b": 1.5}, lambda row: row["b"] % 1),
    "field where none was": ({"b": {}}, {"b": {"c": 1}}, lambda row: row["b"]["c"]),
}


@pytest.mark.parametrize("late", LATE)
def test_what_comes_late_is_there(sel, tmp_path, late):
    early, later, found = LATE[late]
    records = [*many(parquet.GROUP // 900, **early), *many(3, **later)]
    table = written(sel, tmp_path, records)
    assert table.num_rows == len(records)
    assert [bool(found(row)) for row in table.slice(len(records) - 4).to_pylist()] == [
        False,
        True,
        True,
        True,
    ]
    assert pq.ParquetFile(tmp_path / "out.parquet").num_row_groups > 1


UNFIT = [
    ([{"a": 1}, {"a": "x"}], "field 'a' holds numbers and texts"),
    ([{"a": 1}, {"a": True}], "field 'a' holds numbers and truth values"),
    ([{"a": {"b": [1, "x"]}}], "field 'a.b[]' holds numbers and texts"),
    ([{"a": []}, {"a": {}}], "field 'a' holds lists and objects"),
    ([{"meta": {}}, {}], "field 'meta' is an object without fields"),
    ([{"a": [{"b": {}}]}], "field 'a[].b' is an object without fields"),
    ([{"a": 2**64}], "field 'a' holds integers of more than 64 bits"),
    ([{"a": -1}, {"a": 2**63}], "field 'a' holds integers of more than 64 bits"),
    ([{"a": 2**53 + 1}, {"a": 0.5}], "field 'a' holds integers that a column of"),
    ([{}], "the records have no fields"),
    ([{"a": {f"k{i}": 1 for i in range(10_001)}}], "field 'a' has more than 10,000"),
]


@pytest.mark.parametrize(("records", "why"), UNFIT)
def test_what_no_column_can_hold_is_refused(sel, tmp_path, records, why):
    data = b"".join(json.dumps(one).encode() + b"\n" for one in records)
    run = sel("pick where true -o out.parquet", data, code=3)
    assert f"out.parquet: {why}" in run.err and "Try: -o with .jsonl.zst" in run.err
    assert len(run.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_late_value_of_another_type(sel, tmp_path):
    run = sel("pick where true -o out.parquet", [*many(5000), {"a": "x"}], code=3)
    assert "after row 4," in run.err and "'a' holds numbers and texts" in run.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("levels", [97, 300])
@pytest.mark.parametrize("opened", [b'{"a":', b"["])
def test_what_is_nested_too_deep(sel, levels, opened):
    closed = {b"[": b"]"}.get(opened, b"}")
    line = b'{"x":' + opened * levels + b"1" + closed * levels + b"}"
    run = sel("pick where true -o out.parquet", line, code=3)
    assert "out.parquet: field 'x' is nested too deep. Try: " in run.err


def test_what_is_not_too_deep_can_be_read_again(sel, tmp_path):
    deep = {"x": [[[1]]]}
    for _ in range(80):
        deep = {"x": deep}
    assert written(sel, tmp_path, [deep]).to_pylist() == [deep]
    assert sel("pick where true out.parquet").records == [deep]


def test_large_integers_and_records_without_fields(sel, tmp_path):
    records = [{"a": 2**64 - 1}, {}, {"a": 1}]
    table = written(sel, tmp_path, records)
    assert table["a"].to_pylist() == [2**64 - 1, None, 1]
    assert table.schema.field("a").type == pa.uint64()


def test_a_carriage_return_is_white_space(sel, tmp_path):
    data = b'{"id":1,\r"text":"a"}\r\n{"id":2,"text":"b"}'
    assert written(sel, tmp_path, data).to_pylist() == [
        {"id": 1, "text": "a"},
        {"id": 2, "text": "b"},
    ]


def test_a_field_that_comes_and_goes(sel, tmp_path):
    sel("pick where true -o out.parquet", [{"a": 1}, {"b": "x"}, {"a": 2.5}])
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [
        {"a": 1.0, "b": None},
        {"a": None, "b": "x"},
        {"a": 2.5, "b": None},
    ]


def test_nothing_is_an_empty_table(sel, tmp_path):
    sel("pick where false -o out.parquet", RECORDS)
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0


NO_TABLES = {
    b"": "in.parquet is empty",
    b"PAR1": "cannot be read as Parquet",
    b'{"a":1}\n': "cannot be read as Parquet",
    b"<!DOCTYPE html><html>": "in.parquet: this is an HTML page",
}


@pytest.mark.parametrize("data", NO_TABLES)
def test_what_is_no_table(sel, tmp_path, data):
    (tmp_path / "in.parquet").write_bytes(data)
    assert NO_TABLES[data] in sel("score length in.parquet", code=3).err


def test_no_resuming(sel):
    assert "no --resume" in sel("score length -o x.parquet --resume", code=2).err


def test_without_the_package(sel, tmp_path):
    (tmp_path / "in.parquet").write_bytes(orjson.dumps(1))
    (tmp_path / "pyarrow.py").write_text("raise ImportError")
    new = {"start_new_session": True}  # a process that has not imported it
    run = sel("score length in.parquet", code=4, **new)
    assert "Try: pip install 'sel-toolkit[parquet]'" in run.err


MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)
NS = 1234567890123456789
READ = [
    (pa.array([NS, 10**9], pa.timestamp("ns")), "2009-02-13T23:31:30.123456789"),
    (pa.array([NS // 10**6], pa.timestamp("ms")), "2009-02-13T23:31:30.123000"),
    (pa.array([10**9 * 7], pa.timestamp("ns")), "1970-01-01T00:00:07"),
    (pa.array([9 * 10**17], pa.timestamp("us")), "+30489-11-11T16:00:00"),
    (pa.array([-(10**17)], pa.timestamp("us")), "-1199-02-15T14:13:20"),
    (pa.array([NS], pa.timestamp("ns", "UTC")), "2009-02-13T23:31:30.123456789+00:00"),
    (
        pa.array([10**9], pa.timestamp("s", "Europe/Berlin")),
        "2001-09-09T03:46:40+02:00",
    ),
    (pa.array([-1], pa.timestamp("s", "-07:30")), "1969-12-31T16:29:59-07:30"),
    (pa.array([0], pa.timestamp("s", "Mars/Olympus")), "1970-01-01T00:00:00+00:00"),
    (pa.array([1], pa.time64("ns")), "00:00:00.000000001"),
    (pa.array([1], pa.time32("ms")), "00:00:00.001000"),
    (pa.array([3661], pa.time32("s")), "01:01:01"),
    (pa.array([2**30], pa.date32()), "+2941775-04-07"),
    (pa.array([MOMENT.date()], pa.date64()), "2026-01-02"),
    (pa.array([1500], pa.duration("ns")), 1.5e-6),
    (pa.array([-7], pa.duration("s")), -7),
    (pa.array([-(2**63)], pa.int64()).view(pa.timestamp("ns")), None),
    (pa.array([decimal.Decimal("1E+3")], pa.decimal128(38, 0)), 1000),
    (
        pa.array([[MOMENT, None]], pa.list_(pa.timestamp("us"))),
        [MOMENT.isoformat(), None],
    ),
    (pa.array([{"a": [b"x"]}]), {"a": ["eA=="]}),
    (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int8())), [["k", 1]]),
    (pa.array([[1, 2]], pa.list_(pa.float32(), 2)), [1.0, 2.0]),
]


@pytest.mark.parametrize(("column", "value"), READ, ids=lambda one: str(one)[:40])
def test_values_that_json_has_not(sel, tmp_path, column, value):
    """Each is read, is null where it is null, and comes back into a column like it."""
    column = pa.concat_arrays([column, pa.nulls(1, column.type)])
    pq.write_table(pa.table({"t": column}), tmp_path / "in.parquet")
    found = sel("pick where true in.parquet").records
    assert [found[0]["t"], found[-1]["t"]] == [value, None]
    sel("pick where true in.parquet -o out.parquet")
    before, after = (pq.read_table(tmp_path / f"{n}.parquet") for n in ("in", "out"))
    if value is not None:
        assert after.equals(before)


BAD_TEXT = pa.Array.from_buffers(
    pa.string(),
    3,
    [None, pa.array([0, 1, 4, 5], pa.int32()).buffers()[1], pa.py_buffer(b'xa\xff"y')],
)


@pytest.mark.parametrize("nested", [False, True])
def test_text_that_is_not_utf8_is_a_bad_line(sel, tmp_path, nested):
    table = pa.table({"id": [1, 2, 3], "text": BAD_TEXT})
    if nested:
        table = pa.table(
            {
                "id": [1, 2, 3],
                "m": [{"n": 1}] * 3,
                "l": pa.ListArray.from_arrays([0, 1, 2, 3], BAD_TEXT),
            }
        )
    pq.write_table(table, tmp_path / "in.parquet")
    assert ": not valid UTF-8" in sel("pick where true in.parquet", code=3).err
    run = sel(
        "pick where true in.parquet --on-error quarantine=bad.jsonl --max-errors 1"
    )
    assert [record["id"] for record in run.records] == [1, 3]
    bad = orjson.loads((tmp_path / "bad.jsonl").read_bytes())
    assert (bad["line"], bad["reason"]) == (2, "utf8")
    assert b'a\xff\\"' in base64.b64decode(bad["raw_base64"])


KEPT = {
    "i32": pa.array([1, None], pa.int32()),
    "f32": pa.array([0.1, None], pa.float32()),
    "large": pa.array(["a", None], pa.large_string()),
    "names": pa.array(["a", None], pa.dictionary(pa.int32(), pa.string())),
    "price": pa.array([decimal.Decimal("1234567890123456789.10"), None]),
    "image": pa.array([{"bytes": b"\0\xff", "path": None}, None]),
    "ids": pa.array([[1, 2], None], pa.list_(pa.int32())),
    "nothing": pa.array([None, None], pa.string()),
}


def test_types_of_the_input_are_kept(sel, tmp_path):
    table = pa.table(KEPT)
    pq.write_table(table, tmp_path / "in.parquet")
    sel("pick where true in.parquet -o out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").equals(table)


def test_a_type_is_kept_only_where_all_values_fit(sel, tmp_path):
    pq.write_table(
        pa.table({"a": pa.array([1], pa.int8()), "b": [MOMENT]}),
        tmp_path / "in.parquet",
    )
    more = lines([{"a": 300, "b": "yesterday"}])
    sel("pick where true in.parquet - -o out.parquet", more)
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [
        {"a": 1, "b": MOMENT.isoformat()},
        {"a": 300, "b": "yesterday"},
    ]


def test_a_column_that_begins_with_nulls_keeps_its_type(sel, tmp_path):
    notes = pa.array([None] * 2990 + ["x"] * 10, pa.string())
    table = pa.table({"text": ["w " * 800] * 3000, "note": notes})
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=1000)
    sel("pick where true in.parquet -o out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").equals(table)


def test_two_columns_of_one_name(sel, tmp_path):
    table = pa.table([pa.array([1]), pa.array([2])], ["a", "a"])
    pq.write_table(table, tmp_path / "in.parquet")
    run = sel("pick where true in.parquet", code=3)
    assert "in.parquet: there are two columns called 'a'" in run.err
