"""Which of several candidates changes least, at worst, where it is exchanged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


def steadiest(changes: Matrix) -> tuple[list[float], int]:
    """How far each candidate moves at most, and the first that moves least.

    Source: Cui and Tchetgen Tchetgen 2019, Selective Machine Learning of Doubly Robust
    Functionals, arXiv:1911.02029.

    Args:
        changes: (n, n), what the exchange of one for another changes, at least 0; NaN
            where they are not exchanged for one another. Each has one that it is.
    """
    moves: list[float] = np.nanmax(changes, axis=1).tolist()
    return moves, moves.index(min(moves))
