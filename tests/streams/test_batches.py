"""Batches of Arrow as rows, of which values and lines are made where wanted."""

import datetime
import decimal
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sel.streams import batches
from tests.streams.test_delimited import check

N = 500
MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=datetime.UTC)
COLUMNS = {
    "text": [f"té\n{i}" for i in range(N)],
    "none": [None if i % 3 else "x\x01" for i in range(N)],
    "whole": [i * 10**16 - 2**62 for i in range(N)],
    "unsigned": pa.array([2**64 - 1 - i for i in range(N)], pa.uint64()),
    "number": [[0.1, -1e300, 3.0, math.nan, math.inf, None][i % 6] for i in range(N)],
    "small": pa.array([0.1 if i % 2 else None for i in range(N)], pa.float32()),
    "half": pa.array([0.1] * N, pa.float32()).cast(pa.float16()),
    "yes": [[True, False, None][i % 3] for i in range(N)],
    "when": [MOMENT + datetime.timedelta(days=i) for i in range(N)],
    "day": [MOMENT.date() if i % 2 else None for i in range(N)],
    "raw": [b"\x00\xff" * (i % 3) for i in range(N)],
}
PLAIN = ("text", "none", "whole", "unsigned", "number", "small", "half", "yes")


@pytest.mark.parametrize("names", [PLAIN, tuple(COLUMNS)])
def test_values_and_lines_are_the_same(names):
    table = pa.table({name: COLUMNS[name] for name in names})
    found = list(batches.tables(table.to_batches(max_chunksize=200), 1000))
    assert len(found) > 10 and sum(map(len, found)) == N
    for rows in found:
        check(rows)


def test_decimals_are_had_from_the_lines():
    price = [decimal.Decimal("1234567890123456789.10")]
    (rows,) = batches.tables(pa.table({"price": price}).to_batches(), 1000)
    assert rows.column("price") is None
    assert rows.lines([0]) == [b'{"price":1234567890123456789.10}\n']


RAW = pa.array([b"\xff", b"a"], pa.binary())
NOT_FLAT = {
    "a list": pa.array([[1], None]),
    "an object": pa.array([{"a": 1}, None]),
    "a time": pa.array([1, 2], pa.time64("us")),
    "no UTF-8": pa.Array.from_buffers(pa.string(), 2, RAW.buffers()),
}


@pytest.mark.parametrize("kind", NOT_FLAT)
def test_what_is_not_flat_comes_as_lines(kind):
    (found,) = batches.tables(pa.table({"x": NOT_FLAT[kind]}).to_batches(), 1000)
    assert isinstance(found, bytes) and found.count(b"\n") == 2


ANYWAY = "--on-error skip --max-errors 100%"
COMMANDS = [
    "pick top -k 7 --by number",
    f"pick top -k 7 --by whole --order score {ANYWAY}",
    "pick top -k 1 --by number --per yes",
    "pick where len(text)>5",
    "pick random -k 9 --seed 2",
    "score length --jobs 2",
    f"score length --text number {ANYWAY}",
    "diversify exact --text text",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_table_is_read_as_its_lines(sel, tmp_path, command):
    table = pa.table(
        {name: COLUMNS[name] for name in ("text", "whole", "number", "yes")}
    )
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=100)
    sel("pick where true t.parquet -o t.jsonl")
    words = command.split()
    assert sel([*words, "t.parquet"]).out == sel([*words, "t.jsonl"]).out
