"""Chooses rows that span the largest volume.

Greedy MAP of a determinantal point process: each next row is the one that adds most to
the logarithm of the determinant of the cosines among the chosen, with 0.001 added to
each one's own. Rows beyond as many as the vectors have columns add little more than
chance would. With --by, scores scaled to lie between 0 and 1 are mixed in. n x k x d
steps; what a row adds only falls, so most rows are looked at only from time to time.

Source: Chen, Zhang and Zhou 2018, Fast Greedy MAP Inference for Determinantal Point
Process to Improve Recommendation Diversity, arXiv:1709.05135.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel import check
from sel.maths.greedy import lazy
from sel.maths.greedy.choice import NONE, Choice, pool, scaled
from sel.types import Indices, Scores, Vectors

RIDGE = 1e-3


def diversify(
    vectors: Vectors,
    already: Indices = NONE,
    scores: Scores | None = None,
    *,
    k: int,
    weight: float = 0.5,
) -> Choice:
    """Rows in the order chosen; the gain is that of the logarithm of the determinant.

    Args:
        vectors: (n, d).
        already: rows chosen before.
        scores: (n,), quality; a row without one is not chosen.
        k: number of records to choose: 1500, 10k.
        weight: weight of the score, from 0 to 1; the log-determinant gets the rest.
    """
    check.at_least("-k", k, 0)
    check.between("--weight", weight, 0, 1)
    candidates = pool(vectors, already, scores=scores)
    base: Scores = np.zeros(len(candidates.rows))
    part = 1.0
    if scores is not None:
        base, part = weight * scaled(scores[candidates.rows]), 1 - weight
    volume = lazy.Volume(candidates.units, base, part, RIDGE, candidates.already)
    places, values = lazy.lazy_greedy(volume, min(k, candidates.free))
    gains = (values - base[places]) / (part or 1)
    facts = {"log determinant": float(gains.sum())}
    return Choice(candidates.rows[places], gains, facts=facts)


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    return int(n * (4 * d + 64) + 24 * d * min(n, int(options["k"])))
