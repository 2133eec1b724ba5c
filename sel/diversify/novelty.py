"""Chooses the best records that are not too near to one chosen before.

Records come in the order of their score, the highest first; one is left out if its
cosine to a chosen record is above --most. This is the filter of DEITA. Needs --by. A
record that cannot be compared, with a vector of zeros or not finite, passes. Without
-k all that pass are chosen.

Source: Liu et al. 2024, What Makes Good Data for Alignment? A Comprehensive Study of
Automatic Data Selection in Instruction Tuning, arXiv:2312.15685, Repr Filter.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel import check
from sel.errors import UsageError
from sel.maths.greedy import lazy
from sel.maths.greedy.choice import NONE, Choice, Pool, pool
from sel.types import Indices, Scores, Vectors

TOGETHER = 1 << 10  # rows that are compared with the chosen at once


def diversify(
    vectors: Vectors,
    scores: Scores | None = None,
    already: Indices = NONE,
    *,
    k: int | None = None,
    most: float = 0.9,
) -> Choice:
    """Rows in the order chosen; the gain is 1 - cosine to the nearest chosen before.

    A row without a usable vector passes, and its gain is NaN.

    Args:
        vectors: (n, d).
        scores: (n,); a row without one is not chosen.
        already: rows chosen before.
        k: choose at most this many records.
        most: highest cosine allowed between two chosen records.
    """
    check.between("--most", most, -1, 1)
    if k is not None:
        check.at_least("-k", k, 0)
    if scores is None:
        msg = "novelty needs a score. Try: --by FIELD"
        raise UsageError(msg)
    candidates = pool(vectors, already, scores=scores)
    order = np.argsort(-scores[candidates.rows], kind="stable")
    order = order[~np.isin(order, candidates.already)]
    wanted = len(order) if k is None else min(k, len(order))
    places, near = _passing(candidates, order, wanted, most)
    blind = np.isfinite(scores)
    blind[candidates.rows] = blind[already] = False
    rows = np.concatenate((candidates.rows[places], np.flatnonzero(blind)))
    gains = np.concatenate((1 - near, np.full(len(rows) - len(near), np.nan)))
    best = np.lexsort((rows, -scores[rows]))[:k]
    return Choice(rows[best], gains[best])


def _passing(
    candidates: Pool, order: Indices, k: int, most: float
) -> tuple[Indices, Scores]:
    """Places that pass in their order, and their cosines to those before."""
    held = np.empty(
        (len(candidates.already) + k, candidates.units.shape[1]), np.float32
    )
    count = len(candidates.already)
    held[:count] = candidates.units[candidates.already]
    first, places, near = count, np.empty(k, np.int64), np.empty(k)
    for start in range(0, len(order), TOGETHER):
        part = order[start : start + TOGETHER]
        rows = candidates.units[part]
        highest = np.full(len(part), -1.0, np.float32)
        if count:
            highest = lazy.grid((rows @ held[:count].T).max(axis=1))
        among = lazy.grid(rows @ rows.T)
        for i, place in enumerate(part.tolist()):
            if count - first == k:
                break
            if highest[i] <= most:
                places[count - first], near[count - first] = place, highest[i]
                held[count] = rows[i]
                count += 1
                np.maximum(highest, among[i], out=highest)
    return places[: count - first], near[: count - first]


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    k = n if options["k"] is None else min(options["k"], n)
    return int(4 * d * (n + k) + 4 * TOGETHER * k + 48 * n)
