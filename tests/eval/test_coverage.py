"""Measures of coverage, by hand and by brute force."""

import numpy as np
import pytest

from sel.eval import _diversity, coverage
from sel.maths.matrices.vectors import unit
from sel.maths.neighbours.codebook import Codebook
from sel.maths.random.noise import SeededNoise
from tests.conftest import lines


@pytest.fixture
def pool(tmp_path):
    rows = np.random.RandomState(0).normal(size=(300, 8)).astype("f4")
    np.save(tmp_path / "pool.npy", rows)
    return rows


def one(vectors, rows, **options):
    (found,) = coverage.measure(
        vectors, [np.array(rows)], [[]], SeededNoise(), **options
    )
    return found


def test_against_brute_force(pool):
    rows = np.array([3, 50, 77, 120])
    said = one(pool, rows)
    exact = pool / np.linalg.norm(pool, axis=1, keepdims=True)
    cosines = exact @ exact[rows].T
    best = cosines.max(axis=1)
    assert said["radius"] == pytest.approx(1 - best.min(), abs=1e-6)
    assert said["similarity"] == pytest.approx(best.mean(), abs=1e-6)
    assert said["facility_location"] == pytest.approx(best.sum(), abs=1e-3)
    own = cosines[rows] - 2 * np.eye(4)
    assert said["nearest_mean"] == pytest.approx((1 - own.max(1)).mean(), abs=1e-6)
    assert said["nearest_min"] == pytest.approx((1 - own.max(1)).min(), abs=1e-6)


def test_vendi_by_hand():
    assert _diversity.vendi(np.eye(5, dtype="f4")) == pytest.approx(5)
    assert _diversity.vendi(np.ones((5, 1), "f4")) == pytest.approx(1)
    two = np.repeat(np.eye(2, dtype="f4"), [3, 3], axis=0)
    assert _diversity.vendi(two) == pytest.approx(2)
    # Shares 3/4 and 1/4.
    odd = np.repeat(np.eye(2, dtype="f4"), [3, 1], axis=0)
    by_hand = np.exp(-0.75 * np.log(0.75) - 0.25 * np.log(0.25))
    assert _diversity.vendi(odd) == pytest.approx(by_hand)


def test_vendi_is_the_same_by_rows_and_by_columns(pool):
    exact = unit(pool)
    shares = np.linalg.eigvalsh(exact.astype(float) @ exact.T / 300)
    shares = shares[shares > 1e-12]
    by_rows = np.exp(-(shares * np.log(shares)).sum())
    assert _diversity.vendi(exact) == pytest.approx(by_rows, rel=1e-6)


def test_the_whole_pool_covers_all(pool):
    said = one(pool, np.arange(300))
    assert said["radius"] == pytest.approx(0, abs=1e-6)
    assert said["cells_covered"] == said["cells"] == 100


def test_one_place_covers_little(pool):
    near = np.argsort(-(unit(pool) @ unit(pool[:1]).T).ravel())[:30]
    random = [np.arange(i, 300, 10) for i in range(3)]
    (said,) = coverage.measure(pool, [near], [random], SeededNoise())
    assert said["radius"] > said["radius_high"]
    assert said["cells_covered"] < said["cells_covered_random"]
    assert said["vendi"] < said["vendi_low"]


def test_duplicates_are_at_distance_0(pool):
    pool[1] = 2 * pool[0]
    assert one(pool, [0, 1, 2])["nearest_min"] == pytest.approx(0, abs=1e-6)


def test_blocks_change_nothing(pool, monkeypatch):
    whole = one(pool, np.arange(0, 300, 7))
    monkeypatch.setattr(_diversity, "BLOCK", 13)
    parts = one(pool, np.arange(0, 300, 7))
    assert parts == pytest.approx(whole, abs=1e-5)


def test_none_and_one(pool):
    assert one(pool, np.empty(0, int))["radius"] == 2
    assert one(pool, [5])["nearest_mean"] == 0


def test_codes_by_hand():
    book = Codebook(np.eye(4, dtype="f4")[None])
    rows = np.repeat(np.eye(4, dtype="f4"), [6, 2, 0, 1], axis=0)
    rows[8] = 0  # not usable
    chosen = [np.array([0, 1, 6]), np.array([3])]
    random = [[np.array([0, 7, 2]), np.array([1, 2, 3])], [[6], [0]]]
    two, one_ = coverage.codes(rows, chosen, np.arange(8), random, book)
    by_hand = -(2 / 3) * np.log2(2 / 3) - np.log2(1 / 3) / 3
    assert two["codes_used"] == two["codes_used_pool"] == 2
    assert two["code_entropy"] == pytest.approx(by_hand)
    assert two["code_perplexity"] == pytest.approx(2**by_hand)
    assert two["code_entropy_random"] == pytest.approx(by_hand / 2)
    whole = -0.75 * np.log2(0.75) - 0.25 * np.log2(0.25)
    assert two["code_entropy_pool"] == pytest.approx(whole)
    assert (one_["codes_used"], one_["code_perplexity"]) == (1, 1)


def test_a_codebook_on_the_command_line(sel, pool, tmp_path):
    pool[7] = 0
    np.save(tmp_path / "pool.npy", pool)
    near = np.argsort(-(unit(pool[:1]) @ unit(np.delete(pool, 7, 0)).T).ravel())[:30]
    rows = np.delete(np.arange(300), 7)[near]
    (tmp_path / "near.jsonl").write_bytes(lines([{"_row": int(i)} for i in rows]))
    sel("index codebook --vectors pool.npy --codes 20 --stages 2 -o book.npy")
    command = "eval coverage --vectors pool.npy --seeds 3 near.jsonl"
    plain = sel(command).records[0]
    (said,) = sel(f"{command} --codebook book.npy").records
    assert {name: said[name] for name in plain} == plain
    assert said["codes_used"] < said["codes_used_low"]
    assert said["code_perplexity"] < said["code_perplexity_pool"] <= 20
    assert said["stage2_codes_used_pool"] == 20
    np.save(tmp_path / "wide.npy", np.ones((4, 9), "f4"))
    err = sel(f"{command} --codebook wide.npy", code=3).err
    assert "9" in err and "columns" in err
    np.save(tmp_path / "bad.npy", np.full((4, 8), np.nan, "f4"))
    assert "not finite" in sel(f"{command} --codebook bad.npy", code=3).err


def test_selections_on_the_command_line(sel, pool, tmp_path):
    pool[7], pool[8, 0] = 0, np.nan
    np.save(tmp_path / "pool.npy", pool)
    (tmp_path / "a.jsonl").write_bytes(lines([{"_row": i} for i in range(20)]))
    (tmp_path / "b.jsonl").write_bytes(lines([{"_row": i} for i in range(90)]))
    run = sel("eval coverage --vectors pool.npy --seeds 3 a.jsonl b.jsonl")
    a, b = run.records
    assert (a["selection"], a["records"], b["records"]) == ("a.jsonl", 18, 88)
    assert a["radius"] > b["radius"] and a["radius_random"] > b["radius_random"]
    assert "4 dropped" in run.err
    assert (
        run.out == sel("eval coverage --vectors pool.npy --seeds 3 a.jsonl b.jsonl").out
    )


def test_faults(sel, pool, tmp_path):
    assert (
        "row 300"
        in sel("eval coverage --vectors pool.npy", [{"_row": 300}], code=3).err
    )
    sel("eval coverage --vectors pool.npy --cells 0", [{"_row": 1}], code=2)
    np.save(tmp_path / "zero.npy", np.zeros((3, 2), "f4"))
    assert "no row" in sel("eval coverage --vectors zero.npy", [{}, {}, {}], code=3).err
