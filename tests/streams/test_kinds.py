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
    "array": (orjson.dumps(RECORDS), "one JSON array", "jq -c '.[]'"),
    "array with a line for each": (
        b"[" + LINES.replace(b"\n", b",\n") + b"]",
        "one JSON array",
        "jq -c '.[]'",
    ),
    "pretty array": (PRETTY, "one JSON array", "jq -c '.[]'"),
    "array after a mark": (b"\xef\xbb\xbf" + PRETTY, "one JSON array", "jq -c '.[]'"),
    "cut array": (b'[{"text":"a"},{"te', "one JSON array", "jq -c '.[]'"),
    "long array": (orjson.dumps(RECORDS * 50_000), "one JSON array", "jq -c '.[]'"),
    "empty array": (b"[]\n", "one JSON array", "jq -c '.[]'"),
    "pretty object": (b'{\n "text": "a"\n}\n', "JSON over several lines", "jq -c ."),
    "csv": (b"id,text\n1,a\n2,b\n", "CSV", "mlr --icsv --ojsonl"),
    "quoted csv": (b'"id","text"\r\n"1","a"\r\n', "CSV", "mlr --icsv --ojsonl"),
    "tsv": (b"id\ttext\n1\ta, b\n", "TSV", "mlr --itsv --ojsonl"),
    "utf-16": (LINES.decode().encode("utf-16"), "UTF-16", "iconv -f UTF-16 "),
    "utf-16 without a mark": (LINES.decode().encode("utf-16-le"), "UTF-16", "UTF-16LE"),
    "html": (b"\n<!doctype html>\n<p>401", "an HTML page", ""),
    "zip": (made(zipped), "a zip archive", "unzip -p"),
    "tar": (made(archive), "a tar archive", "tar -xOf"),
    "bzip2": (bz2.compress(LINES), "compressed by bzip2", "bzcat"),
    "xz": (lzma.compress(LINES), "compressed by xz", "xzcat"),
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
    assert "standard input: this is one JSON array" in sel(command, PRETTY, code=3).err


def test_a_second_file_is_looked_at_too(sel, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "b.csv").write_bytes(b"text\na\n")
    assert "b.csv: this is CSV" in sel("score length a.jsonl b.csv", code=3).err


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
    ("https://example.org/a.jsonl", "Try: curl -LO https://example.org/a.jsonl"),
    ("s3://bucket/a.jsonl.zst", "Try: aws s3 cp s3://bucket/a.jsonl.zst ."),
    ("hf://datasets/a/b/c.parquet", "Try: hf download"),
    ("abfs://x/y.jsonl", "only files are read"),
]


@pytest.mark.parametrize(("url", "advice"), PLACES)
@pytest.mark.parametrize(
    "command",
    ["score length {}", "score dsir --target {} -", "pick rows --from {} -"],
)
def test_urls(sel, command, url, advice):
    run = sel(command.format(url), LINES, code=2)
    assert f"{url} is a URL" in run.err and advice in run.err


def test_folders(sel, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    run = sel("score length data --on-error skip", code=3)
    assert run.err == "sel score length: data is a directory\n"
    (folder / "a.parquet").write_bytes(b"")
    run = sel("score length data/", code=3)
    assert run.err.endswith("data/ is a directory. Try: data/*.parquet\n")


@pytest.mark.parametrize("name", ["in.jsonl.gz", "in.jsonl.zst", "in.parquet"])
def test_a_file_that_cannot_be_empty(sel, tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    assert f"{name} is empty" in sel(f"score length {name}", code=3).err


def test_lines_may_be_none(sel, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"")
    assert sel("score length in.jsonl").out == b""
