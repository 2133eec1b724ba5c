"""An input that is not lines is named, and what to do, whatever --on-error says."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.conftest import lines

RECORDS = [{"text": "a"}, {"text": "b"}]
LINES = lines(RECORDS)
PRETTY = b'[\n  {\n    "text": "a"\n  }\n]\n'


def made(write):
    held = io.BytesIO()
    write(held)
    return held.getvalue()


def archive(file):
    with tarfile.open(fileobj=file, mode="w") as tar:
        entry = tarfile.TarInfo("a.jsonl")
        entry.size = len(LINES)
        tar.addfile(entry, io.BytesIO(LINES))


def zipped(file):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.jsonl", LINES)


OTHERS = {
    "pretty object": (b'{\n "text": "a"\n}\n', "JSON over several lines", "jq -c ."),
    "csv": (b"id,text\n1,a\n2,b\n", "CSV", "whose name ends in .csv"),
    "quoted csv": (b'"id","text"\r\n"1","a"\r\n', "CSV", "whose name ends in .csv"),
    "tsv": (b"id\ttext\n1\ta, b\n", "TSV", "whose name ends in .tsv"),
    "utf-16": (LINES.decode().encode("utf-16"), "UTF-16", "iconv -f UTF-16 "),
    "utf-16 without a mark": (LINES.decode().encode("utf-16-le"), "UTF-16", "UTF-16LE"),
    "html": (b"\n<!doctype html>\n<p>401", "an HTML page", ""),
    "zip": (made(zipped), "a zip archive", "unzip -p"),
    "tar": (made(archive), "a tar archive", "tar -xOf"),
    "bzip2 twice": (bz2.compress(bz2.compress(LINES)), "bzip2 data", "bzcat"),
    "xz twice": (lzma.compress(lzma.compress(LINES)), "xz data", "xzcat"),
    "twice": (gzip.compress(LINES), "gzip data, packed once more", "zcat"),
    "parquet": (
        made(lambda file: pq.write_table(pa.table({"a": [1]}), file)),
        "a Parquet file",
        "a name that ends in .parquet",
    ),
    "npy": (made(lambda file: np.save(file, np.eye(2))), "a .npy matrix", ""),
    "lfs": (
        b"version https://git-lfs.github.com/spec/v1\n",
        "a pointer of Git LFS",
        "git lfs pull",
    ),
}


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("options", ["", "--on-error skip --max-errors 100%"])
def test_what_is_no_lines_is_named(sel, tmp_path, kind, options):
    data, said, advice = OTHERS[kind]
    pack = zstandard.compress if kind == "twice" or options else bytes
    (tmp_path / "in").write_bytes(pack(data))
    run = sel(f"score length {options} in", code=3)
    assert run.err.startswith(f"sel score length: in: this is {said}")
    assert advice in run.err and ("Try: " in run.err) == bool(advice or kind == "npy")
    assert run.err.count("\n") == 1 and "--on-error" not in run.err


@pytest.mark.parametrize("command", ["pick where true", "diversify exact -j 2"])
def test_every_command_names_it_on_standard_input_too(sel, command):
    assert "standard input: this is an HTML page" in sel(command, b"<html>", code=3).err


def test_a_second_file_is_looked_at_too(sel, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "b").write_bytes(b"id,text\n1,a\n")
    assert "b: this is CSV" in sel("score length a.jsonl b", code=3).err


ARRAYS = {
    "on one line": orjson.dumps(RECORDS),
    "with a line for each": b"[" + LINES[:-1].replace(b"\n", b",\n") + b"]",
    "pretty": PRETTY.replace(b"\n]", b',{"text":"b"}]'),
    "after a mark": b"\xef\xbb\xbf" + orjson.dumps(RECORDS, option=orjson.OPT_INDENT_2),
    "packed": zstandard.compress(orjson.dumps(RECORDS)),
}


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("command", ["pick where true", "diversify exact -j 2"])
def test_an_array_is_read_by_its_elements(sel, tmp_path, kind, command):
    (tmp_path / "a.json").write_bytes(ARRAYS[kind])
    assert sel(f"{command} a.json").records == RECORDS
    assert sel(command, ARRAYS[kind]).records == RECORDS


def test_a_long_array_is_cut_into_blocks_and_may_end_early(sel, tmp_path):
    records = [{"text": str(i), "more": [{"a": i}] * 3} for i in range(50_000)]
    data = orjson.dumps(records)
    assert sel("pick where true", data).records == records
    run = sel("pick where true --on-error skip", data[:-10], code=3)
    assert "standard input: " in run.err and "at element 50,000" in run.err


def test_an_element_that_is_no_record_is_a_bad_line(sel):
    run = sel("pick where true --on-error skip --max-errors 9", b'[{"a":1},\n2,[]]')
    assert run.records == [{"a": 1}] and "2 rejected" in run.err


def test_tables(sel, tmp_path):
    (tmp_path / "t.csv").write_bytes(b'id,text,q\n1,"a, b",0.5\n2,c,0.75\n')
    (tmp_path / "t.tsv.gz").write_bytes(gzip.compress(b"id\ttext\tq\n3\td\t1\n"))
    assert sel("pick top -k 2 --by q t.csv t.tsv.gz").records == [
        {"id": 2, "text": "c", "q": 0.75},
        {"id": 3, "text": "d", "q": 1},
    ]


def test_a_row_that_does_not_fit_is_a_bad_line_of_the_run(sel, tmp_path):
    (tmp_path / "t.csv").write_bytes(b"id,text\n1,a\n2,b,c\n3,d\n")
    assert (
        "t.csv:2: 3 columns where there are 2" in sel("score length t.csv", code=3).err
    )
    run = sel("score length --on-error quarantine=bad.jsonl --max-errors 9 t.csv")
    assert [one["id"] for one in run.records] == [1, 3]
    bad = orjson.loads((tmp_path / "bad.jsonl").read_bytes())
    assert (bad["line"], bad["reason"], bad["raw"]) == (2, "row", "2,b,c")


LINES_AFTER_ALL = {
    "an array in the first line": b'[{"text":"x"}]\n' + LINES,
    "an array in each line": b'[{"text":"x"}]\n[{"text":"y"}]\n' + LINES,
    "words and commas": b"a, b\n" + LINES,
    "a bracket": b"[\x00\n" + LINES,
    "a number": b"1\n" + LINES,
    "an open brace": b"{\n" + LINES,
    "one array": b"[1]\n",
}


@pytest.mark.parametrize("kind", LINES_AFTER_ALL)
def test_what_may_be_lines_is_read_as_lines(sel, kind):
    data = LINES_AFTER_ALL[kind]
    run = sel("score length --on-error skip --max-errors 5", data)
    assert len(run.records) == data.count(b'{"text":"a"}') + data.count(b'{"text":"b"}')


PLACES = [
    ("https://example.org/a.npy", "Try: curl -LO https://example.org/a.npy"),
    ("s3://bucket/a.npy", "Try: aws s3 cp s3://bucket/a.npy ."),
]


@pytest.mark.parametrize(("url", "advice"), PLACES)
def test_urls_of_matrices(sel, url, advice):
    run = sel(f"diversify kcenter -k 1 --vectors {url}", LINES, code=2)
    assert f"{url} is a URL" in run.err and advice in run.err


def test_a_folder_where_one_file_is_asked_for(sel, tmp_path):
    (tmp_path / "data").mkdir()
    run = sel("pick rows --from data -", LINES, code=3)
    assert run.err == "sel pick rows: data is a directory\n"
    (tmp_path / "data/x.jsonl").write_bytes(LINES)
    run = sel("pick rows --from data/ -", LINES, code=3)
    assert run.err.endswith("data/ is a directory. Try: data/*.jsonl\n")


@pytest.mark.parametrize("name", ["in.jsonl.gz", "in.jsonl.zst", "in.parquet"])
def test_a_file_that_cannot_be_empty(sel, tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    assert f"{name} is empty" in sel(f"score length {name}", code=3).err


def test_lines_may_be_none(sel, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"")
    assert sel("score length in.jsonl").out == b""


def test_a_name_of_the_hub(sel):
    run = sel("pick where true some/pile", code=4)
    assert "Try: 'hf://datasets/some/pile/**/*.parquet'" in run.err
    for path in ("some/pile.jsonl", "pile", "./pile"):
        assert "Try" not in sel(["pick", "where", "true", path], code=4).err
