"""The library does what the shell does."""

import subprocess
import sys

import numpy as np
import orjson
import pandas
import pytest

import sel as library
from sel import SelError
from tests.conftest import DATA, lines

RECORDS = [{"id": i, "s": s} for i, s in enumerate([3, 1, None, 5, 2])]


def test_importing_it_imports_nothing_heavy():
    script = "import sel, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "orjson", "msgspec", "typer", "rich", "torch"} & set(loaded)


def test_folders_of_methods_do_not_take_the_place_of_functions():
    from sel.pick import sample

    assert callable(library.pick)
    assert callable(library.score)
    assert sample.rank


def test_the_bytes_are_those_of_the_shell(sel, tmp_path):
    pool, wiki = DATA / "pool.jsonl.zst", DATA / "wiki.jsonl.zst"
    scored = library.score("dsir", pool, target=wiki)
    chosen = library.pick("sample", scored, k=50, by="dsir", seed=1)
    assert chosen.write(tmp_path / "a.jsonl.zst") is chosen
    command = f"score dsir --target {wiki} {pool} -o s.jsonl"
    sel(command)
    sel("pick sample -k 50 --by dsir --seed 1 s.jsonl -o b.jsonl.zst")
    assert (tmp_path / "a.jsonl.zst").read_bytes() == (
        tmp_path / "b.jsonl.zst"
    ).read_bytes()
    assert len(chosen.to_list()) == 50
    assert chosen.summary["kept"] == 50


def test_nothing_is_read_before_it_is_wanted(tmp_path):
    later = library.pick("top", tmp_path / "later.jsonl", k=1, by="s")
    (tmp_path / "later.jsonl").write_bytes(lines(RECORDS))
    assert later.to_list() == [RECORDS[3]]
    (tmp_path / "later.jsonl").unlink()
    assert list(later) == [RECORDS[3]]  # it ran once


@pytest.mark.parametrize(
    "pool",
    [
        RECORDS,
        tuple(RECORDS),
        iter(RECORDS),
        (record for record in RECORDS),
        library.read(RECORDS),
    ],
    ids=["list", "tuple", "iterator", "generator", "read"],
)
def test_what_may_be_passed(pool):
    kept = library.pick("top", pool, fraction=0.4, by="s")
    assert [record["id"] for record in kept] == [0, 3]


def test_data_frames():
    frame = pandas.DataFrame(RECORDS)
    kept = library.pick("top", frame, k=2, by="s").to_list()
    assert [record["id"] for record in kept] == [0, 3]


def test_a_frame_with_named_rows():
    class Polars:
        def iter_rows(self, named):
            assert named
            return iter(RECORDS)

    assert len(library.pick("random", Polars(), k=3).to_list()) == 3


def test_paths_and_texts(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(lines([{"text": name}]))
    paths = [str(tmp_path / name) for name in "ab"]
    assert [r["text"] for r in library.score("length", paths)] == ["a", "b"]
    assert [r["text"] for r in library.score("length", ["a", "b"])] == ["a", "b"]
    more = library.read(tmp_path / "a", [{"text": "c"}])
    assert [r["length"] for r in library.score("length", more, unit="characters")] == [
        1,
        1,
    ]


def test_options_may_be_in_memory():
    vectors = np.eye(4, dtype=np.float32)
    texts = ["a", "b", "c", "d"]
    near = library.score("rds", texts, vectors=vectors, target_vectors=vectors[:1])
    assert [record["rds"] for record in near] == [[1.0], [0.0], [0.0], [0.0]]
    kept = library.pick("rows", texts, from_=[{"_row": 2}])
    assert [record["text"] for record in kept] == ["c"]


def test_conditions():
    kept = library.pick("where", RECORDS, condition="s > 2", on_error="skip")
    assert [record["id"] for record in kept] == [0, 3]
    assert kept.summary["rejected"] == 1


def test_vectors():
    rows = library.embed("static", ["a cat", "a dog"])
    assert rows.shape[0] == 2
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)


@pytest.mark.parametrize(
    "call,said",
    [
        (lambda: library.pick("top", [], k=-1, by="s"), "k must be at least 0, got -1"),
        (lambda: library.pick("top", [], k="x", by="s"), "not a whole number"),
        (lambda: library.pick("top", [], k=1), "pick top needs by"),
        (lambda: library.pick("top", [], bi="s"), "has no option 'bi'"),
        (
            lambda: library.pick("top", [], k=1, by="s", oder="x"),
            "Did you mean 'order'",
        ),
        (
            lambda: library.pick("top", [], k=1, by="s", order="x"),
            "one of input, score",
        ),
        (lambda: library.pick("tpo", [], k=1), "Did you mean 'top'"),
        (lambda: library.score("length", 3), "give a path, dicts or texts, not int"),
        (lambda: library.score("length", [3]).to_list(), "a dict or a text, not int"),
        (lambda: library.score("length", "gone").to_list(), "gone"),
        (lambda: library.score("dsir", ["a"]).to_list(), "give target FILE"),
        (lambda: library.methods("nothing"), "nothing"),
    ],
)
def test_errors_speak_of_arguments(call, said):
    with pytest.raises((SelError, OSError), match=said):
        call()


def test_a_bad_record_is_named(tmp_path):
    (tmp_path / "f").write_bytes(b'{"s":1}\n{"s":"x"}\n')
    with pytest.raises(SelError, match="f:2: field 's' is a string, not a number"):
        library.pick("top", tmp_path / "f", k=1, by="s").to_list()


def test_methods_are_listed():
    assert {"dsir", "length"} <= {one.name for one in library.methods("score")}
    every = library.methods()
    assert {one.command for one in every} >= {"embed", "score", "pick"}
    assert all(one.summary for one in every)


def test_written_twice_is_read_once(tmp_path):
    seen = []

    def pool():
        seen.append(1)
        yield from RECORDS

    kept = library.pick("top", pool(), k=1, by="s")
    assert kept.to_list() == [RECORDS[3]]
    kept.write(tmp_path / "a.jsonl")
    assert orjson.loads((tmp_path / "a.jsonl").read_bytes()) == RECORDS[3]
    assert seen == [1]


def test_a_list_of_fields_is_no_list_of_records():
    records = [{"text": "some text", "lang": "en", "meta": 1}] * 2
    row = library.evaluate("profile", records, by=["lang", "meta"])[0]
    assert list(row["groups"]) == ["lang", "meta"]


HALF = "\ud800"


@pytest.mark.parametrize(
    "bad", [HALF, {"text": "a", HALF: 1}, {"text": "a", "b": [HALF]}]
)
def test_half_of_a_surrogate_pair_is_a_bad_line(bad):
    with pytest.raises(SelError, match=r"the records:1:.*surrogate pair"):
        library.score("length", [bad, "b"]).to_list()
    kept = library.score("length", [bad, "b"], on_error="skip").to_list()
    assert kept == [{"text": "b", "length": 1}]


def test_records_in_memory_may_be_what_lines_may_be():
    deep = 1
    for _ in range(1000):
        deep = [deep]
    record = {"text": "a", "big": 2**70, "deep": deep, 7: None}
    line = next(library.score("length", [record]).lines())
    assert b'"big": 1180591620717411303424' in line and b"[" * 1000 in line
    for _ in range(100):
        deep = [deep]
    with pytest.raises(SelError, match="deeper than 1,024"):
        library.score("length", [{"text": "a", "deep": deep}]).to_list()


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes"])
def test_what_json_cannot_say_is_told(value):
    with pytest.raises(SelError, match="cannot be written as JSON"):
        library.score("length", [{"text": "a", "b": value}]).to_list()


@pytest.mark.parametrize("error", [KeyError("mine"), OSError(5, "mine"), ValueError()])
def test_an_error_of_the_caller_passes_as_it_is(error):
    def records():
        yield {"text": "a"}
        raise error

    with pytest.raises(type(error)) as raised:
        library.score("length", records()).to_list()
    assert raised.value is error
    assert getattr(error, "filename", None) is None
