"""Chooses rows whose weighted gradients add up to those of all rows.

CRAIG. On gradients, as of `embed gradient`: a row stands for those that are nearest to
it, and each next row is the one that most reduces the sum of the distances of all rows
to the chosen ones. That sum bounds how far the weighted gradients of the choice are
from the gradient of all. The weight of a row, the number of rows that it stands for, is
written to the field _weight: multiply its loss, or its learning rate, with it.

Distances are Euclidean, and count to 1/65,535 of the largest. Exact up to 10,000 rows;
beyond, rows must have length 1, as those of `embed gradient` have, and a row stands
only for its nearest neighbours.

Source: Mirzasoleiman, Bilmes and Leskovec 2020, Coresets for Data-efficient Training of
Machine Learning Models, ICML, arXiv:1906.01827.

Differs: one choice for all rows, where the authors choose in each class, from what a
last layer gets; gradients are taken once, where they choose again while training goes
on. Their Python code always chooses row 0 second, by mistake.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel import check
from sel.errors import DataError
from sel.maths.greedy import facility as covering
from sel.maths.greedy.choice import NONE, Choice, places, usable_rows
from sel.maths.matrices.vectors import unit
from sel.maths.neighbours import graphs
from sel.types import Indices, Scores, Vectors

EXACT = 10_000  # rows of which all distances are held
AT_ONCE = 1 << 10


def diversify(
    vectors: Vectors, already: Indices = NONE, *, k: int, neighbours: int = 64
) -> Choice:
    """Rows in the order chosen; the gain is by how much less all are away from them.

    Args:
        vectors: (n, d), a gradient in each row.
        already: rows chosen before.
        k: number of records to choose: 1500, 10k.
        neighbours: neighbours that a row may stand for, where all would not fit.
    """
    check.at_least("-k", k, 0)
    check.at_least("--neighbours", neighbours, 1)
    rows = usable_rows(vectors)
    if not len(rows):
        return Choice(NONE, np.empty(0), NONE, weights=np.empty(0))
    gradients = np.asarray(vectors[rows], np.float32)
    cover, far = _cover(gradients, neighbours)
    before = places(rows, already)
    for place in before:
        cover.take(int(place))
    chosen, gains = [], []
    for _ in range(min(k, len(rows) - len(np.unique(before)))):
        place = int(cover.gains.argmax())
        chosen.append(place)
        gains.append(float(cover.gains[place]) / cover.one * far)
        cover.take(place)
    found = np.array(chosen, np.int64)
    owner = _owners(gradients, np.concatenate([before, found]))
    sizes = np.bincount(owner, minlength=len(rows))[found]
    facts = _error(gradients, owner) if len(found) else {}
    weights = sizes.astype(np.float64)
    return Choice(rows[found], np.array(gains), sizes, facts, weights)


def _cover(
    gradients: Vectors, k: int
) -> tuple[covering.DenseCoverage | covering.GraphCoverage, float]:
    """What is covered, and the distance from which on a row covers nothing."""
    if len(gradients) <= EXACT:
        near, far = _nearness(gradients)
        return covering.DenseCoverage(near), far
    lengths = np.linalg.norm(gradients, axis=1)
    if np.abs(lengths - 1).max() > 1e-2:
        msg = f"more than {EXACT:,} gradients must have length 1. Try: --normalize"
        raise DataError(f"{msg} of sel embed")
    close, cosines, _ = graphs.knn_graph(unit(gradients), k)
    distances = np.sqrt(np.maximum(2 - 2 * cosines, 0))
    far = float(distances[close >= 0].max()) or 1.0
    edges = graphs.symmetric(close, (1 - distances / far).astype(np.float32))
    return covering.GraphCoverage(edges), far


def _nearness(gradients: Vectors) -> tuple[Any, float]:
    """How much nearer than the largest distance rows are, (n, n), and that distance."""
    n = len(gradients)
    middle = gradients - gradients.mean(axis=0, dtype=np.float64)
    squares = np.einsum("ij,ij->i", middle, middle)
    far = 2 * float(np.sqrt(squares.max())) or 1.0
    near = np.empty((n, n), np.uint16)
    for start in range(0, n, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        apart = squares[part, None] + squares - 2 * (middle[part] @ middle.T)
        np.sqrt(np.maximum(apart, 0, out=apart), out=apart)
        near[part] = np.rint((1 - apart / far).clip(0, 1) * covering.FINE)
    np.fill_diagonal(near, covering.FINE)
    return np.maximum(near, near.T), far


def _owners(gradients: Vectors, chosen: Indices) -> Indices:
    """The chosen row that is nearest to each; the first of those that are as near."""
    owner = np.zeros(len(gradients), np.int64)
    heads = gradients[chosen].astype(np.float64)
    squares = np.einsum("ij,ij->i", heads, heads)
    for start in range(0, len(gradients) if len(chosen) else 0, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        apart = squares - 2 * (gradients[part].astype(np.float64) @ heads.T)
        owner[part] = chosen[apart.argmin(axis=1)]
    owner[chosen] = chosen
    return owner


def _error(gradients: Vectors, owner: Indices) -> dict[str, Any]:
    """How far the weighted gradients are from all, as a part of the latter's length."""
    whole = gradients.sum(axis=0, dtype=np.float64)
    weights = np.bincount(owner, minlength=len(gradients))
    rest: Scores = whole - weights @ gradients.astype(np.float64)
    length = float(np.linalg.norm(whole))
    return {"gradient error": float(np.linalg.norm(rest)) / length if length else None}


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    if n <= EXACT:
        return int(n * (4 * n + 16 * d + 64))
    return int(n * (16 * d + 56 * int(options["neighbours"]) + 64)) + graphs.memory(
        n, d
    )
