"""Chooses records of high score that are unlike those chosen before.

Maximal marginal relevance: each next record is the one with the highest
weight x score - (1 - weight) x cosine to the nearest chosen record, scores scaled to
lie between 0 and 1. Needs --by. Values only fall, so most records are looked at only
from time to time; the choice is the same as if all were.

Source: Carbonell and Goldstein 1998, The Use of MMR, Diversity-Based Reranking for
Reordering Documents and Producing Summaries, SIGIR.
"""

from collections.abc import Mapping
from typing import Any

from sel import check
from sel.errors import UsageError
from sel.maths.greedy import lazy
from sel.maths.greedy.choice import NONE, Choice, pool, scaled
from sel.types import Indices, Scores, Vectors


def diversify(
    vectors: Vectors,
    scores: Scores | None = None,
    already: Indices = NONE,
    *,
    k: int,
    weight: float = 0.5,
) -> Choice:
    """Rows in the order chosen; the gain is the value when chosen.

    Args:
        vectors: (n, d).
        scores: (n,); a row without one is not chosen.
        already: rows chosen before.
        k: number of records to choose: 1500, 10k.
        weight: weight of the score, from 0 to 1; the cosine gets the rest.
    """
    check.at_least("-k", k, 0)
    check.between("--weight", weight, 0, 1)
    if scores is None:
        msg = "mmr needs a score. Try: --by FIELD, such as rds"
        raise UsageError(msg)
    candidates = pool(vectors, already, scores=scores)
    base = weight * scaled(scores[candidates.rows])
    near = lazy.Nearest(candidates.units, base, 1 - weight, candidates.already)
    places, values = lazy.lazy_greedy(near, min(k, candidates.free))
    return Choice(candidates.rows[places], values)


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    del options
    n, d = vectors.shape
    return int(n * (4 * d + 64))
