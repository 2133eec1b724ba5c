"""The sparse autoencoder: links that are kept, and columns that carry something."""

import numpy as np
import pytest

from sel.maths.learning import quickselection


def test_strengths_are_sums_of_absolute_weights():
    weights = np.array([[1, -2, 0], [0, 0, 0.5]], "f4")
    assert quickselection.strengths(weights).tolist() == [3, 0.5]


def test_links_near_zero_are_replaced():
    weights = np.array([[-4.0, -3, -2, -1, 0], [0, 1, 2, 3, 4]])
    mask = quickselection.kept(weights, 0.5)
    kept = np.sort(weights[mask])
    assert not mask[weights == 0].any()
    assert 0 < len(kept) < 8
    # Of either sign the ones farthest from zero stay.
    assert kept.tolist() == [v for v in np.sort(weights[weights != 0]) if v in kept]
    assert kept[0] == -4
    assert kept[-1] == 4
    assert not {-1, 1} & set(kept.tolist())
    assert not quickselection.kept(np.zeros((2, 2)), 0.5).any()


def test_columns_without_variance_have_no_strength():
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.normal(size=(200, 2)), 3, axis=1)
    rows[:, 5] = 7
    made = quickselection.mean_strength(
        rows.astype("f4"), np.random.default_rng(1), nets=1
    )
    again = quickselection.mean_strength(
        rows.astype("f4"), np.random.default_rng(1), nets=1
    )
    assert made[5] == 0
    assert (made[:5] > 0).all()
    assert made == pytest.approx(again)
