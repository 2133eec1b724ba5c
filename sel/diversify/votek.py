"""Chooses what to annotate first: rows that many rows have as a neighbour.

Vote-k. Every row votes for its nearest neighbours, in vectors whose mean is taken off
first. The row with the most votes is chosen, again and again; a voter who has c chosen
neighbours counts 10^-c, and a chosen row no longer votes. Of equal votes the row with
more voters comes first, then the one that was voted for first. With --confidence this
is the second stage: the records not yet chosen, least sure first, make -k bins, and
each bin gives one; the surest tenth gives none.

Source: Su et al. 2023, Selective Annotation Makes Language Models Better Few-Shot
Learners, arXiv:2209.01975.
Differs: sums are exact, where the authors' float64 sums settle some ties by rounding;
their code forgets the discount in the second stage. --rule released does as it does.
Their 150 neighbours suit pools of 3,000 rows: auto is the size of the pool over the
number of choices, within 10 and 30.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np

from sel import check
from sel.diversify import _votes
from sel.errors import OptionError, UsageError
from sel.maths.greedy.choice import NONE, Choice, Pool, places, pool, told, usable_rows
from sel.maths.neighbours import graphs
from sel.types import Indices, Scores, Vectors

AUTO = (10, 30)  # least and most neighbours
SHARE = 0.9  # of the rows, the least sure, from which the second stage chooses


def diversify(
    vectors: Vectors | None,
    already: Indices = NONE,
    confidence: Scores | None = None,
    groups: Indices | None = None,
    graph: Indices | None = None,
    *,
    k: int,
    neighbours: str = "auto",
    center: bool = True,
    rule: Literal["paper", "released"] = "paper",
) -> Choice:
    """Rows in the order chosen; the gain is the worth of the votes.

    Args:
        vectors: (n, d); not needed where the graph is given.
        already: rows chosen before.
        confidence: (n,), of a prediction for each row, higher is surer.
        groups: (n,), numbers of groups that are chosen as wholes; a row of -1 is not
            chosen.
        graph: (n, any), row numbers of neighbours, nearest first.
        k: number of records, or groups, to choose: 18, 100.
        neighbours: neighbours that each row votes for, or auto.
        center: subtract the mean of the vectors first, as the authors do.
        rule: paper, or released for what the authors' code does.
    """
    check.at_least("-k", k, 0)
    if groups is not None and confidence is not None:
        msg = "--confidence goes with records, not with --group-field"
        raise UsageError(msg)
    wanted = _wanted(neighbours)
    rows, near, recall = _graph(
        vectors, graph, groups, center, (wanted, k + len(already))
    )
    already = places(rows, already)
    kind = _votes.Votes if rule == "paper" else _votes.ReleasedVotes
    if groups is None:
        owner = np.arange(len(rows))
    else:
        _, owner = np.unique(groups[rows], return_inverse=True)
        near = _votes.by_group(near, owner)
    state = kind(near, owner, int(owner.max(initial=-1)) + 1)
    for candidate in dict.fromkeys(owner[already].tolist()):
        state.take(int(state.place[candidate]))
    chosen, gains, covers = [], [], []
    for place, value, new in _picks(state, k, rows, confidence, rule == "paper"):
        chosen.append(int(state.order[place]))
        gains.append(value)
        covers.append(new)
    facts: dict[str, Any] = {"neighbours": near.shape[1], "recall": recall}
    if len(rows):
        facts["served"] = float(((state.served > 0) | state.silent).mean())
    elected = np.array(chosen, np.int64)
    if groups is not None:
        return _whole(rows, owner, elected, (gains, covers), facts)
    return Choice(rows[elected], np.array(gains), np.array(covers, np.int64), facts)


def _wanted(neighbours: str) -> int:
    """How many neighbours are asked for; 0 for auto."""
    if neighbours == "auto":
        return 0
    if not neighbours.isdecimal() or int(neighbours) < 1:
        raise OptionError("--neighbours", "auto, or at least 1", neighbours)
    return int(neighbours)


def _graph(
    vectors: Vectors | None,
    graph: Indices | None,
    groups: Indices | None,
    center: bool,
    size: tuple[int, int],
) -> tuple[Indices, Indices, float | None]:
    """The rows that can be used, whom each votes for, and the recall if inexact."""
    wanted, total = size
    if graph is not None:
        if vectors is None:
            rows: Indices = np.flatnonzero((graph >= 0).any(axis=1))
            rows = rows[told(rows, None, groups)]
        else:
            rows = usable_rows(vectors, groups=groups)
        width = wanted or graph.shape[1]
        return rows, graphs.among(graph[:, :width], rows), None
    if vectors is None:
        msg = "votek needs vectors or a graph"
        raise UsageError(msg)
    candidates: Pool = pool(vectors, groups=groups, centre=center)
    auto = int(np.clip(round(len(candidates.rows) / max(total, 1)), *AUTO))
    near, _, recall = graphs.knn_graph(candidates.units, wanted or auto)
    return candidates.rows, near, recall


def _picks(
    state: _votes.Votes,
    k: int,
    rows: Indices,
    confidence: Scores | None,
    discount: bool,
) -> Iterator[tuple[int, float, int]]:
    """The places chosen, their votes, and how many voters each serves first."""
    free = len(state.order) - int(state.chosen.sum())
    if confidence is None:
        for _ in range(min(k, free)):
            place = state.best()
            yield place, state.value(place), state.take(place)
        return
    for part in _bins(confidence[rows], state, k):
        left = part[~state.chosen[part]]
        if len(left):
            place = state.best(left)
            yield place, state.value(place), state.take(place, discount=discount)


def _bins(confidence: Scores, state: _votes.Votes, k: int) -> Iterator[Indices]:
    """Places of the rows in k bins, the least sure first, without the surest tenth."""
    sure = np.where(np.isnan(confidence), np.inf, confidence)
    sure[state.order[state.chosen]] = np.inf
    order = state.place[np.argsort(sure, kind="stable")]
    width = max(int(SHARE * len(order) / max(k, 1)), 1)
    for start in range(0, min(k * width, len(order)), width):
        yield order[start : start + width]


def _whole(
    rows: Indices,
    owner: Indices,
    elected: Indices,
    told: tuple[list[float], list[int]],
    facts: dict[str, Any],
) -> Choice:
    """All rows of the chosen groups, group by group."""
    order = np.argsort(owner, kind="stable")
    first = np.searchsorted(owner[order], np.arange(owner.max(initial=-1) + 2))
    parts = [order[first[group] : first[group + 1]] for group in elected]
    sizes = [len(part) for part in parts]
    chosen = np.concatenate([NONE, *parts])
    gains, covers = (np.repeat(np.array(values), sizes) for values in told)
    return Choice(rows[chosen], gains, covers, facts | {"groups": len(elected)})


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    k = _wanted(options["neighbours"])
    k = k or int(np.clip(round(n / max(options["k"], 1)), *AUTO))
    return int(n * (4 * d + 40 * k + 64)) + graphs.memory(n, d)
