"""Ranks: against sorting by hand, one score at a time."""

import numpy as np
import pytest

from sel.maths.ranking.ranks import highest, order, ranks, shared_weights

NAN = float("nan")


def plain(scores, ties):
    found = []
    for place, score in enumerate(scores):
        above = sum(other > score for other in scores)
        equal = sum(other == score for other in scores)
        earlier = sum(other == score for other in scores[:place])
        one = {"min": 1, "average": (equal + 1) / 2, "ordinal": earlier + 1}[ties]
        found.append(above + one if score == score else NAN)
    return found


@pytest.mark.parametrize("ties", ["average", "min", "ordinal"])
@pytest.mark.parametrize("seed", range(8))
def test_agrees_with_counting(ties, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 5, rng.integers(0, 12)).astype(float)
    scores[rng.random(len(scores)) < 0.2] = NAN
    made = ranks(scores, ties)
    np.testing.assert_array_equal(made, plain(scores.tolist(), ties))


def test_the_order_puts_the_highest_first_and_what_is_missing_last():
    assert order(np.array([1.0, NAN, 3, 1, 3])).tolist() == [2, 4, 0, 3, 1]
    assert highest(np.array([1.0, 3, 2, 3]), 3).tolist() == [1, 3, 2]


def test_equal_scores_share_the_weights_of_their_places():
    weights = np.array([10.0, 6, 3, 1, 0])
    shared = shared_weights(np.array([5.0, 9, 5, NAN, NAN]), weights)
    assert shared.tolist() == [4.5, 10, 4.5, 0.5, 0.5]
    assert shared_weights(np.empty(0), np.empty(0)).tolist() == []
