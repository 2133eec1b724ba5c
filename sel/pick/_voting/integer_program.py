"""Integer programs, solved by HiGHS through scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel import extras
from sel.errors import MissingPackage

if TYPE_CHECKING:
    import numpy.typing as npt

    from sel.types import Scores

    Constraints = tuple[Any, Any, Any]
    """Rows of a matrix, and the least and the most that each may come to."""


def there() -> bool:
    """Whether scipy is installed."""
    try:
        library()
    except MissingPackage:
        return False
    return True


def library() -> Any:
    """scipy.optimize, or advice."""
    return extras.library("scipy.optimize")


def counts(
    cost: Scores, limits: tuple[Any, Any], total: int, rows: Constraints
) -> npt.NDArray[np.int64] | None:
    """Whole numbers of the least cost that keep all rows, shape (n,); None if none.

    Args:
        cost: (n,), of one of each.
        limits: the least and the most of each, both (n,).
        total: what they add up to.
        rows: further rows to keep.
    """
    matrix, low, high = rows
    if (limits[0] > limits[1]).any():
        return None
    whole = np.vstack([np.ones((1, len(cost))), np.asarray(matrix, np.float64)])
    solution = solved(
        cost, limits, (whole, np.append(total, low), np.append(total, high))
    )
    return None if solution is None else np.round(solution).astype(np.int64)


def solved(
    cost: Scores, limits: tuple[Any, Any], rows: Constraints
) -> npt.NDArray[np.float64] | None:
    """The solution in whole numbers with the least cost, shape (n,); None if none."""
    optimize = library()
    result = optimize.milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=optimize.Bounds(*limits),
        constraints=optimize.LinearConstraint(*rows),
        options={"mip_rel_gap": 0},
    )
    solution: npt.NDArray[np.float64] | None = result.x
    return solution
