"""Thresholds: against counting at every score."""

from itertools import product

import numpy as np
import pytest

from sel.eval import _roc
from sel.maths.statistics import areas

NONE = dict.fromkeys(("auc", "auc_low", "auc_high"))


@pytest.fixture(params=range(4))
def scored(request):
    rng = np.random.default_rng(request.param)
    return rng.integers(0, 8, 40) / 7, rng.random(40) < 0.4


def test_the_area_is_the_share_of_pairs_in_order(scored):
    scores, positive = scored
    pairs = product(scores[positive], scores[~positive])
    wins = [1 if a > b else 0.5 if a == b else 0 for a, b in pairs]
    said = areas.area(scores, positive)
    assert said["auc"] == pytest.approx(np.mean(wins))
    assert said["auc_low"] <= said["auc"] <= said["auc_high"]
    assert areas.area(scores, np.ones(40, bool)) == NONE


def test_thresholds_by_counting(scored):
    scores, positive = scored
    values, sizes, hits = _roc.cumulated(scores, positive)
    assert values.tolist() == sorted(set(scores.tolist()), reverse=True)
    assert sizes.tolist() == [(scores >= v).sum() for v in values]
    assert hits.tolist() == [positive[scores >= v].sum() for v in values]
    for goal in (0.2, 0.5, 0.9):
        good = [v for v in values if positive[scores >= v].mean() >= goal]
        assert _roc.reaching(scores, positive, goal) == min(good, default=None)


def test_average_precision_is_the_area_in_steps(scored):
    scores, positive = scored
    total, before = 0.0, 0.0
    for value in sorted(set(scores.tolist()), reverse=True):
        here = scores >= value
        recall = positive[here].sum() / positive.sum()
        total += (recall - before) * positive[here].mean()
        before = recall
    assert _roc.average_precision(scores, positive) == pytest.approx(total)
    assert _roc.average_precision(scores, np.zeros(40, bool)) is None


def test_a_share_of_nothing():
    assert _roc.share("x", 0, 0) == {"x": None, "x_low": None, "x_high": None}
    assert _roc.share("x", 8, 10)["x"] == 0.8
