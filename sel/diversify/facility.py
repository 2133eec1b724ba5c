"""Chooses rows so that every row has one like it among them.

Facility location: the sum over all rows of the cosine to the nearest chosen row,
negative ones as 0. Each next row is the one that adds most, which comes to at least
63% of the best sum that k rows can have; the closing line says a tighter bound, from
the gains that are left. Exact up to 10,000 rows; beyond, only the nearest neighbours
of a row can stand for it, and it for them. The choice is quick, the graph is not.

Source: Nemhauser et al. 1978, An analysis of approximations for maximizing submodular
set functions, Mathematical Programming 14; as data selection in Wei et al. 2015,
Submodularity in Data Subset Selection and Active Learning, ICML; with quality in
Bukharin et al. 2023, Data Diversity Matters for Robust Instruction Tuning,
arXiv:2311.14736.
Differs: gain and score are scaled to at most 1 before --weight mixes them. Cosines
count to 1/65,535, so that sums are exact; in a graph to 1/2^30.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel import check
from sel.diversify import _facility
from sel.errors import UsageError
from sel.maths.greedy.choice import NONE, Choice, Pool, pool, scaled
from sel.maths.neighbours import graphs
from sel.types import Indices, Scores, Vectors

EXACT = 10_000  # rows of which all similarities are held


def diversify(
    vectors: Vectors | None,
    already: Indices = NONE,
    scores: Scores | None = None,
    graph: Indices | None = None,
    *,
    k: int,
    weight: float = 0.5,
    neighbours: int = 64,
) -> Choice:
    """Rows in the order chosen; the gain is what each added to the sum.

    Args:
        vectors: (n, d).
        already: rows chosen before.
        scores: (n,), quality; a row without one is not chosen.
        graph: (n, any), row numbers of neighbours; made anew if it is not given.
        k: number of records to choose: 1500, 10k.
        weight: weight of the score, from 0 to 1; the gain gets the rest.
        neighbours: neighbours of each row to compare, where all would not fit.
    """
    check.at_least("-k", k, 0)
    check.between("--weight", weight, 0, 1)
    check.at_least("--neighbours", neighbours, 1)
    if vectors is None:
        msg = "facility needs --vectors beside --graph, for the cosines"
        raise UsageError(msg)
    candidates = pool(vectors, already, scores=scores)
    if not len(candidates.rows):
        return Choice(NONE, np.empty(0), NONE)
    k = min(k, candidates.free)
    quality: Scores = np.zeros(len(candidates.rows))
    part = 1.0
    if scores is not None:
        quality, part = weight * scaled(scores[candidates.rows]), 1 - weight
    if graph is None and len(candidates.rows) <= EXACT:
        dense = _facility.DenseCoverage(_facility.similarities(candidates.units))
        return _greedily(candidates, dense, quality, part, k)
    near, cosines, recall = _near(candidates, graph, neighbours)
    cover = _facility.GraphCoverage(graphs.symmetric(near, cosines))
    choice = _greedily(candidates, cover, quality, part, k)
    if recall is not None:
        choice.facts["recall"] = round(recall, 4)
    return choice


def _near(
    candidates: Pool, graph: Indices | None, k: int
) -> tuple[Any, Vectors, float | None]:
    """Neighbours by their places, and cosines."""
    if graph is None:
        return graphs.knn_graph(candidates.units, k)
    near = graphs.among(graph, candidates.rows)
    return near, graphs.cosines_of(candidates.units, near), None


def _greedily(
    candidates: Pool,
    cover: _facility.GraphCoverage | _facility.DenseCoverage,
    quality: Scores,
    part: float,
    k: int,
) -> Choice:
    """The rows that add most, one after the other."""
    for place in candidates.already:
        cover.take(int(place))
    scale = part / max(int(cover.gains.max()), 1)
    mixed = quality.any()
    chosen, gains = np.empty(k, np.int64), np.empty(k, np.int64)
    for step in range(k):
        worth = cover.gains
        if mixed:
            worth = np.where(worth < 0, -np.inf, worth * scale + quality)
        place = int(worth.argmax())
        chosen[step], gains[step] = place, cover.gains[place]
        cover.take(place)
    return _choice(candidates, chosen, gains, cover)


def _choice(
    candidates: Pool,
    chosen: Indices,
    gains: Indices,
    cover: _facility.GraphCoverage | _facility.DenseCoverage,
) -> Choice:
    """What was chosen, and how near to the best it is."""
    n, k = len(candidates.rows), len(chosen)
    owners = np.bincount(cover.owner[cover.owner >= 0], minlength=n)
    rest = np.sort(np.maximum(cover.gains, 0))[n - k :]
    total = int(cover.covered.sum(dtype=np.int64))
    most = total + int(rest.sum())
    facts = {"covered": total / n / cover.one}
    facts["of the best"] = total / most if most else 1.0
    return Choice(candidates.rows[chosen], gains / cover.one, owners[chosen], facts)


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    if n <= EXACT:
        return int(2 * n * (n + 4 * d + 32))
    each = 4 * d + 56 * int(options["neighbours"]) + 64
    return int(n * each) + graphs.memory(n, d)
