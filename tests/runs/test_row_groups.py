"""Parquet is cut between row groups: shards of one file are the bytes of one run."""

import json
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sel.errors import DataError
from sel.streams import parquet, ranges
from sel.streams.blocks import BLOCK
from tests.runs.test_shards import did

COUNT = 14_000


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A file of several blocks, each with more than one row group."""
    monkeypatch.chdir(tmp_path)
    texts = [f"{i} " + str(i * 7919 % 1009) * (i % 99) for i in range(COUNT)]
    some = pa.table({"id": range(COUNT), "text": texts})
    pq.write_table(some, "a.parquet", row_group_size=1500, compression=None)
    nested = some[:900].append_column("n", [[[i] for i in range(900)]])
    pq.write_table(nested, "b.parquet", row_group_size=150)
    return ["a.parquet", "b.parquet"]


def test_units_are_read_once_by_any_number_of_shards(table):
    size = Path("a.parquet").stat().st_size
    assert size > 3 * BLOCK
    for of in (1, 2, 3, 50):
        rows = []
        for i in range(of):
            for one in ranges.Division(table[:1]).shard(i + 1, of):
                with open(one, "rb") as file:
                    part = one if one.cut else None
                    found = parquet.tables(file, "a", BLOCK, part)
                    rows.append([x for b in found for x in b.column("id")])
        assert [*chain.from_iterable(rows)] == list(range(COUNT))
        assert of == 1 or sum(map(bool, rows)) > 1


@pytest.mark.parametrize("thin", [False, True])
@pytest.mark.parametrize("of", [2, 7])
def test_shards_of_a_table_are_one_run(table, of, thin):
    did("score", "length", table, "one.jsonl", thin=thin)
    parts = [f"{i}.jsonl" for i in range(1, of + 1)]
    for i, part in enumerate(parts, 1):
        did("score", "length", table, part, shard=f"{i}/{of}", thin=thin)
    did("score", "length", parts, "two.jsonl", merge=True, thin=thin)
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()
    assert sum(Path(part).stat().st_size > 9 for part in parts) > 1


def test_a_bad_row_of_a_late_shard_is_told_by_its_number(table):
    some = pq.read_table("a.parquet").to_pydict()
    some["text"][13_555] = None
    pq.write_table(pa.table(some), "c.parquet", row_group_size=1500, compression=None)
    said = set()
    for more in ({}, {"shard": "3/3"}, {"engine": "local", "jobs": 1}):
        with pytest.raises(DataError, match=r"c\.parquet:13556") as caught:
            did("score", "length", ["c.parquet"], "x.jsonl", **more)
        said.add(str(caught.value))
    assert len(said) == 1


def test_an_engine_counts_the_rows_before_a_shard(table):
    for engine, name in ((None, "one"), ("local", "two")):
        more = {"summary": f"{name}.json", "k": 700, "engine": engine}
        did("pick", "random", table, f"{name}.jsonl", **more)
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()
    one, two = (json.loads(Path(f"{n}.json").read_bytes()) for n in ("one", "two"))
    assert one | {"seconds": 0} == two | {"seconds": 0}
