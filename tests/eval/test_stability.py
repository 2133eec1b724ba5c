"""How far choices agree: published numbers, by hand, by brute force, from a shell."""

from itertools import combinations
from math import sqrt

import numpy as np
import pytest

from sel.errors import UsageError
from sel.eval import stability
from sel.maths.random.noise import SeededNoise
from sel.maths.statistics import agreement
from tests.conftest import lines


def counted(runs, pool):
    return np.bincount(np.concatenate(runs), minlength=pool)


def literal(runs, pool):
    """The measure and its variance as the paper writes them, over a table of bits."""
    bits = np.zeros((len(runs), pool))
    for row, rows in zip(bits, runs, strict=True):
        row[rows] = 1
    m, d = bits.shape
    p = bits.mean(axis=0)
    k = bits.sum(axis=1)
    mean = k.mean()
    under = (mean / d) * (1 - mean / d)
    value = 1 - (m / (m - 1) * p * (1 - p)).mean() / under
    parts = [
        1
        / under
        * (
            (bits[i] * p).mean()
            - k[i] * mean / d**2
            + value / 2 * (2 * k[i] * mean / d**2 - k[i] / d - mean / d + 1)
        )
        for i in range(m)
    ]
    variance = 4 / m**2 * ((np.array(parts) - np.mean(parts)) ** 2).sum()
    return value, 1.959964 * sqrt(variance)


@pytest.mark.parametrize("seed", range(4))
def test_against_the_equations(seed):
    rng = np.random.default_rng(seed)
    runs = [rng.choice(40, rng.integers(5, 20), replace=False) for _ in range(6)]
    value, low, high = agreement.stability(runs, counted(runs, 40))
    expected, wide = literal(runs, 40)
    assert value == pytest.approx(expected)
    assert (low, high) == (pytest.approx(value - wide), pytest.approx(value + wide))


def test_the_candidate_in_the_middle_moves_least():
    a, b, c = np.arange(0, 10), np.arange(5, 15), np.arange(10, 20)
    runs = {"a": [a, c], "b": [b], "c": [c]}
    lines = stability.measure(runs, {}, 40, SeededNoise(1), min_max=True)
    found = [line for line in lines if line.get("varied") == "exchange"]
    third = 1 - 5 / 15  # what two that share five of fifteen do not have in common
    assert [line["selection"] for line in found] == ["a", "b", "c"]
    assert [line["moves"] for line in found] == pytest.approx([1, third, 1])
    assert [line["taken"] for line in found] == [False, True, False]
    plain = stability.measure(runs, {}, 40, SeededNoise(1))
    assert [line for line in lines if line not in found] == plain


def test_scorers_are_candidates_as_well():
    scores = {"x": np.arange(40.0), "y": np.arange(40.0), "z": -np.arange(40.0)}
    lines = stability.measure({}, scores, 40, SeededNoise(1), k=10, min_max=True)
    found = {one["selection"]: one for one in lines if "moves" in one}
    assert [found[name]["moves"] for name in "xyz"] == [1, 1, 1]
    assert [found[name]["taken"] for name in "xyz"] == [True, False, False]  # the first


def test_one_candidate_cannot_be_exchanged():
    with pytest.raises(UsageError, match="at least two choices"):
        stability.measure({"a": [np.arange(3)]}, {}, 9, SeededNoise(1), min_max=True)


def test_the_ends():
    same = [np.arange(3)] * 4
    assert agreement.stability(same, counted(same, 9)) == (1, 1, 1)
    one = [np.arange(3)]
    assert agreement.stability(one, counted(one, 9)) == (None, None, None)
    whole = [np.arange(9)] * 3
    assert agreement.stability(whole, counted(whole, 9)) == (None, None, None)


def test_chance_is_zero_and_the_interval_holds_it():
    rng = np.random.default_rng(0)
    inside, values = 0, []
    for _ in range(200):
        runs = [rng.choice(100, 30, replace=False) for _ in range(10)]
        value, low, high = agreement.stability(runs, counted(runs, 100))
        values.append(value)
        inside += low <= 0 <= high
    assert abs(np.mean(values)) < 0.005
    assert inside / 200 > 0.8  # an asymptotic interval, of ten runs


def test_for_two_of_one_size_it_is_kappa():
    a, b = np.arange(10), np.arange(4, 14)
    value = agreement.stability([a, b], counted([a, b], 50))[0]
    agreed = (6 + 50 - 14) / 50
    by_chance = (10 * 10 + 40 * 40) / 50**2
    assert value == pytest.approx((agreed - by_chance) / (1 - by_chance))


def test_spearman_with_ties():
    a = np.array([1.0, 2, 2, 3, np.nan, 7])
    b = np.array([2.0, 1, 4, 4, 5, 9])
    x, y = np.array([0, 1.5, 1.5, 3, 4]), np.array([1, 0, 2.5, 2.5, 4])
    assert agreement.spearman(a, b) == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert agreement.spearman(a, np.ones(6)) is None
    assert agreement.spearman(a, -a) == pytest.approx(-1)


def test_a_whole_share_does_not_move():
    scores = {"s": np.random.default_rng(0).normal(size=200)}
    (one,) = stability.measure({}, scores, 200, SeededNoise(0), k=20, share=1)
    assert (one["stability"], one["always"], one["ever"]) == (1, 20, 20)
    (half,) = stability.measure({}, scores, 200, SeededNoise(0), k=20, share=0.2)
    assert half["stability"] < 1
    # Thresholds are nested: what all choose is the smallest choice.
    assert half["always"] < 20 < half["ever"]
    assert half["records"] == pytest.approx(20, abs=6)


def test_scorers_by_hand():
    scores = {"a": np.array([5.0, 4, 3, 2, 1]), "b": np.array([5.0, 1, 4, 2, np.nan])}
    *_, every, pair = stability.measure({}, scores, 5, SeededNoise(0), k=2)
    assert (every["varied"], every["runs"]) == ("scorer", 2)
    assert (every["always"], every["ever"]) == (1, 3)
    assert (pair["shared"], pair["jaccard"]) == (1, pytest.approx(1 / 3))
    assert pair["shared_by_chance"] == pytest.approx(2 * 2 / 5)
    ranks = np.corrcoef([3, 2, 1, 0], [3, 0, 2, 1])[0, 1]
    assert pair["spearman"] == pytest.approx(ranks)


# From a shell


@pytest.fixture
def pool(tmp_path):
    rng = np.random.default_rng(0)
    records = [
        {"text": f"t{i}", "s": float(x), "r": float(x + y)}
        for i, (x, y) in enumerate(rng.normal(size=(300, 2)))
    ]
    (tmp_path / "pool.jsonl").write_bytes(lines(records))
    for seed in (1, 2, 3):
        chosen = sorted(rng.choice(60, 30, replace=False))
        (tmp_path / f"{seed}.jsonl").write_bytes(lines([records[i] for i in chosen]))
    return tmp_path


def test_runs_and_scorers(sel, pool):
    run = sel(
        "eval stability --pool pool.jsonl --scores s,r -k 30"
        " x=1.jsonl x=2.jsonl x=3.jsonl"
    )
    x, s, r, both, *pairs = run.records
    assert (x["selection"], x["varied"], x["runs"], x["records"]) == ("x", "run", 3, 30)
    assert 0.3 < x["stability"] < 0.6 and x["ever"] <= 60
    assert (s["varied"], r["varied"], both["varied"]) == (
        "subsample",
        "subsample",
        "scorer",
    )
    assert s["stability"] > both["stability"] > 0.2
    assert [(p["selection"], p["against"]) for p in pairs] == [
        *combinations(["x", "s", "r"], 2)
    ]
    assert "spearman" in pairs[2] and "spearman" not in pairs[0]


def test_bad_input(sel, pool):
    command = "eval stability --pool pool.jsonl"
    assert "--scores" in sel(command, code=2).err
    assert "-k" in sel(f"{command} --scores s", code=2).err
    assert "-k" in sel(f"{command} --scores s -k 301", code=2).err
    assert "--share" in sel(f"{command} --scores s -k 3 --share 0", code=2).err
    assert "Try: OTHER" in sel(f"{command} --scores s -k 3 s=1.jsonl", code=2).err
    run = sel(f"{command} x=1.jsonl x=-", lines([{"text": "other"}]), code=3)
    assert "not in the pool" in run.err
