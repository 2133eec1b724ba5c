"""Least squares with an L2 penalty, and how well each row is foretold by the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.types import Scores

    Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """What was fitted.

    Args:
        weights: (d,).
        constant: what is added.
        left_out: (n,), what the other rows say of each.
        ridge: the penalty.
    """

    weights: Scores
    constant: float
    left_out: Scores
    ridge: float


def ridge(rows: Matrix, values: Scores, penalties: Sequence[float]) -> Line:
    """The fit with the penalty that foretells left-out rows best, the first of equals.

    All follows from one decomposition, of the smaller side of the matrix.

    Args:
        rows: (n, d).
        values: (n,).
        penalties: on the sum of squared weights, above 0; the constant has none.
    """
    middle, mean = rows.mean(axis=0), float(values.mean())
    centred, wanted = rows - middle, values - mean
    tall = len(rows) >= rows.shape[1]
    inner = centred.T @ centred if tall else centred @ centred.T
    squares, axes = np.linalg.eigh(inner)
    real = squares > squares[-1] * 1e-12
    squares, axes = squares[real], axes[:, real]
    lengths = np.sqrt(squares)
    # The rows are sides * lengths @ axes of columns.
    sides = centred @ axes / lengths if tall else axes
    columns = axes if tall else centred.T @ axes / lengths
    along = sides.T @ wanted
    best: Line | None = None
    least = np.inf
    for penalty in penalties:
        shrunk = squares / (squares + penalty)
        fitted = sides @ (shrunk * along)
        lever = (sides**2) @ shrunk + 1 / len(rows)
        missed = (wanted - fitted) / np.maximum(1 - lever, 1e-12)
        error = float(missed @ missed)
        if best is None or error < least:
            weights = columns @ (lengths / (squares + penalty) * along)
            constant = mean - float(middle @ weights)
            best, least = Line(weights, constant, values - missed, penalty), error
    assert best
    return best
