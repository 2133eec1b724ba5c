"""Codebooks: centres, stages, and what is said of them."""

import numpy as np
import orjson
import pytest

from sel.index import codebook
from sel.maths.matrices.vectors import unit
from sel.maths.neighbours.codebook import usage

COMMAND = "index codebook --vectors pool.npy"


def test_codes_are_the_nearest_and_their_sum_is_near(pool):
    book = codebook.codebook(pool, codes=40, stages=3)
    codes, apart = book.coded(pool[:500])
    left = unit(pool[:500]).astype(np.float64)
    for stage, centres in enumerate(book.stages):
        far = ((left[:, None] - centres) ** 2).sum(axis=2)
        np.testing.assert_array_equal(codes[:, stage], far.argmin(axis=1))
        left = left - centres[codes[:, stage]]
        np.testing.assert_allclose(apart[:, stage], (left**2).sum(axis=1), atol=1e-5)
    assert (np.diff(apart.mean(axis=0)) < 0).all()


def test_a_codebook_of_one_code_is_the_mean(pool):
    (centres,) = codebook.codebook(pool, codes=1).stages
    np.testing.assert_allclose(centres[0], unit(pool).mean(axis=0), atol=1e-5)


def test_more_codes_than_rows_leave_nothing(pool):
    book = codebook.codebook(pool[:5], codes=9, stages=2)
    assert book.stages.shape == (2, 5, 16)
    assert book.coded(pool[:5])[1].max() < 1e-9


def test_usage_by_hand():
    said = usage(np.array([2, 2, 0, 4]))
    assert said["codes_used"] == 3
    assert said["code_entropy"] == pytest.approx(1.5)
    assert said["code_perplexity"] == pytest.approx(2**1.5)
    assert usage(np.zeros(3, int))["codes_used"] == 0


def test_what_is_written_and_said(sel, tmp_path, pool):
    rows = pool.copy()
    rows[5], rows[9, 0] = 0, np.nan
    np.save(tmp_path / "pool.npy", rows)
    more = "--codes 30 --stages 2 -o book.npy --assign codes.npy --summary s.json"
    run = sel(f"{COMMAND} {more}")
    said = orjson.loads((tmp_path / "s.json").read_bytes())
    assert "3,000 read, 2,998 kept, 2 dropped" in run.err
    book, codes = np.load(tmp_path / "book.npy"), np.load(tmp_path / "codes.npy")
    assert (book.shape, book.dtype) == ((60, 16), np.float32)
    assert (codes.shape, codes.dtype) == ((3_000, 2), np.int32)
    assert codes[[5, 9]].tolist() == [[-1, -1]] * 2
    good = np.delete(np.arange(3_000), [5, 9])
    made = book[codes[good, 0]] + book[30 + codes[good, 1]]
    exact = unit(rows[good]).astype(np.float64)
    distortion = ((exact - made) ** 2).sum(axis=1).mean()
    assert said["distortion"] == pytest.approx(distortion, abs=1e-5)
    spread = exact.var(axis=0).sum()
    assert said["unexplained"] == pytest.approx(distortion / spread, abs=1e-3)
    assert said["perplexity"] <= said["used"] == 30
    assert sel(f"{COMMAND} --codes 30 --stages 2").out == (
        sel(f"{COMMAND} --codes 30 --stages 2").out
    )


def test_faults(sel, tmp_path, pool):
    sel(f"{COMMAND} --codes 0", code=2)
    sel(f"{COMMAND} --stages 0", code=2)
    np.save(tmp_path / "pool.npy", np.zeros((3, 2), "f4"))
    assert "no row" in sel(COMMAND, code=3).err
    sel(f"{COMMAND} other.jsonl", code=2)
