"""What treatment and outcome are expected to be, of records that were left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.float64]

PENALTY = 1.0
"""On the sum of squared weights of standardised columns."""
STEPS = 50


def constant(rows: Matrix) -> Matrix:
    """No column at all."""
    return rows[:, :0]


def linear(rows: Matrix) -> Matrix:
    """The columns."""
    return rows


def quadratic(rows: Matrix) -> Matrix:
    """The columns, their squares and their products."""
    i, j = np.triu_indices(rows.shape[1])
    return np.hstack([rows, rows[:, i] * rows[:, j]])


LEARNERS: dict[str, Callable[[Matrix], Matrix]] = {
    "linear": linear,
    "constant": constant,
    "quadratic": quadratic,
}


def standard(rows: Matrix) -> Matrix:
    """Columns with a mean of 0 and a variance of 1; of constants 0."""
    most = np.abs(rows).max(axis=0, initial=0)  # squares of less than 1 do not overflow
    rows = np.divide(rows, most, out=np.zeros_like(rows), where=most > 0)
    rows = rows - rows.mean(axis=0)
    spread = rows.std(axis=0)
    result: Matrix = np.divide(rows, spread, out=np.zeros_like(rows), where=spread > 0)
    return result


def expected(rows: Matrix, values: Numbers, wanted: Matrix) -> Numbers:
    """Values that ridge regression expects of other rows.

    Args:
        rows: (n, d), of which the values are known.
        values: (n,).
        wanted: (q, d).
    """
    middle, mean = rows.mean(axis=0), values.mean()
    centred = rows - middle
    inner = centred.T @ centred + PENALTY * np.eye(rows.shape[1])
    weights = np.linalg.solve(inner, centred.T @ (values - mean))
    result: Numbers = mean + (wanted - middle) @ weights
    return result


def chance(rows: Matrix, treated: Any, wanted: Matrix) -> Numbers:
    """The probability of treatment of other rows, by logistic regression.

    Newton's method; the constant has no penalty.

    Args:
        rows: (n, d), of which it is known who was treated.
        treated: (n,).
        wanted: (q, d).
    """
    design = np.hstack([np.ones((len(rows), 1)), rows])
    penalty = PENALTY * np.eye(design.shape[1])
    penalty[0, 0] = 0
    share = treated.mean()
    weights = np.zeros(design.shape[1])
    weights[0] = np.log(share / (1 - share))
    for _ in range(STEPS):
        odds = _logistic(design @ weights)
        slope = design.T @ (treated - odds) - penalty @ weights
        bend = (design * (odds * (1 - odds))[:, None]).T @ design + penalty
        step = np.linalg.lstsq(bend, slope, rcond=None)[0]
        weights += step / max(1.0, float(np.abs(step).max()) / 4)
        if np.abs(step).max() < 1e-10:
            break
    return _logistic(weights[0] + wanted @ weights[1:])


def _logistic(x: Numbers) -> Numbers:
    result: Numbers = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return result
