"""Ranks in a column of scores, and what records with equal scores share."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sel.types import Scores

Ties = Literal["average", "min", "ordinal"]


def order(scores: Scores) -> npt.NDArray[np.int64]:
    """Places of the scores, highest first, of equal ones the earlier; NaN last."""
    places: npt.NDArray[np.int64] = np.argsort(-scores, kind="stable")
    return places


def _starts(ranked: Scores) -> npt.NDArray[np.int64]:
    """Where a run of equal scores begins; all NaN are one run."""
    same = (ranked[1:] == ranked[:-1]) | (np.isnan(ranked[1:]) & np.isnan(ranked[:-1]))
    return np.flatnonzero(np.append(True, ~same)[: len(ranked)])


def ranks(scores: Scores, ties: Ties = "average") -> Scores:
    """Rank of each score, 1 for the highest, shape (n,); NaN where there is none.

    Args:
        scores: (n,).
        ties: equal scores get the mean of their ranks, the least, or ranks in turn.
    """
    ranked: Scores
    if ties == "ordinal":
        ranked = np.empty(len(scores))
        ranked[order(scores)] = np.arange(1.0, len(scores) + 1)
    else:
        places = order(scores)
        starts = _starts(scores[places])
        sizes = np.diff(np.append(starts, len(scores)))
        ranked = np.empty(len(scores))
        ranked[places] = np.repeat(tied(starts, sizes, 0, ties), sizes)
    ranked[np.isnan(scores)] = np.nan
    return ranked


def tied(higher: Any, sizes: Any, before: Any, ties: Ties = "average") -> Any:
    """The rank that equal scores get, or in turns that of the first of them.

    Args:
        higher: how many scores are above.
        sizes: how many are equal.
        before: how many of these come before.
        ties: see `ranks`.
    """
    if ties == "average":
        return higher + (sizes + 1) / 2
    return higher + 1.0 + before * (ties == "ordinal")


def fused(places: Scores, weights: Scores, fusion: str, constant: float) -> Scores:
    """What records are ranked by that have ranks in several columns, shape (n,).

    Args:
        places: (n, columns), ranks; NaN where there is none.
        weights: (columns,).
        fusion: weighted, minus the weighted sum of ranks; or rrf, the sum of weighted
            reciprocals of ranks.
        constant: is added to a rank before its reciprocal is taken.
    """
    total = np.zeros(len(places))
    for weight, column in zip(weights, places.T, strict=True):
        if fusion == "weighted":
            total -= weight * column
        else:
            total += np.nan_to_num(weight / (constant + column))
    total[np.isnan(places).all(axis=1)] = np.nan
    return total


def shared_weights(scores: Scores, weights: Scores) -> Scores:
    """The weight of each score's place, shape (n,).

    Equal scores share the mean of the weights of their places; those that are NaN
    share the mean of what is left, as unranked names on a ballot do.

    Args:
        scores: (n,).
        weights: (n,), of the places, that of the highest score first.
    """
    if not len(scores):
        return np.empty(0)
    places = order(scores)
    starts = _starts(scores[places])
    sizes = np.diff(np.append(starts, len(scores)))
    means = np.add.reduceat(weights, starts) / sizes
    shares = np.empty(len(scores))
    shares[places] = np.repeat(means, sizes)
    return shares


def highest(scores: Scores, k: int) -> Any:
    """The k highest columns, highest first, shape (k,); ties to the lower column."""
    return np.argsort(-scores, kind="stable")[:k]


def percentiles(known: Scores, scores: Scores) -> Scores:
    """What share of the known scores is lower, from 0 to 100, shape (n,).

    Args:
        known: (m,), rising.
        scores: (n,); NaN has no percentile, and nothing has one where none is known.
    """
    lower = np.searchsorted(known, scores).astype(np.float64)
    lower[np.isnan(scores)] = np.nan
    found: Scores = 100 * lower / len(known) if len(known) else lower * np.nan
    return found
