"""Measures of balance, against those of SELECT's authors' own tables."""

import numpy as np
import orjson
import pytest

from sel.maths.statistics.balance import balance, gini, pearson
from tests.conftest import GOLDEN

SELECT = GOLDEN / "select_probe"
RECORDED = orjson.loads((SELECT / "golden.json").read_bytes())
SETS = RECORDED["order_of_sets_in_npy"]
COUNTS = np.load(SELECT / "class_counts_6x1000.npy")
ACCURACY, PRECISION, RECALL, SKEW = (
    np.load(SELECT / f"{name}_6x1000.npy")
    for name in ("accuracy", "precision", "recall", "confusion_skew")
)


@pytest.mark.parametrize("i", range(len(SETS)), ids=SETS)
def test_analytic_measures(i):
    known = RECORDED["analytic"][SETS[i]]
    said = balance(COUNTS[i], 500)
    assert said["coverage"] == known["coverage_classes"]
    assert said["long_tail"] == known["lt_at_500"]
    assert said["head_share"] == pytest.approx(known["ls_at_5pct"], abs=1e-12)
    assert said["gini"] == pytest.approx(known["gini"], abs=1e-12)
    assert said["effective"] == pytest.approx(known["effective_classes_exp_entropy"])
    assert said["largest_over_smallest"] == pytest.approx(known["max_over_min_nonzero"])


@pytest.mark.parametrize("i", range(len(SETS)), ids=SETS)
def test_correlations(i):
    known = RECORDED["analytic"][SETS[i]]
    for name, a, b in (
        ("R_P_CC", PRECISION[i], COUNTS[i]),
        ("R_A_CS", ACCURACY[i], SKEW[i]),
        ("R_INA_A", ACCURACY[0], ACCURACY[i]),
        ("R_P_R", PRECISION[i], RECALL[i]),
        ("R_INCC_CC", COUNTS[0], COUNTS[i]),
    ):
        assert pearson(a, b) == pytest.approx(known[name], abs=1e-9), name


@pytest.mark.parametrize("subset", RECORDED["digits"]["subsets"])
def test_small_counts(subset):
    known = RECORDED["digits"]["subsets"][subset]
    said = balance(np.array(known["class_counts"]), 10)
    assert said["long_tail"] == known["imbalance"]["lt_at_10"]
    assert said["gini"] == pytest.approx(known["imbalance"]["gini"], abs=1e-12)


def test_edges():
    assert gini(np.array([5, 5, 5])) == 0
    assert balance(np.zeros(3, int), 1)["effective"] == 0
    assert balance(np.zeros(3, int), 1)["long_tail"] == 3
    assert pearson(np.ones(3), np.arange(3)) is None
