"""Tables are read and written by their ending."""

import datetime
import decimal

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


def test_a_late_row_that_does_not_fit(sel, tmp_path):
    text = "x" * 1000
    many = [{"a": 1, "text": text}] * (parquet.GROUP // 1000)
    for late, why in (
        ({"a": "one"}, "'a' is not of one type"),
        ({"b": 1}, "'b' is new"),
    ):
        run = sel("pick where true -o out.parquet", [*many, late], code=3)
        assert why in run.err and "Try: -o" in run.err
        assert not list(tmp_path.iterdir())


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


@pytest.mark.parametrize("data", [b"", b"PAR1", b'{"a":1}\n'])
def test_what_is_no_table(sel, tmp_path, data):
    (tmp_path / "in.parquet").write_bytes(data)
    assert "cannot be read as Parquet" in sel("score length in.parquet", code=3).err


def test_no_resuming(sel):
    assert "no --resume" in sel("score length -o x.parquet --resume", code=2).err


def test_without_the_package(sel, tmp_path):
    (tmp_path / "in.parquet").write_bytes(orjson.dumps(1))
    (tmp_path / "pyarrow.py").write_text("raise ImportError")
    run = sel("score length in.parquet", code=4)
    assert "Try: pip install 'sel-toolkit[parquet]'" in run.err
