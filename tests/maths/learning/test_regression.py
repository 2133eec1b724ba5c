"""Ridge regression beside the normal equations, and rows that are left out."""

import numpy as np
import pytest

from sel.maths.learning import regression


@pytest.mark.parametrize("n,d", [(40, 6), (6, 40), (10, 10)])
def test_the_fit_solves_the_normal_equations(n, d):
    draw = np.random.default_rng(0)
    rows, values = draw.normal(size=(n, d)), draw.normal(size=n) + 3
    found = regression.ridge(rows, values, [0.7])
    middle = rows - rows.mean(axis=0)
    wanted = np.linalg.solve(middle.T @ middle + 0.7 * np.eye(d), middle.T @ values)
    np.testing.assert_allclose(found.weights, wanted, atol=1e-9)
    fitted = rows @ found.weights + found.constant
    assert fitted.mean() == pytest.approx(values.mean())


@pytest.mark.parametrize("n,d", [(12, 3), (8, 20)])
def test_left_out_rows_are_foretold_by_a_fit_without_them(n, d):
    draw = np.random.default_rng(1)
    rows, values = draw.normal(size=(n, d)), draw.normal(size=n)
    found = regression.ridge(rows, values, [0.5])
    for i in range(n):
        rest = np.arange(n) != i
        # The same penalty on the same centre: a row of its own for the constant.
        wide = np.column_stack([rows[rest], np.ones(n - 1)])
        penalty = np.diag([*[0.5] * d, 0])
        weights = np.linalg.solve(wide.T @ wide + penalty, wide.T @ values[rest])
        said = rows[i] @ weights[:d] + weights[d]
        assert found.left_out[i] == pytest.approx(said)


def test_the_penalty_that_foretells_best_is_taken():
    draw = np.random.default_rng(2)
    rows = draw.normal(size=(60, 20))
    values = rows[:, 0] * 3 + draw.normal(size=60) * 0.1
    assert regression.ridge(rows, values, [1e4, 1e-3]).ridge == 1e-3
    noise = draw.normal(size=60)
    assert regression.ridge(rows, noise, [1e-3, 1e4]).ridge == 1e4


def test_values_that_are_all_the_same():
    found = regression.ridge(np.eye(4), np.full(4, 2.0), [1.0])
    assert found.constant == pytest.approx(2)
    np.testing.assert_allclose(found.weights, 0, atol=1e-12)
