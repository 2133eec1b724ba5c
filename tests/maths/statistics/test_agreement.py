"""How far choices agree: by hand, and by brute force."""

import numpy as np
import pytest

from sel.maths.statistics.agreement import highest, overlap, spearman, stability

NAN = float("nan")


@pytest.mark.parametrize(
    "values,k,rows",
    [
        ([1, 3, 2], 2, [1, 2]),
        ([1, 1, 1], 2, [0, 1]),
        ([NAN, 2, NAN, 5], 3, [3, 1]),
        ([], 3, []),
        ([1, 2], 0, []),
    ],
)
def test_the_highest_known(values, k, rows):
    assert highest(np.array(values, float), k).tolist() == rows


def test_overlap_by_hand():
    a, b = np.array([0, 1, 2, 3]), np.array([2, 3, 4])
    said = overlap([(a, b)], 10)
    assert said == {"shared": 2, "shared_by_chance": 1.2, "jaccard": 0.4}
    both = overlap([(a, b), (a, a)], 10)
    assert both["shared"] == 3
    assert both["jaccard"] == pytest.approx(0.7)
    assert overlap([(a[:0], a[:0])], 10)["jaccard"] == 1


def test_equal_runs_are_stable_and_random_ones_are_not():
    rng = np.random.default_rng(0)
    same = [np.arange(10)] * 5
    value, low, high = stability(same, np.bincount(np.concatenate(same), minlength=50))
    assert value == low == high == pytest.approx(1)
    runs = [rng.choice(200, 50, replace=False) for _ in range(40)]
    counts = np.bincount(np.concatenate(runs), minlength=200)
    value, low, high = stability(runs, counts)
    assert low < 0 < high
    assert value == pytest.approx(0, abs=0.02)


def test_stability_is_the_formula_of_the_authors():
    runs = [np.array([0, 1]), np.array([1, 2]), np.array([1, 3])]
    chosen = np.zeros((3, 6))
    for line, rows in zip(chosen, runs, strict=True):
        line[rows] = 1
    variances = chosen.var(axis=0, ddof=1)
    mean = chosen.sum(axis=1).mean() / 6
    wanted = 1 - variances.mean() / (mean * (1 - mean))
    value, _, _ = stability(runs, chosen.sum(axis=0).astype(int))
    assert value == pytest.approx(wanted)


def test_stability_is_not_defined_for_one_run_or_when_all_is_chosen():
    one = np.arange(3)
    assert stability([one], np.array([1, 1, 1, 0])) == (None, None, None)
    assert stability([one, one], np.array([2, 2, 2])) == (None, None, None)


def test_spearman_by_hand():
    a = np.array([1.0, 2, 3, 4, NAN])
    assert spearman(a, -a) == pytest.approx(-1)
    assert spearman(a, a**3) == pytest.approx(1)
    # 1 - 6 * sum of squared differences of ranks / (n (n^2 - 1))
    b = np.array([2.0, 1, 4, 3, 9])
    assert spearman(a, b) == pytest.approx(1 - 6 * 4 / (4 * 15))
    assert spearman(a, np.ones(5)) is None
    assert spearman(a[:1], a[:1]) is None
