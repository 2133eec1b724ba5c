"""Names of files that are not UTF-8, or that a terminal would obey."""

import json
import os

import pytest

from tests.conftest import lines

RECORDS = [{"text": f"some words {i % 5}", "s": i, "g": f"g{i % 3}"} for i in range(30)]
ODD = os.fsdecode(b"b\xff.jsonl")
NAMES = [ODD, "new\nline.jsonl", "tab\t.jsonl", "\x1b[31m.jsonl", "\u202e.jsonl"]
SHOWN = [
    r"b\xff.jsonl",
    r"new\u000aline.jsonl",
    r"tab\u0009.jsonl",
    r"\u001b[31m.jsonl",
    r"\u202e.jsonl",
]
OUT = os.fsdecode(b"out\xfe")


@pytest.fixture
def odd(tmp_path):
    for name in NAMES:
        (tmp_path / name).write_bytes(lines(RECORDS) + b"{\n")
    return tmp_path


@pytest.mark.parametrize(("name", "shown"), list(zip(NAMES, SHOWN, strict=True)))
def test_a_name_is_one_line_of_plain_characters(sel, odd, name, shown):
    run = sel(["score", "length", name], code=3)
    assert run.err.startswith(f"sel score length: {shown}:31:3: not JSON")
    assert run.err.count("\n") == 1
    missing = sel(["score", "length", f"no {name}"], code=4)
    assert missing.err == f"sel score length: no {shown}: No such file or directory\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_read_and_written_and_reported(sel, odd, jobs):
    bad, told, done = f"{OUT}.bad.jsonl", f"{OUT}.json", f"{OUT}.jsonl.zst"
    policy = ["--on-error", f"quarantine={bad}", "--summary", told]
    more = ["-j", jobs, "--resume", "-o", done]
    sel(["score", "length", *policy, *more, ODD])
    assert json.loads((odd / bad).read_bytes())["file"] == SHOWN[0]
    assert json.loads((odd / told).read_bytes())["rejected"] == 1
    assert len(sel(["pick", "where", "length > 0", done]).records) == 30


def test_vectors_their_cards_and_an_index(sel, odd):
    (odd / ODD).write_bytes(lines(RECORDS))
    npy, faiss = f"{OUT}.npy", f"{OUT}.faiss"
    sel(["embed", "static", ODD, "-o", npy])
    pytest.importorskip("faiss")
    sel(["index", "build", "--vectors", npy, "-o", faiss])
    assert sel(["index", "info", faiss]).records[0]["rows"] == 30
    found = sel(["index", "search", faiss, "--queries", npy, "-k", "1"])
    assert len(found.records) == 30


def test_a_damaged_index_of_such_a_name(sel, odd):
    pytest.importorskip("faiss")
    (odd / ODD).write_bytes(lines(RECORDS))
    npy, faiss = f"{OUT}.npy", f"{OUT}.faiss"
    sel(["embed", "static", ODD, "-o", npy])
    sel(["index", "build", "--vectors", npy, "-o", faiss])
    data = (odd / faiss).read_bytes()
    (odd / faiss).write_bytes(data[:9] + b"\xff" * 20 + data[29:])
    assert r"out\xfe.faiss" in sel(["index", "info", faiss], code=3).err


def test_a_table_and_a_page_of_selections(sel, odd):
    for name in NAMES:
        (odd / name).write_bytes(lines(RECORDS))
    run = sel(["eval", "compare", "--pool", *NAMES[:3], "--report", f"{OUT}.html"])
    assert run.records[0]["selection"] == NAMES[1]
    sel(["eval", "compare", "--pool", *NAMES[1:2], "--report", f"{OUT}.html", *NAMES])
    assert r"b\xff" in (odd / f"{OUT}.html").read_text()


@pytest.mark.parametrize("option", ["--as", "--text", "--carry"])
def test_the_name_of_a_field_is_utf8(sel, odd, option):
    words = ["score", "length", "--thin", option, os.fsdecode(b"f\xff"), ODD]
    assert f"{option} must be UTF-8, got" in sel(words, code=2).err


def test_a_new_field_may_be_called_as_the_closing_line_calls_something(sel, odd):
    for name in ("text", "read", "law", "self", "command", "seconds"):
        words = ["score", "random", "--overwrite", "--as", name, "--summary", "s.json"]
        run = sel(words, RECORDS)
        assert 0 <= run.records[0][name] < 1
        assert f"; {name} min " in run.err
        told = json.loads((odd / "s.json").read_bytes())
        assert (told["read"], told["command"]) == (30, "sel score random")


def test_an_input_without_a_name(sel):
    assert "'' is not the name of a file" in sel(["score", "length", ""], code=2).err
