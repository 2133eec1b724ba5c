"""What is written in any form is read again as it was."""

import gzip
import json

import pyarrow as pa
import pytest

import sel as library
from tests.conftest import lines

FLAT = [
    {"id": 1, "text": 'a "q", b\nc\td; \\ e', "zip": "01234", "n": 2**53 + 1, "x": 2.5},
    {"id": 2, "text": "", "zip": "5", "n": None, "x": -1e-7, "ok": True},
    {
        "id": 3,
        "text": "naïve ☃ 日本語",
        "zip": None,
        "n": 2**63 - 1,
        "day": "2026-02-30",
    },
    {"id": 4, "text": " null", "zip": "true", "n": -(2**63), "x": None, "ok": False},
]
NAMES = ["id", "text", "zip", "n", "x", "ok", "day"]
NESTED = [
    {
        "id": 1,
        "messages": [{"role": "user", "content": "Hi"}],
        "meta": {"k": [1, None]},
    },
    {"id": 2, "messages": [], "meta": {"k": None}},
]
TEXTS = ["csv", "tsv", "json", "csv.gz", "tsv.zst", "json.bz2", "csv.xz", "jsonl.bz2"]
TABLES = ["parquet", "arrow", "feather"]


def again(sel, records, ending):
    assert sel(f"pick where true -o out.{ending}", records).code == 0
    return sel(f"pick where true out.{ending}").records


@pytest.mark.parametrize("ending", [*TEXTS, *TABLES])
def test_flat_records(sel, ending):
    whole = [{name: one.get(name) for name in NAMES} for one in FLAT]
    expected = FLAT if ending.startswith("json") else whole
    assert again(sel, FLAT, ending) == expected


@pytest.mark.parametrize("ending", ["json", "json.zst", *TABLES])
def test_nested_records(sel, ending):
    assert again(sel, NESTED, ending) == NESTED


@pytest.mark.parametrize("ending", ["csv", "tsv.gz", "json", *TABLES])
def test_no_records(sel, ending):
    assert sel(f"pick where id<0 -o out.{ending}", FLAT).code == 0
    assert sel(f"pick where true out.{ending}").records == []


def test_records_of_several_pieces(sel, tmp_path):
    many = [{"i": i, "text": f"{i} " * 100} for i in range(9_000)]
    many.append({"late": "5"})
    back = again(sel, many, "csv")
    assert [one["i"] for one in back] == [*range(9_000), None]
    assert back[-1] == {"i": None, "text": None, "late": "5"}


def test_numbers_keep_their_digits(sel, tmp_path):
    data = b'{"a":2.50,"b":123456789012345678901234567890}\n{"a":1e3,"b":-0}\n'
    sel("pick where true -o out.csv", data)
    written = b"a,b\n2.50,123456789012345678901234567890\n1e3,-0\n"
    assert (tmp_path / "out.csv").read_bytes() == written
    assert sel("pick where true out.csv").out == data


def test_texts_alone_stay_texts(sel, tmp_path):
    """Every value stands in quotes; only the name does not."""
    records = [{"zip": "01234"}, {"zip": "5"}, {"zip": "true"}, {"zip": ""}]
    assert again(sel, records, "csv") == records


@pytest.mark.parametrize("name", [" a", "a,b", "a;b;c;d", 'a"b', "a\tb", "a\nb"])
def test_names_of_any_kind(sel, name):
    records = [{name: 1, "b": "x"}, {name: 2, "b": "y"}]
    assert again(sel, records, "csv") == records
    assert again(sel, records, "tsv") == records


@pytest.mark.parametrize(
    "record,why",
    [
        ({"a": 1, "m": {"b": 2}}, "field 'm' holds objects, which no row can"),
        ({"a": 1, "m": []}, "field 'm' holds lists, which no row can"),
        ({"a": "x"}, "field 'a' holds numbers and texts"),
        ({"a": True}, "field 'a' holds numbers and truth values"),
        ({"": 1}, "a field has no name"),
        ({"a": None}, "a record has only one field, and that is null"),
    ],
)
def test_what_rows_cannot_hold_is_refused(sel, tmp_path, record, why):
    (tmp_path / "out.csv").write_text("old")
    run = sel("pick where true -o out.csv", [{"a": 1}, record], 3)
    assert f"out.csv: {why}" in run.err
    assert "Try: -o with .jsonl.zst" in run.err
    assert (tmp_path / "out.csv").read_text() == "old"


def test_an_arrow_file_is_known_to_its_own_reader(sel, tmp_path):
    sel("pick where true -o out.arrow", FLAT)
    with pa.memory_map(str(tmp_path / "out.arrow")) as source:
        table = pa.ipc.open_file(source).read_all()
    assert table.schema.field("n").type == pa.int64()
    assert table.column("text").to_pylist() == [one["text"] for one in FLAT]


def test_arrow_keeps_the_types_of_its_input(sel, tmp_path):
    day = pa.array([1, None], pa.date32())
    words = pa.array(["a", "b"]).dictionary_encode()
    table = pa.table({"day": day, "word": words})
    with pa.ipc.new_file(tmp_path / "in.arrow", table.schema) as out:
        out.write_table(table)
    sel("pick where true in.arrow -o out.feather")
    found = pa.ipc.open_file(tmp_path / "out.feather").read_all()
    assert found.schema.field("day").type == pa.date32()
    assert found.schema.field("word").type == pa.string()
    assert found.to_pylist() == table.to_pylist()


def test_each_input_has_an_output_of_its_form(sel, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"id,text\n1,{name}\n")
    assert sel("score length a.csv b.csv -o out/").code == 0
    assert (tmp_path / "out/b.csv").read_text() == 'id,text,length\n1,"b",1\n'


def test_one_row_of_a_measure_is_an_object(sel, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(lines(FLAT))
    sel("eval profile in.jsonl -o out.json.gz")
    found = json.loads(gzip.decompress((tmp_path / "out.json.gz").read_bytes()))
    assert found == sel("eval profile in.jsonl").records[0]


def test_files_of_the_library(tmp_path):
    records = library.pick("where", FLAT, condition="id > 2")
    records.write(tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == FLAT[2:]
    records.write(tmp_path / "out.csv.gz")
    back = library.read(tmp_path / "out.csv.gz")
    assert [one["id"] for one in back] == [3, 4]


@pytest.mark.parametrize("name", ["out.parquet.gz", "out.arrow.zst", "out.xlsx"])
def test_other_endings_are_refused(sel, name):
    run = sel(f"pick where true -o {name}", FLAT, 2)
    assert "cannot be written here, only" in run.err


def test_no_resume_where_all_is_written_at_the_end(sel, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(lines(FLAT))
    run = sel("score length in.jsonl --resume -o out.csv", code=2)
    assert "no --resume" in run.err
