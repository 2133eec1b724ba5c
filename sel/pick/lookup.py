"""The records nearest to labelled queries, each with its query's label.

Curation by look-up: queries are vectors of a few labelled examples, or of class names
embedded in the same space, and each hands its label on to the records nearest to it by
cosine, at most -k of them, none below --threshold. A record is taken once. Without
--label the label is the number of the query.

Source: Feuer et al. 2024, SELECT: A Large-Scale Benchmark of Data Curation Strategies
for Image Classification, arXiv:2410.05057: LA1000 by image-to-image and text-to-image
search.

Differs: the authors' code for making these data sets is not public; how a record is
shared that several queries find is this command's choice (--rule), where drop follows
their rule that a caption may name one class only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from sel import check
from sel.errors import UsageError
from sel.maths.neighbours import knn
from sel.types import Vectors

Pick = tuple[int, int, float]
"""The place of a record, the number of its query, and their cosine."""


def pick(
    vectors: Vectors,
    queries: Vectors,
    labels: Sequence[Any],
    *,
    k: int | None = None,
    threshold: float | None = None,
    rule: Literal["turns", "nearest", "drop"] = "turns",
) -> list[Pick]:
    """The records that are found, in the order in which they were picked.

    Args:
        vectors: (n, d), of the records.
        queries: (q, d), finite and not zero.
        labels: q values; only those of drop are compared.
        k: most records for a query.
        threshold: least cosine of a record and its query.
        rule: which query gets a record that several find: turns lets each query in turn
            take its nearest free record; nearest gives it to the nearest query that has
            it among its -k; drop leaves out records that queries of different labels
            find.
    """
    if k is None and threshold is None:
        msg = "say how many: -k N, --threshold X, or both"
        raise UsageError(msg)
    check.at_least("-k", 0 if k is None else k, 0)
    if k == 0 or not len(queries) or not len(vectors):
        return []
    least = -np.inf if threshold is None else threshold
    depth = min(k or 64, len(vectors))
    while True:
        near, cosines = knn.exact(vectors, queries, depth)
        lists = [
            [
                (row, cosine)
                for row, cosine in zip(*pair, strict=True)
                if cosine >= least
            ]
            for pair in zip(near.tolist(), cosines.tolist(), strict=True)
        ]
        cut = [len(each) == depth < len(vectors) for each in lists]
        if rule == "turns":
            picks, short = _turns(lists, k)
            if not any(short[query] for query, more in enumerate(cut) if more):
                return picks
        elif k is not None or not any(cut):
            return _given(lists, labels, drop=rule == "drop")
        depth = min(4 * depth, len(vectors))


def _turns(
    lists: list[list[tuple[int, float]]], k: int | None
) -> tuple[list[Pick], list[bool]]:
    """Picks by turns; which queries came to the end of their list."""
    picks: list[Pick] = []
    taken: set[int] = set()
    queues = [iter(near) for near in lists]
    short = [False] * len(lists)
    waiting = list(range(len(lists)))
    number = 0
    while waiting and (k is None or number < k):
        for query in waiting:
            pair = next((near for near in queues[query] if near[0] not in taken), None)
            if pair is None:
                short[query] = True
            else:
                taken.add(pair[0])
                picks.append((pair[0], query, pair[1]))
        waiting = [query for query in waiting if not short[query]]
        number += 1
    return picks, short


def _given(
    lists: list[list[tuple[int, float]]], labels: Sequence[Any], *, drop: bool
) -> list[Pick]:
    """Each record to the nearest query that found it, or to none."""
    best: dict[int, tuple[float, int]] = {}
    unlike: set[int] = set()
    for query, near in enumerate(lists):
        for row, cosine in near:
            other = best.get(row)
            if other is not None and labels[other[1]] != labels[query]:
                unlike.add(row)
            if other is None or cosine > other[0]:
                best[row] = cosine, query
    kept = ((row, *pair) for row, pair in best.items() if not drop or row not in unlike)
    order = sorted(kept, key=lambda near: (near[2], -near[1], near[0]))
    return [(row, query, cosine) for row, cosine, query in order]
