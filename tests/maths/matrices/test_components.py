"""Variance: against numpy, whatever the blocks."""

import numpy as np
import pytest

from sel.maths.matrices import components


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return (rng.normal(size=(101, 6)) * [5, 1, 3, 1, 1, 2] + 4).astype("f4")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_mean_and_variance_of_columns(rows, size):
    mean, variance = components.mean_and_variance(rows, size)
    exact = rows.astype(float)
    assert mean == pytest.approx(exact.mean(axis=0))
    assert variance == pytest.approx(exact.var(axis=0))


@pytest.mark.parametrize("size", [13, 1000])
def test_principal_components_are_those_of_the_singular_values(rows, size):
    mean, axes = components.principal_components(rows, 3, size)
    _, _, wanted = np.linalg.svd(rows.astype(float) - rows.astype(float).mean(axis=0))
    assert np.abs((axes * wanted[:3].T).sum(axis=0)) == pytest.approx(1)
    assert axes.shape == (6, 3)
    assert (np.abs(axes).max(axis=0) == axes.max(axis=0)).all()
    assert mean == pytest.approx(rows.mean(axis=0), rel=1e-6)


def test_the_share_along_one_line(rows):
    line = np.outer(np.arange(10.0), [1, 2]).astype("f4")
    assert components.first_share(line) == pytest.approx(1)
    assert components.first_share(rows[:1]) == 1
    cross = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], "f4")
    assert components.first_share(cross) == pytest.approx(0.5)
