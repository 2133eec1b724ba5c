"""Cells of k-means: by the loop of FAISS, or by one of numpy where it must do without.

FAISS is faster on many rows. The loop of numpy needs no further package, and its starts
are drawn by the caller's noise. Both start by k-means++, several times.

Source: Lloyd 1982, Least Squares Quantization in PCM, IEEE Transactions on Information
Theory 28; Arthur and Vassilvitskii 2007, k-means++: The Advantages of Careful Seeding,
SODA; for many at once, Bahmani et al. 2012, Scalable K-Means++, arXiv:1203.6402.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.greedy.choice import BLOCK
from sel.maths.matrices.products import alone, product
from sel.maths.neighbours import faiss_index
from sel.types import Indices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.types import Noise, Scores, Vectors


SEED = 1234  # of FAISS, whatever --seed is
SAMPLE = 256  # rows for each cell that the centres are learnt from
LEAST = 1 << 15  # rows that they are learnt from, if there are so many
TRIED = 8  # rows for each cell that starts are tried on
STARTS = 10
EFFORT = 1 << 21  # distances of all starts together, but for the first
FEW = 1 << 23  # distances of a start whose rows are drawn one by one
ROUNDS = 10  # of the loop of numpy
COMPARED = 1 << 11  # rows that it compares at once
HELD = 1 << 23  # products of rows and centres that are held at once


@dataclass(frozen=True)
class Cells:
    """Which cell each row is in."""

    centres: Vectors
    """Shape (cells, d)."""
    labels: Indices
    """Shape (n,)."""
    near: Scores
    """Shape (n,): the squared distance to the centre; of units, 1 - cosine, doubled."""


def learnt_from(n: int, count: int, sample: int = SAMPLE) -> int:
    """How many of n rows so many centres are learnt from."""
    return min(n, max(sample * count, LEAST))


def cells(
    rows: Vectors,
    count: int,
    *,
    rounds: int = 20,
    unit: bool = False,
    sample: int = SAMPLE,
) -> Cells:
    """The nearest of `count` centres for every row; fewer if there are fewer rows.

    Of several starts by k-means++, tried on some of the rows, the best is gone on with.

    Args:
        rows: (n, d), finite.
        count: how many centres.
        rounds: of k-means.
        unit: the rows have length 1, and so shall the centres.
        sample: rows for each centre that it is learnt from; with few centres there are
            more, LEAST in all.
    """
    n, d = rows.shape
    count = min(count, n)
    if not count:
        faiss_index.library()
        return Cells(np.empty((0, d), np.float32), np.empty(0, np.int64), np.empty(0))
    rng = np.random.default_rng(SEED)
    size = learnt_from(n, count, sample)
    drawn = np.arange(n) if size == n else rng.choice(n, size, replace=False)
    known = np.asarray(rows[drawn], np.float32)
    middle = np.zeros(d, np.float32) if unit else known.mean(axis=0)
    with alone(faiss_index.library()):
        learner = _learnt(known if unit else known - middle, count, rounds, unit, rng)
    found: Vectors = learner.centroids
    # far from the middle what is taken off is large, and what is left small
    exact: Vectors | Scores = found if unit else found.astype(np.float64)
    worth = 0 if unit else np.einsum("ij,ij->i", exact, exact) / 2
    labels, near = np.empty(n, np.int64), np.empty(n)
    step = max(min(BLOCK, HELD // count), 1)
    for start in range(0, n, step):
        here = slice(start, start + step)
        part = np.asarray(rows[here], np.float32)
        part = part if unit else part - middle
        labels[here] = (product(part, exact) - worth).argmax(axis=1)
        if unit:
            near[here] = 2 - 2 * np.einsum("ij,ij->i", part, found[labels[here]])
        else:
            part = part - found[labels[here]]
            near[here] = np.einsum("ij,ij->i", part, part)
    return Cells(found + middle, labels, near)


def _learnt(rows: Vectors, count: int, rounds: int, unit: bool, rng: Any) -> Any:
    """What FAISS learns from rows, from the best of some starts."""
    if count == len(rows):
        return _refined(rows, rows, 1, unit)
    size = max(TRIED * count, LEAST // 4, EFFORT // 8 // count)
    part = rows[rng.permutation(len(rows))[:size]]
    tries = _tries(len(part), count)
    runs = [_refined(part, begun(part, count, rng), 2, unit) for _ in range(tries)]
    ends = [run.obj[-1] for run in runs]
    best = runs[int(np.argmax(ends) if unit else np.argmin(ends))]
    return _refined(rows, best.centroids, rounds, unit)


def _tries(n: int, count: int) -> int:
    """How many starts are tried: fewer where each takes long."""
    return max(1, min(STARTS, EFFORT // (n * count)))


def _refined(rows: Vectors, start: Vectors, rounds: int, unit: bool) -> Any:
    """The loop of FAISS, from these centres."""
    learner = faiss_index.library().Kmeans(
        rows.shape[1],
        len(start),
        niter=rounds,
        seed=SEED,
        spherical=unit,
        min_points_per_centroid=1,
        max_points_per_centroid=len(rows),
    )
    learner.train(rows, init_centroids=np.ascontiguousarray(start, np.float32))
    return learner


def begun(rows: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Rows that centres can start as, far from one another: greedy k-means++.

    A row is drawn the likelier the farther it is from those before it, and the best of
    a few draws is kept. Where rows and centres are many, an eighth of what there is so
    far is drawn at once, each as it comes.

    Args:
        rows: (n, d).
        count: how many, at most n.
        rng: draws them.
    """
    lengths = np.einsum("ij,ij->i", rows, rows)
    chosen = [int(rng.integers(len(rows)))]
    apart = _apart(rows, lengths, chosen)[0]
    while len(chosen) < count:
        many = len(rows) * count > FEW
        batch = min(len(chosen) // 8, count - len(chosen)) if many else 0
        sums = np.cumsum(apart, dtype=np.float64)
        draws = rng.random(batch or 2 + int(np.log(count)))
        found = np.searchsorted(sums, draws * sums[-1], side="right")
        found = np.minimum(np.unique(found), len(rows) - 1)
        closer = np.minimum(apart, _apart(rows, lengths, found, nearest=batch > 0))
        best = int(closer.sum(axis=1, dtype=np.float64).argmin())
        chosen += found.tolist() if batch else [int(found[best])]
        apart = closer[best]
    return rows[chosen]


def _apart(
    rows: Vectors,
    lengths: Scores,
    chosen: Sequence[int] | Indices,
    *,
    nearest: bool = False,
) -> Scores:
    """Squared distances, shape (m, n), or (1, n) those to the nearest of the m."""
    theirs, names = rows[chosen], lengths[chosen]
    found = np.empty((1 if nearest else len(names), len(rows)), rows.dtype)
    for at in range(0, len(rows), COMPARED):
        here = slice(at, at + COMPARED)
        apart = names[:, None] - 2 * (theirs @ rows[here].T)
        found[:, here] = apart.min(axis=0) if nearest else apart
    found += lengths
    return np.maximum(found, 0, out=found)


def members(labels: Indices) -> list[Indices]:
    """The rows of each cell, in rising order."""
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(1, labels.max(initial=-1) + 1))
    return np.split(order, bounds) if len(labels) else []


def centres(rows: Vectors, count: int, rng: Noise) -> Vectors:
    """Centres by cosine, shape (count, d), fewer if there are fewer rows.

    A centre that no row is nearest to stays where it is. Of several starts the best is
    gone on with.

    Args:
        rows: (n, d), of length 1, to learn from.
        count: how many centres.
        rng: draws the rows that the centres start as.
    """
    if len(rows) <= count:
        return np.array(rows)
    seed = int(rng.uniform(np.zeros(1, np.uint64))[0] * 2**53)
    chance = np.random.default_rng(seed)
    tries = _tries(len(rows), count)
    with alone():
        starts = [_moved(rows, begun(rows, count, chance), 2) for _ in range(tries)]
    near = [product(rows, start).max(axis=1).sum() for start in starts]
    return _moved(rows, starts[int(np.argmax(near))], ROUNDS)


def _moved(rows: Vectors, centres: Vectors, rounds: int) -> Vectors:
    """The loop of numpy, from these centres."""
    centres = np.array(centres)
    for _ in range(rounds):
        for cell, part in enumerate(members(nearest_centre(rows, centres))):
            total = rows[part].sum(axis=0, dtype=np.float64)
            length = np.sqrt((total**2).sum())
            if length > 0:
                centres[cell] = total / length
    return centres


def nearest_centre(rows: Vectors, centres: Vectors) -> Indices:
    """The nearest centre of each row, of equal ones the first."""
    parts = [
        product(rows[at : at + COMPARED], centres).argmax(axis=1)
        for at in range(0, len(rows), COMPARED)
    ]
    return np.concatenate([np.empty(0, np.int64), *parts])
