"""Strata of a score: algorithm 1 of CCS, ties, and what cannot be chosen."""

import numpy as np
import pytest

from sel.diversify import strata
from sel.errors import UsageError
from sel.maths.random.noise import SeededNoise

RNG = SeededNoise(3)


def choose(scores, k, **options):
    keys = np.arange(len(scores), dtype=np.uint64)
    given = np.asarray(scores, np.float64)
    return strata.diversify(keys, RNG, scores=given, k=k, **options).rows.tolist()


def by_the_paper(scores, k, beta, parts):
    """Step by step: cut off, divide, then the smallest stratum gives first."""
    drawn = RNG.uniform(np.arange(len(scores), dtype=np.uint64)).tolist()
    hardest = sorted(range(len(scores)), key=lambda i: (-scores[i], drawn[i]))
    left = hardest[int(beta * len(scores)) :]
    low = min(scores[i] for i in left)
    step = (max(scores[i] for i in left) - low) / parts
    waiting = [[] for _ in range(parts)]
    for i in left:
        at = int((scores[i] - low) / step) if step else parts - 1
        waiting[min(at, parts - 1)].append(i)
    chosen = []
    while waiting:
        least = min(waiting, key=len)
        share = min(len(least), k // len(waiting))
        chosen += sorted(least, key=drawn.__getitem__)[:share]
        k -= share
        waiting.remove(least)
    return sorted(chosen)


@pytest.mark.parametrize("parts", [1, 2, 8, 64])
@pytest.mark.parametrize("beta", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("k", [0, 3, 20, 90, 150, 500])
def test_the_steps_of_the_paper(parts, beta, k):
    rng = np.random.default_rng(parts + k)
    scores = np.floor(64 * rng.random(200) ** 3).tolist()
    scores[:2] = [0, 64]
    found = choose(scores, k, strata=parts, cut_hardest=beta)
    if beta == 0:  # borders are whole numbers, and so exact
        assert sorted(found) == by_the_paper(scores, k, beta, parts)
    assert len(set(found)) == len(found) == min(k, 200 - int(beta * 200))
    assert max((scores[i] for i in found), default=0) <= np.quantile(scores, 1 - beta)


@pytest.mark.parametrize("beta", [0.05, 0.3, 0.9])
def test_the_steps_of_the_paper_after_a_cut(beta):
    scores = np.random.default_rng(0).random(300)
    for k in (5, 60, 200):
        found = choose(scores, k, strata=7, cut_hardest=beta)
        assert sorted(found) == by_the_paper(scores.tolist(), k, beta, 7)


def test_a_small_stratum_gives_all_and_the_others_share_the_rest():
    scores = [0.1] * 50 + [0.5] * 3 + [0.9] * 50 + [1.0]
    found = choose(scores, 23, strata=3)
    counts = [sum(lo <= i < hi for i in found) for lo, hi in ((0, 50), (50, 53))]
    assert counts == [10, 3]
    assert len(found) == 23


def test_one_score_for_all_is_one_stratum():
    assert len(choose([2.0] * 30, 7, strata=5)) == 7
    assert len(choose([2.0] * 30, 7, strata=5, cut_hardest=0.9)) == 3


def test_fewer_wanted_than_there_are_strata():
    scores = np.arange(50.0)
    found = choose(scores, 3, strata=10)
    assert len({i // 5 for i in found}) == 3


def test_what_has_no_score_is_never_chosen_nor_counted():
    scores = [np.nan, 1, 2, np.inf, 3, 4, -np.inf, 5]
    assert sorted(choose(scores, 9)) == [1, 2, 4, 5, 7]
    assert sorted(choose(scores, 9, cut_hardest=0.4)) == [1, 2, 4]
    assert choose([np.nan] * 4, 2) == []
    assert choose([], 2) == []
    assert choose([1, 2], 2, cut_hardest=1) == []


def test_the_widest_range_is_divided():
    scores = [-1.7e308, -1.6e308, 1.6e308, 1.7e308]
    assert sorted(i // 2 for i in choose(scores, 2, strata=2)) == [0, 1]


def test_those_chosen_before_count_for_their_strata():
    scores = np.repeat([0.0, 1.0], 20)
    keys = np.arange(40, dtype=np.uint64)
    before = np.arange(6)
    rows = strata.diversify(keys, RNG, before, scores, k=10, strata=2).rows
    assert not set(rows.tolist()) & set(range(6))
    assert [int((rows < 20).sum()), int((rows >= 20).sum())] == [2, 8]


def test_the_order_of_the_input_does_not_matter():
    keys = np.arange(100, dtype=np.uint64)
    scores = np.floor(10 * np.random.default_rng(0).random(100))
    order = np.random.default_rng(1).permutation(100)
    how = {"k": 20, "strata": 4, "cut_hardest": 0.13}
    one = strata.diversify(keys, RNG, scores=scores, **how).rows
    two = strata.diversify(keys[order], RNG, scores=scores[order], **how).rows
    assert one.tolist() == order[two].tolist()


def test_a_score_is_needed():
    with pytest.raises(UsageError, match="--by"):
        strata.diversify(np.empty(0, np.uint64), RNG, k=0)


def test_in_the_shell(sel):
    pool = [{"i": i, "s": None if i % 10 == 0 else i / 8} for i in range(100)]
    run = sel("diversify strata --by s --strata 3 -k 9 --cut-hardest 0.1", pool)
    found = [record["i"] for record in run.records]
    assert len(found) == 9 and max(found) < 90 and not any(i % 10 == 0 for i in found)
    assert "strata 3; cut 9" in run.err and "10 without a score" in run.err
    low = sel("diversify strata --by s --lowest --cut-hardest 0.5 -k 5%", pool)
    assert len(low.records) == 5 and min(r["i"] for r in low.records) > 49
    assert len(sel("diversify strata --by s --fraction 1", pool).records) == 90
    for odd in ("--strata 0", "--cut-hardest 1.5", "--cut-hardest nan"):
        said = sel(f"diversify strata --by s -k 3 {odd}", pool, code=2).err
        assert odd.split()[0] in said
    assert "--by" in sel("diversify strata -k 3", pool, code=2).err
