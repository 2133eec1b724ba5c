"""The records that several scores elect, within bounds for groups.

Every field of --rank is a voter that ranks all records; each rule says what k records
are worth to the voters, and the most worthy are sought. Records with equal scores share
the mean of their places, those without a score in a field share what is left of it, and
one without any is never picked. --at-least and --at-most bound how many of the records
have a value in a field.

sntv, k-approval, borda and dcg add up what each record is worth; cc, cc-approval and
harmonic see to it that each voter finds some it likes. With as few voters as there are
scores, sntv, cc and cc-approval soon gain nothing more; the seats that are left then
go by borda, and the closing line says how many were gained.

Greedy: exact for the rules that add up with bounds on one field, at least 1/2 of the
best for the others; --exact asks an integer program. Bounds on several fields need
scipy where the greedy way would get stuck. Memory: 8 bytes a record and voter, twice.

Source: Boehmer, Celis, Huang, Mehrotra and Vishnoi 2023, Subset Selection Based On
Multiple Rankings in the Presence of Bias, arXiv:2306.09835; Faliszewski et al. 2017,
Multiwinner Voting: A New Challenge for Social Choice Theory.

Differs: Borda's points count from m - 1 down to 0; ties share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sel.maths.ranking import ranks
from sel.pick._voting.election import Election, Kind
from sel.pick._voting.seats import Bound
from sel.types import Scores

Groups = npt.NDArray[np.int64]
ADDS = ("sntv", "k-approval", "borda", "dcg")
COVERS = ("cc", "cc-approval")


@dataclass(frozen=True)
class Committee:
    """What was elected."""

    chosen: list[int]
    """Places of the records, first pick first."""
    gains: list[float]
    """What each added."""
    score: float
    price: dict[str, float]
    """What the bounds cost, all of them and each by name."""
    gained: int
    """How many picks added anything."""
    points: Scores
    """(n,), what each record alone is worth."""


def pick(
    scores: Scores,
    weights: Scores,
    groups: Groups,
    bounds: Sequence[Bound],
    k: int,
    *,
    rule: Literal[
        "sntv", "k-approval", "borda", "dcg", "cc", "cc-approval", "harmonic"
    ] = "borda",
    exact: bool = False,
) -> Committee:
    """The committee of k records, or of all there are.

    Args:
        scores: (n, voters), higher is better; NaN where there is none.
        weights: (voters,), how much each counts.
        groups: (n, fields), numbers of values.
        bounds: for values of those fields.
        k: how many.
        rule: what k records are worth to a voter: 1 if its first is among them; 1 for
            each among its first k; the places below each; 1 / log2(place + 1) for each;
            the places below the best of them; 1 if the best is among its first k; the
            best, plus half the next, and so on.
        exact: find the best of all committees by an integer program.
    """
    there = np.flatnonzero(np.isfinite(scores).any(axis=1))
    k = min(k, len(there))
    satisfied = _satisfied(scores[there], k, rule)
    kind: Kind = "sum" if rule in ADDS else "cover" if rule in COVERS else "harmonic"
    spare = satisfied @ weights
    if kind == "cover":
        spare = _satisfied(scores[there], k, "borda") @ weights
    ours = groups[there]
    election = Election(satisfied, weights, ours, k, kind, spare, exact=exact)
    chosen = election.elected(bounds)
    order, gains = election.in_order(chosen)
    points = np.full(len(scores), np.nan)
    points[there] = satisfied @ weights
    return Committee(
        there[order].tolist(),
        gains,
        election.score(chosen),
        election.prices(bounds, chosen),
        int(np.count_nonzero(gains)),
        points,
    )


def _satisfied(scores: Scores, k: int, rule: str) -> Scores:
    """How satisfied each voter is with each record, shape (n, voters)."""
    size = len(scores)
    place = np.arange(size)
    if rule == "sntv":
        weights = 1.0 * (place == 0)
    elif rule in ("k-approval", "cc-approval"):
        weights = 1.0 * (place < k)
    elif rule == "dcg":
        weights = 1 / np.log2(place + 2.0)
    else:
        weights = size - 1.0 - place
    satisfied = np.empty(scores.shape)
    for voter in range(scores.shape[1]):
        satisfied[:, voter] = ranks.shared_weights(scores[:, voter], weights)
    return satisfied
