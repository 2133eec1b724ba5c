"""Mixtures: densities by their formula, and EM that only climbs."""

import numpy as np
import pytest

from sel.maths.random.noise import SeededNoise
from sel.score import _mixtures
from sel.score._mixtures import Mixture, Sample


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(150, 2)), rng.normal(size=(50, 2)) * 0.5 + [5, 5]
    return np.concatenate(parts)


MIXTURE = Mixture(
    np.array([0.7, 0.3]),
    np.array([[0.0, 1], [2, -1]]),
    np.array([[[2.0, 0.5], [0.5, 1]], [[1, 0], [0, 3]]]),
)


def plain(row, j, blur):
    shape = MIXTURE.covariances[j] + np.diag(blur**2)
    apart = row - MIXTURE.means[j]
    height = np.linalg.det(2 * np.pi * shape) ** -0.5
    return (
        MIXTURE.weights[j] * height * np.exp(-apart @ np.linalg.inv(shape) @ apart / 2)
    )


@pytest.mark.parametrize("errors", [False, True])
def test_densities_are_those_of_the_formula(rows, errors, monkeypatch):
    monkeypatch.setattr(_mixtures, "BLOCK", 7)
    rows = rows[:20]
    blur = np.random.default_rng(1).random((20, 2)) if errors else np.zeros((20, 2))
    logs = _mixtures.densities(rows, MIXTURE, blur if errors else None)
    wanted = [
        [plain(row, j, e) for j in (0, 1)] for row, e in zip(rows, blur, strict=True)
    ]
    assert np.exp(logs) == pytest.approx(np.array(wanted))


def test_the_log_of_a_sum_neither_overflows_nor_vanishes():
    logs = np.array([[1000.0, 1000], [-2000, -2000], [0, -np.inf]])
    assert _mixtures.logsumexp(logs) == pytest.approx(
        [1000 + np.log(2), -2000 + np.log(2), 0]
    )


def test_every_round_is_likelier_than_the_one_before(rows):
    heights = [_mixtures.em(rows, MIXTURE, rounds)[1] for rounds in range(1, 15)]
    assert (np.diff(heights) >= -1e-6).all()
    assert heights[-1] > heights[0] + 0.1


def test_two_clouds_are_found(rows):
    made = _mixtures.fit(rows, 2, 5, SeededNoise())
    assert made.weights == pytest.approx([0.75, 0.25], abs=0.02)
    assert made.means == pytest.approx(np.array([[0, 0], [5, 5]]), abs=0.25)
    assert made.covariances[0] == pytest.approx(np.cov(rows[:150].T), abs=0.2)
    scaled = _mixtures.fit(rows * 1000 + 7, 2, 5, SeededNoise())
    assert scaled.means == pytest.approx(made.means * 1000 + 7, rel=1e-3, abs=1)


def test_samples_add_up_without_what_is_not_finite(rows):
    some = rows[:4].copy()
    some[1, 0] = np.nan
    assert (Sample.of(some) + Sample.of(rows[4:6])).rows.tolist() == rows[
        [0, 2, 3, 4, 5]
    ].tolist()
