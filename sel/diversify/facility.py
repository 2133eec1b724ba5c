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

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any

import numpy as np

from sel import check
from sel.errors import UsageError
from sel.maths.greedy import facility as covering
from sel.maths.greedy.choice import NONE, Choice, Pool, pool, scaled
from sel.maths.neighbours import graphs
from sel.types import Indices, Scores, Vectors

_Cover = covering.GraphCoverage | covering.DenseCoverage
EXACT = 10_000  # rows of which all similarities are held


def diversify(
    vectors: Vectors | None,
    already: Indices = NONE,
    scores: Scores | None = None,
    graph: Indices | None = None,
    costs: Scores | None = None,
    *,
    k: int,
    budget: float | None = None,
    weight: float = 0.5,
    neighbours: int = 64,
) -> Choice:
    """Rows in the order chosen; the gain is what each added to the sum.

    Args:
        vectors: (n, d).
        already: rows chosen before.
        scores: (n,), quality; a row without one is not chosen.
        graph: (n, any), row numbers of neighbours; made anew if it is not given.
        costs: (n,), of each row, not below 0; with a budget.
        k: number of records to choose: 1500, 10k.
        budget: what the chosen rows may cost together.
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
    prices = None if costs is None else costs[candidates.rows]
    job = _Job(k, quality, part, prices, inf if budget is None else budget)
    if graph is None and len(candidates.rows) <= EXACT:
        similar = covering.similarities(candidates.units)
        return _best(candidates, partial(covering.DenseCoverage, similar), job)
    near, cosines, recall = _near(candidates, graph, neighbours)
    edges = graphs.symmetric(near, cosines)
    choice = _best(candidates, partial(covering.GraphCoverage, edges), job)
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


@dataclass(frozen=True)
class _Job:
    """How many rows are wanted, and what each is worth and costs by itself."""

    k: int
    quality: Scores
    part: float
    """What the gain counts beside the quality."""
    costs: Scores | None
    budget: float


def _best(candidates: Pool, cover: Callable[[], _Cover], job: _Job) -> Choice:
    """The rows that add most, one after the other.

    Within a budget those that add most for what they cost, or the plain ones where
    these come to more.
    """
    plain, worth = _greedily(candidates, cover(), job)
    if job.costs is None:
        return plain
    rated, more = _greedily(candidates, cover(), job, rated=True)
    return rated if more >= worth else plain


def _greedily(
    candidates: Pool, cover: _Cover, job: _Job, *, rated: bool = False
) -> tuple[Choice, float]:
    """Rows one after the other, and what they are worth together."""
    for place in candidates.already:
        cover.take(int(place))
    scale = job.part / max(int(cover.gains.max()), 1)
    mixed, spent = job.quality.any(), 0.0
    chosen, gains, total = [], [], 0.0
    for _ in range(job.k):
        worth: Any = cover.gains
        if mixed:
            worth = np.where(worth < 0, -np.inf, worth * scale + job.quality)
        rank = worth
        if job.costs is not None:
            rank = covering.payable(worth, job.costs, job.budget, spent, rated)
        place = int(rank.argmax())
        if rank[place] == -np.inf:
            break
        chosen.append(place)
        gains.append(int(cover.gains[place]))
        total += float(worth[place])
        spent += 0 if job.costs is None else job.costs[place]
        cover.take(place)
    return _choice(candidates, np.array(chosen, np.int64), gains, cover, job), total


def _choice(
    candidates: Pool, chosen: Indices, gains: list[int], cover: _Cover, job: _Job
) -> Choice:
    """What was chosen, and how near to the best it is."""
    n = len(candidates.rows)
    owners = np.bincount(cover.owner[cover.owner >= 0], minlength=n)
    rest = np.maximum(cover.gains, 0)
    more = float(np.sort(rest)[n - len(chosen) :].sum())
    if job.costs is not None:
        more = covering.affordable(rest, job.costs, job.budget, job.k)
    total = int(cover.covered.sum(dtype=np.int64))
    facts = {"covered": total / n / cover.one}
    facts["of the best"] = total / (total + more) if total + more else 1.0
    told = np.array(gains, np.int64) / cover.one
    return Choice(candidates.rows[chosen], told, owners[chosen], facts)


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    if n <= EXACT:
        return int(2 * n * (n + 4 * d + 32))
    each = 4 * d + 56 * int(options["neighbours"]) + 64
    return int(n * each) + graphs.memory(n, d)
