"""Signed n-grams, and what every embedding keeps: rows, cards, resuming, bad lines."""

import io
import signal
from pathlib import Path

import numpy as np
import pytest

from sel.embed import ngrams
from tests.conftest import DATA, lines, ran

NEVER = 1_000_000
TEXTS = [{"text": f"record number {i} says {'so ' * (i % 9)}"} for i in range(700)]


def test_inner_products_are_those_of_the_counts():
    rows = ngrams.embed(["a b b", "b c", "x"], dim=4096, ngrams=1)
    np.testing.assert_allclose(rows @ rows.T, [[5, 2, 0], [2, 2, 0], [0, 0, 1]])


def test_batches_change_nothing():
    texts = [record["text"] for record in TEXTS]
    whole = ngrams.embed(texts)
    parts = np.concatenate([ngrams.embed(texts[:300]), ngrams.embed(texts[300:])])
    np.testing.assert_array_equal(whole, parts)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_is_one_image_that_can_be_mapped(sel, tmp_path, jobs):
    run = sel(f"embed ngrams --jobs {jobs} -o v.npy {DATA}/pool.jsonl.zst")
    rows = np.load(tmp_path / "v.npy", mmap_mode="r")
    assert rows.shape == (3207, 512)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert "rows 3,207, columns 512" in run.err


def test_a_pipe_carries_images(sel, tmp_path):
    out = io.BytesIO(sel("embed ngrams -q", TEXTS).out)
    found = []
    while out.tell() < len(out.getvalue()):
        found.append(np.load(out))
    sel("embed ngrams -q -o v.npy", TEXTS)
    np.testing.assert_array_equal(np.concatenate(found), np.load(tmp_path / "v.npy"))


def test_half_floats_and_no_length(sel, tmp_path):
    sel("embed ngrams --dtype float16 --no-normalize --dim 64 -o v.npy", TEXTS)
    rows = np.load(tmp_path / "v.npy")
    assert rows.dtype == np.float16
    assert (rows == np.round(rows)).all()


def test_bad_lines_keep_their_rows(sel, tmp_path):
    data = b'{"no":1}\n{"text":"a"}\nbad\n\n{"text":""}\n{"text":"b"}\n'
    run = sel("embed ngrams -o v.npy --on-error skip --text text", data)
    rows = np.load(tmp_path / "v.npy")
    assert np.isnan(rows).all(axis=1).tolist() == [True, False, True, False, False]
    assert not rows[3].any()
    assert "unusable 1" in run.err


def test_records_carry_their_row(sel, tmp_path):
    run = sel("embed ngrams -o v.npy --records", TEXTS[:3])
    assert [record["_row"] for record in run.records] == [0, 1, 2]
    assert (tmp_path / "v.npy").exists()
    run = sel("embed ngrams --records", TEXTS[:3], code=2)
    assert "-o docs.npy" in run.err


def test_a_matrix_is_not_compressed(sel, tmp_path):
    assert "only .npy" in sel("embed ngrams -o v.npy.zst", TEXTS, code=2).err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("call", ["write", "fdatasync", "pwrite", "rename"])
def test_killed_and_resumed_the_bytes_are_the_same(tmp_path, call):
    (tmp_path / "in.jsonl").write_bytes(lines(TEXTS))
    run(tmp_path, "write", NEVER, "whole.npy")
    for number in range(1, 60):
        done = run(tmp_path, call, number, "v.npy")
        if done.returncode == 77:
            assert number > 1
            break
        assert done.returncode == -signal.SIGKILL
        run(tmp_path, "write", NEVER, "v.npy")
        whole, resumed = (tmp_path / f"{n}.npy" for n in ("whole", "v"))
        assert resumed.read_bytes() == whole.read_bytes()
        assert not list(tmp_path.glob(".*.sel-part"))
        resumed.unlink()
        (tmp_path / "v.npy.json").unlink()


def run(place, call, number, output):
    harness = str(Path(__file__).parents[1] / "cli/faulty.py")
    options = ["embed", "ngrams", "--dim", "16", "-q", "--jobs", "1", "--resume"]
    words = [harness, call, str(number), "kill", *options, "-o", output, "in.jsonl"]
    return ran(words, b"", place)


def test_no_records(sel):
    assert "no records" in sel("embed ngrams -o v.npy", b"", code=3).err


def test_a_matrix_for_each_input(sel, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(lines(TEXTS[:5]))
    (tmp_path / "b.x.jsonl").write_bytes(lines(TEXTS[5:9]))
    command = "embed ngrams --dim 16 -o out/ a.jsonl b.x.jsonl"
    sel(command)
    sel("embed ngrams --dim 16 -o alone.npy a.jsonl")
    first = (tmp_path / "out/a.npy").read_bytes()
    assert first == (tmp_path / "alone.npy").read_bytes()
    assert np.load(tmp_path / "out/b.x.npy").shape == (4, 16)
    (tmp_path / "out/b.x.npy").unlink()
    run = sel(f"{command} --resume")
    assert "out/a.npy is complete" in run.err
    assert "b.x.npy is complete" not in run.err
    assert np.load(tmp_path / "out/b.x.npy").shape == (4, 16)
    (tmp_path / "a.jsonl").write_bytes(lines(TEXTS[:6]))
    assert "complete" in sel(f"{command} --resume").err
    assert np.load(tmp_path / "out/a.npy").shape == (6, 16)


def test_a_matrix_is_called_as_its_input_where_no_other_is(sel, tmp_path):
    for name in ("a.jsonl", "b.json", "c.d.jsonl"):
        (tmp_path / name).write_bytes(lines(TEXTS[:2]))
    for name in ("e.csv", "b.csv", "f.txt"):
        data = b"text\none two three\n" if name[-3:] == "csv" else lines(TEXTS[:2])
        (tmp_path / name).write_bytes(data)
    sel("embed ngrams --dim 16 -o out/ a.jsonl b.json c.d.jsonl e.csv b.csv f.txt")
    names = {path.name for path in (tmp_path / "out").glob("*.npy")}
    bases = ("a", "b.json", "b.csv", "c.d", "e", "f.txt")
    assert names == {f"{name}.npy" for name in bases}


def test_a_folder_needs_files_of_different_names(sel, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(lines(TEXTS[:5]))
    run = sel("embed ngrams -o out/ a.jsonl a.jsonl", code=2)
    assert "each with a name of its own" in run.err
    assert "--records" in sel("embed ngrams -o out/ --records a.jsonl", code=2).err
