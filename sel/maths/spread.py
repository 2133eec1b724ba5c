"""How rows lie among others: nearest of a set, cells, effective number.

All rows have length 1; a similarity is a cosine, a distance is 1 - cosine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from sel.types import Chance, Scores, Vectors

    Rows = npt.NDArray[np.int64]

BLOCK = 1 << 11  # rows that are compared at once
ROUNDS = 10  # of k-means


def nearest(asked: Vectors, chosen: Vectors, own: Rows | None = None) -> Scores:
    """The highest cosine of each asked row with a chosen one, shape (q,).

    Args:
        asked: (q, d).
        chosen: (k, d); where there is none, the answer is -1.
        own: for each asked row the chosen row that it is, which does not count.
    """
    found = np.full(len(asked), -1.0)
    for at in range(0, len(asked), BLOCK):
        here = slice(at, at + BLOCK)
        for start in range(0, len(chosen), BLOCK):
            cosines = asked[here] @ chosen[start : start + BLOCK].T
            if own is not None:
                lines = np.flatnonzero(
                    (own[here] >= start) & (own[here] < start + BLOCK)
                )
                cosines[lines, own[here][lines] - start] = -1
            found[here] = np.maximum(found[here], cosines.max(axis=1))
    highest: Scores = np.minimum(found, 1.0)
    return highest


def cells(rows: Vectors, count: int, rng: Chance) -> Vectors:
    """Centres of k-means by cosine, shape (count, d), fewer if there are fewer rows.

    Args:
        rows: (n, d) to learn from.
        count: how many centres.
        rng: draws the rows that the centres start as.
    """
    order = np.argsort(rng.uniform(np.arange(len(rows), dtype=np.uint64)))
    centres = np.array(rows[np.sort(order[:count])])
    for _ in range(ROUNDS):
        labels = cell_of(rows, centres)
        sums = np.zeros(centres.shape)
        np.add.at(sums, labels, rows)
        lengths = np.sqrt((sums**2).sum(axis=1))
        there = lengths > 0
        centres[there] = (sums[there] / lengths[there, None]).astype(np.float32)
    return centres


def cell_of(rows: Vectors, centres: Vectors) -> Rows:
    """The nearest centre of each row, of equal ones the first."""
    parts = [
        (rows[at : at + BLOCK] @ centres.T).argmax(axis=1)
        for at in range(0, len(rows), BLOCK)
    ]
    return np.concatenate([np.empty(0, np.int64), *parts])


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
