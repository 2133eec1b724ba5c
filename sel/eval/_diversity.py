"""How near rows lie to a selection, and how many different ones it has in effect.

All rows have length 1; a similarity is a cosine, a distance is 1 - cosine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sel.maths.matrices.products import product

if TYPE_CHECKING:
    from sel.types import Indices, Scores, Vectors


BLOCK = 1 << 11  # rows that are compared at once


def nearest(asked: Vectors, chosen: Vectors, own: Indices | None = None) -> Scores:
    """The highest cosine of each asked row with a chosen one, shape (q,).

    Args:
        asked: (q, d).
        chosen: (k, d); where there is none, the answer is -1.
        own: for each asked row the chosen row that it is, which does not count.
    """
    best = np.full(len(asked), -1.0)
    for at in range(0, len(asked), BLOCK):
        here = slice(at, at + BLOCK)
        for start in range(0, len(chosen), BLOCK):
            cosines = product(asked[here], chosen[start : start + BLOCK])
            if own is not None:
                lines = np.flatnonzero(
                    (own[here] >= start) & (own[here] < start + BLOCK)
                )
                cosines[lines, own[here][lines] - start] = -1
            best[here] = np.maximum(best[here], cosines.max(axis=1))
    highest: Scores = np.minimum(best, 1.0)
    return highest


def vendi(rows: Vectors) -> float:
    """The effective number of different rows: exp of the entropy of their kernel.

    The kernel is the matrix of cosines divided by n; its eigenvalues are those of the
    smaller of X X' / n and X' X / n, in float64.

    Source: Friedman and Dieng 2023, The Vendi Score, arXiv:2210.02410.
    """
    n, d = rows.shape
    if not n:
        return 0.0
    exact = np.asarray(rows, np.float64)
    gram = exact @ exact.T if n <= d else exact.T @ exact
    shares = np.linalg.eigvalsh(gram / n)
    shares = shares[shares > 1e-12]
    return float(np.exp(-(shares * np.log(shares)).sum()))
