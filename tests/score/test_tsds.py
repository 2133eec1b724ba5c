"""Chances of TSDS beside those of the authors' code, and what must hold of them."""

import numpy as np
import orjson
import pytest

from sel.score import tsds
from tests.conftest import GOLDEN, lines

FOLDER = GOLDEN / "tsds"
ROWS = np.load(FOLDER / "candidates.npy").astype("f4")
TARGETS = np.load(FOLDER / "query_examples.npy").astype("f4")
CASES = {
    "a0.5_C5.0_s0.75_K5000": {"alpha": 0.5, "sigma": 0.75, "max_k": 5000},
    "a0.9_C5.0_s0.75_K50": {"alpha": 0.9, "sigma": 0.75, "max_k": 50, "kde_k": 50},
    "a0.5_C5.0_s0_K50": {"alpha": 0.5, "sigma": 0, "max_k": 50, "kde_k": 50},
    "a0.7_C5.0_s6.0_K100": {"alpha": 0.7, "sigma": 6, "max_k": 100, "kde_k": 100},
}


@pytest.mark.parametrize("case", CASES)
def test_chances_are_those_of_the_authors(case):
    found = tsds.score(ROWS, TARGETS, **CASES[case])
    np.testing.assert_allclose(
        found, np.load(FOLDER / f"authors_{case}.npy"), atol=1e-7
    )
    assert found.sum() == pytest.approx(1)
    expected = orjson.loads((FOLDER / "expected.json").read_bytes())[case]
    assert abs((found > 0).sum() - expected["nonzero"]) <= 10  # those of rounding


def test_near_copies_share_what_one_would_get():
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(200, 8)).astype("f4") * 3
    target = rows[:1] + 0.01
    alone = tsds.score(rows, target, alpha=0.3)[0]
    copies = np.concatenate([rows, np.repeat(rows[:1], 4, axis=0) + 1e-4])
    found = tsds.score(copies, target, alpha=0.3)
    same = np.append(found[:1], found[200:])
    np.testing.assert_allclose(same, alone / 5, rtol=1e-5)
    apart = tsds.score(copies, target, alpha=0.3, sigma=0)
    assert apart[0] + apart[200:].sum() > 5 * alone


def test_a_higher_alpha_keeps_nearer_records():
    counts = [(tsds.score(ROWS, TARGETS, alpha=a) > 0).sum() for a in (0.1, 0.5, 0.9)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[2]


def test_rows_that_are_not_finite_are_left_out():
    bad = np.insert(ROWS, [3, 700], np.nan, axis=0)
    found = tsds.score(bad, TARGETS)
    assert np.flatnonzero(np.isnan(found)).tolist() == [3, 701]
    np.testing.assert_array_equal(np.delete(found, [3, 701]), tsds.score(ROWS, TARGETS))


@pytest.fixture
def pool(tmp_path):
    np.save(tmp_path / "v.npy", ROWS)
    np.save(tmp_path / "t.npy", TARGETS)
    (tmp_path / "pool.jsonl").write_bytes(lines([{"i": i} for i in range(len(ROWS))]))
    return "score tsds --vectors v.npy --target-vectors t.npy"


def test_from_a_shell(sel, pool):
    run = sel(f"{pool} pool.jsonl")
    found = np.array([one["tsds"] for one in run.records])
    wanted = tsds.score(ROWS, TARGETS)
    np.testing.assert_array_equal(found, wanted)
    assert f"above_0 tsds {(wanted > 0).sum()}" in run.err
    some = [{"i": i, "_row": i} for i in (5, 900, 17)]
    part = [one["tsds"] for one in sel(pool, some).records]
    assert part == wanted[[5, 900, 17]].tolist()
    drawn = sel("pick sample -k 40 --by tsds --weights proportional", run.out).records
    assert len(drawn) == 40
    assert all(one["tsds"] > 0 for one in drawn)


def test_several_targets_and_vectors_in_records(sel, pool, tmp_path):
    np.save(tmp_path / "u.npy", TARGETS[:3])
    run = sel(f"{pool} --target-vectors u.npy pool.jsonl")
    wanted = tsds.score(ROWS, TARGETS[:3])
    np.testing.assert_array_equal([one["tsds_u"] for one in run.records], wanted)
    assert {"i", "tsds_t", "tsds_u"} == set(run.records[0])
    inside = [{"v": row.tolist()} for row in ROWS]
    found = sel("score tsds --vectors @v --target-vectors t.npy", inside).records
    np.testing.assert_allclose(
        [one["tsds"] for one in found], tsds.score(ROWS, TARGETS), atol=1e-9
    )


def test_bad_input(sel, pool, tmp_path):
    for options in ("--alpha 2", "--scale 0", "--sigma -1", "--max-k 1", "--kde-k 0"):
        sel(f"{pool} {options} pool.jsonl", code=2)
    assert (
        "--target-vectors" in sel("score tsds --vectors v.npy pool.jsonl", code=2).err
    )
    sel(pool, lines([{"i": 0}]), code=3)  # not as many records as rows
    sel(pool, lines([{"_row": 5000}]), code=3)
    np.save(tmp_path / "w.npy", ROWS[:, :3])
    sel("score tsds --vectors w.npy --target-vectors t.npy pool.jsonl", code=3)
    np.save(tmp_path / "v.npy", ROWS[:19])
    assert "too few" in sel(pool, lines([{"_row": 0}]), code=3).err
    empty = sel("score tsds --vectors @v --target-vectors t.npy", b"", code=3)
    assert "there are no records" in empty.err
