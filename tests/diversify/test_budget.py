"""Choices within a budget, and of a fraction of the records."""

from itertools import combinations
from math import e, sqrt

import numpy as np
import orjson
import pytest

import sel as library
from tests.conftest import lines
from tests.diversify.choosing import METHODS, choose, rows_of

GREEDY = {
    "kcenter": "",
    "mmr": "--by s",
    "dpp": "--by s",
    "graphcut": "",
    "herding": "",
    "prototypes": "--cells 3",
    "novelty": "--by s --most 1",
}
OTHERS = {"medoids": "", "clusters": "--cells 4", "votek": "", "semantic": ""}
ROWS = rows_of(60)
COSTS = np.random.default_rng(5).integers(0, 9, 60).tolist()
RECORDS = [{"i": i, "s": i * 37 % 60, "c": c} for i, c in enumerate(COSTS)]


@pytest.fixture
def pool(tmp_path):
    np.save(tmp_path / "v.npy", ROWS)
    (tmp_path / "pool.jsonl").write_bytes(lines(RECORDS))


def chosen(run):
    return [record["i"] for record in run.records]


@pytest.mark.parametrize("name", [*GREEDY, "random"])
def test_the_beginning_of_the_order_that_fits(sel, pool, name):
    more = "" if name == "random" else f"--vectors v.npy {GREEDY[name]}"
    command = f"diversify {name} {more} --order score pool.jsonl"
    whole = chosen(sel(f"{command} -k 60"))
    spent = np.cumsum([COSTS[i] for i in whole])
    for budget in (0, 1, 40, 100, 9999):
        within = int((spent <= budget).sum())
        run = sel(f"{command} --budget {budget} --cost c")
        assert chosen(run) == whole[:within]
        paid = sum(COSTS[i] for i in chosen(run))
        told = f"budget asked {budget:,}, spent {paid}, left {budget - paid:,}"
        assert told in run.err
        assert "wanted" not in run.err
    run = sel(f"{command} --budget 9999 --cost c -k 7")
    assert chosen(run) == whole[:7]


@pytest.mark.parametrize("name", OTHERS)
def test_a_whole_choice_that_fits(sel, pool, name):
    command = f"diversify {name} --vectors v.npy {OTHERS[name]} --order score"
    kept = chosen(sel(f"{command} --budget 80 --cost c pool.jsonl"))
    assert 0 < sum(COSTS[i] for i in kept) <= 80
    assert kept == chosen(sel(f"{command} -k {len(kept)} pool.jsonl"))


def test_facts_are_those_of_what_was_chosen(sel, pool):
    command = "diversify kcenter --vectors v.npy pool.jsonl --summary s.json"
    run = sel(f"{command} --budget 40 --cost c")
    k = len(run.records)
    told = run.err[run.err.index("; radius") :]
    assert told in sel(f"diversify kcenter --vectors v.npy pool.jsonl -k {k}").err


@pytest.mark.parametrize("command", ["facility", "kcenter"])
def test_a_record_without_a_cost_is_not_chosen(sel, pool, tmp_path, command):
    records = [{**r, "c": None if r["i"] % 4 == 0 else 1} for r in RECORDS]
    options = "--vectors v.npy --budget 99 --cost c --order score"
    run = sel(f"diversify {command} {options} --explain 4", records)
    assert sorted(chosen(run)) == [i for i in range(60) if i % 4]
    assert "15 without a cost" in run.err
    assert "60 read, 45 kept, 15 dropped" in run.err
    assert "4 is not a record of the input with a cost" in run.err
    np.save(tmp_path / "v.npy", ROWS[[i for i in range(60) if i % 4]])
    there = [{**r} for r in records if r["c"]]
    again = sel(f"diversify {command} {options}", there)
    assert chosen(again) == chosen(run)  # it is as if they were not there
    records[0]["c"] = -1
    run = sel(f"diversify {command} --vectors v.npy --budget 9 --cost c", records, 3)
    assert "the cost in field 'c' is negative" in run.err


@pytest.mark.parametrize("named", ["", "--on i"])
def test_what_was_chosen_before_costs_nothing(sel, pool, tmp_path, named):
    records = [{**r, "c": None if r["i"] in (0, 9) else 1} for r in RECORDS]
    (tmp_path / "old.jsonl").write_bytes(lines([{"_row": 0, "i": 0}]))
    for name in ("facility", "kcenter"):
        options = f"--vectors v.npy --already old.jsonl {named} --order score"
        run = sel(f"diversify {name} {options} --budget 5 --cost c", records)
        assert len(run.records) == 5
        assert {0, 9}.isdisjoint(chosen(run))
        assert "1 without a cost" in run.err
        assert "already 1" in run.err


def coverage(similar, rows):
    return similar[list(rows)].max(axis=0, initial=0).sum() if rows else 0.0


@pytest.mark.parametrize("seed", range(40))
def test_facility_against_all_sets(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 10))
    vectors = rows_of(n, d=3, seed=seed)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similar = np.clip(units @ units.T, 0, None)
    costs = rng.integers(0, 7, n).astype(float)
    budget = int(rng.integers(0, 15))
    k = n if seed % 2 else int(rng.integers(1, n + 1))
    found = choose("facility", vectors, costs=costs, budget=budget, k=k)
    rows = found.rows.tolist()
    assert len(set(rows)) == len(rows) <= k
    assert costs[rows].sum() <= budget
    sets = [s for size in range(k + 1) for s in combinations(range(n), size)]
    best = max(coverage(similar, s) for s in sets if costs[list(s)].sum() <= budget)
    got = coverage(similar, rows)
    assert got == pytest.approx(found.facts["covered"] * n, abs=1e-3)
    if k == n:
        assert got >= (1 - 1 / sqrt(e)) * best - 1e-3
    if best:
        assert found.facts["of the best"] <= got / best + 1e-3
    free = [i for i in range(n) if i not in rows]
    if len(rows) < k:  # nothing more can be paid
        assert all(costs[rows].sum() + costs[i] > budget for i in free)


def test_facility_takes_what_adds_most_for_its_cost():
    """One dear row covers all; for its price three cheap ones cover more."""
    vectors = np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]] * 2, "f4")
    costs = np.array([9.0, 3, 3, 3, 99, 99, 99, 99])
    found = choose("facility", vectors, costs=costs, budget=9, k=8)
    assert sorted(found.rows.tolist()) == [1, 2, 3]
    costs[1:4] = 8  # now one of them and nothing else, or the dear one
    assert choose("facility", vectors, costs=costs, budget=9, k=8).rows.tolist() == [0]


def test_facility_takes_the_better_of_two():
    """A cheap row adds more for its cost, but leaves no room for the one that counts."""
    vectors = np.array([[1, 0]] + [[0, 1]] * 9, "f4")
    costs = np.array([0.5] + [10.0] * 9)
    found = choose("facility", vectors, costs=costs, budget=10, k=10)
    assert found.rows.tolist() == [1]
    assert found.facts["covered"] == pytest.approx(0.9)


@pytest.mark.parametrize("exact", [True, False])
def test_scores_count_as_they_do_without_costs(monkeypatch, exact):
    monkeypatch.setattr(METHODS["facility"].load(), "EXACT", 10_000 if exact else 0)
    scores = np.arange(60.0)
    for weight in (0.0, 0.3, 1.0):
        plain = choose("facility", ROWS, scores=scores, k=9, weight=weight)
        ones = np.ones(60)
        paid = choose(
            "facility", ROWS, scores=scores, k=60, weight=weight, costs=ones, budget=9
        )
        assert paid.rows.tolist() == plain.rows.tolist()
        assert paid.gains.tolist() == plain.gains.tolist()


@pytest.mark.parametrize("share", ["--fraction 0.1", "-k 10%", "-k 6"])
def test_a_fraction_of_the_records(sel, pool, share):
    run = sel(f"diversify kcenter --vectors v.npy {share} pool.jsonl")
    assert len(run.records) == 6
    made = library.diversify("random", RECORDS, fraction=0.1)
    assert len(made.to_list()) == 6


@pytest.mark.parametrize(
    "options,why",
    [
        ("", "say how many: -k N, --fraction X, or --budget N --cost F"),
        ("--budget 9", "--budget and --cost go together"),
        ("--cost c -k 3", "--budget and --cost go together"),
        ("--fraction 2", "--fraction must be above 0"),
        ("-k 3 --fraction 0.5", "cannot both say how many"),
        ("--budget -1 --cost c", "--budget must be at least 0"),
    ],
)
def test_what_cannot_be_asked_for(sel, pool, options, why):
    run = sel(f"diversify kcenter --vectors v.npy {options} pool.jsonl", code=2)
    assert why in run.err


def test_groups_that_are_chosen_as_wholes_have_no_budget(sel, pool):
    command = "diversify votek --vectors v.npy --per s --budget 9 --cost c"
    assert "whole groups are chosen" in sel(f"{command} pool.jsonl", code=2).err


def test_the_summary_says_what_was_spent(sel, pool, tmp_path):
    sel(
        "diversify facility --vectors v.npy --budget 50 --cost c --summary s.json"
        " pool.jsonl -o out.jsonl"
    )
    told = orjson.loads((tmp_path / "s.json").read_bytes())["budget"]
    kept = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert told["spent"] == sum(orjson.loads(line)["c"] for line in kept)
    assert told["asked"] - told["spent"] == told["left"] >= 0
