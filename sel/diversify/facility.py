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
Differs: gain and score are scaled to at most 1 before --weight mixes them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel import check
from sel.maths import covering, graphs, greedy
from sel.maths.choice import NONE, Choice, Pool, Rows, pool, scaled
from sel.types import Scores, Vectors

EXACT = 10_000  # rows of which all similarities are held


def diversify(
    vectors: Vectors,
    already: Rows = NONE,
    scores: Scores | None = None,
    graph: Rows | None = None,
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
        k: how many records to choose: 1500, 10k.
        weight: of the score, from 0 to 1; that of the gain is 1 less it.
        neighbours: of each row, where not all can be compared.
    """
    check.at_least("-k", k, 0)
    check.between("--weight", weight, 0, 1)
    check.at_least("--neighbours", neighbours, 1)
    found = pool(vectors, already, scores=scores)
    if not len(found.rows):
        return Choice(NONE, np.empty(0), NONE)
    k = min(k, found.free)
    quality: Scores = np.zeros(len(found.rows))
    part = 1.0
    if scores is not None:
        quality, part = weight * scaled(scores[found.rows]), 1 - weight
    if graph is None and len(found.rows) <= EXACT:
        return _dense(found, quality, part, k)
    near, cosines, recall = _near(found, graph, neighbours)
    choice = _sparse(found, graphs.symmetric(near, cosines), quality, part, k)
    return choice if recall is None else _said(choice, recall)


def _near(found: Pool, graph: Rows | None, k: int) -> tuple[Any, Vectors, float | None]:
    """Neighbours by their places, and cosines."""
    if graph is None:
        return graphs.nearest(found.units, k)
    near = graphs.among(graph, found.rows)
    return near, graphs.cosines_of(found.units, near), None


def _said(choice: Choice, recall: float) -> Choice:
    facts = {**choice.facts, "recall": round(recall, 4)}
    return Choice(choice.rows, choice.gains, choice.covers, facts)


def _dense(found: Pool, quality: Scores, part: float, k: int) -> Choice:
    similar = found.units @ found.units.T
    np.maximum(greedy.grid(similar), 0, out=similar)
    cover = covering.Dense(similar)
    for place in found.already:
        cover.take(int(place))
    scale = part / max(float(cover.gains.max()), 1.0)
    chosen, gains = covering.lazily(cover, quality, scale, k)
    cover.refresh()
    return _choice(found, chosen, gains, cover, cover.total)


def _sparse(
    found: Pool, graph: graphs.Weighted, quality: Scores, part: float, k: int
) -> Choice:
    cover = covering.Cover(graph)
    for place in found.already:
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
    total = float(cover.covered.sum()) / graphs.ONE
    return _choice(found, chosen, gains / graphs.ONE, cover, total)


def _choice(
    found: Pool,
    chosen: Rows,
    gains: Scores,
    cover: covering.Cover | covering.Dense,
    total: float,
) -> Choice:
    """What was chosen, and how near to the best it is."""
    n, k = len(found.rows), len(chosen)
    owners = np.bincount(cover.owner[cover.owner >= 0], minlength=n)
    rest = np.maximum(cover.gains, 0) / cover.one
    most = total + float(np.partition(rest, n - k)[n - k :].sum()) if k else total
    facts = {"covered": total / n, "of the best": total / most if most else 1.0}
    return Choice(found.rows[chosen], gains, owners[chosen], facts)


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    if n <= EXACT:
        return int(4 * n * (2 * n + d + 16))
    return int(n * (8 * d + 40 * int(options["neighbours"]) + 64))
