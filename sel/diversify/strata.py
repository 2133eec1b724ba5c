"""Chooses evenly over the range of a score, the hardest left out.

The hardest share --cut-hardest of the records, those with the highest scores, is cut
off, as it holds wrong labels and noise. The range of the scores that remain is divided
into --strata of equal width. Each stratum gives as many records, drawn by chance; what
a small one cannot give is shared among the others. With few records to choose, this
covers easy and hard ones alike, where the highest scores alone would not. A score that
is low for hard records, as AUM, goes with --lowest.

Memory: some 40 bytes a record. No vectors are needed.

Source: Zheng et al. 2023, Coverage-centric Coreset Selection for High Pruning Rates
(CCS), arXiv:2210.15809, algorithm 1.

Differs: the share that is cut off is of the records that have a score; the authors cut
by AUM and divide by another score, which `pick top` in front of this does.
"""

import math

import numpy as np

from sel import check
from sel.errors import UsageError
from sel.maths.greedy.choice import NONE, Choice, places
from sel.maths.ranking.apportionment import balanced
from sel.types import Indices, Keys, Noise, Scores

MOST = 1_000_000  # strata


def diversify(
    keys: Keys,
    rng: Noise,
    already: Indices = NONE,
    scores: Scores | None = None,
    *,
    k: int,
    strata: int = 50,
    cut_hardest: float = 0.0,
) -> Choice:
    """Rows, those of the easiest stratum first.

    Args:
        keys: (n,), what chance knows each row by.
        rng: says which rows of a stratum are taken, and which of equal ones are cut.
        already: rows chosen before; they count for their strata.
        scores: (n,), higher is harder; a row without one is not chosen.
        k: number of records to choose: 1500, 10k.
        strata: number of parts of the range of the scores.
        cut_hardest: share of the records with the highest scores that is left out,
            from 0 to 1.
    """
    check.at_least("-k", k, 0)
    check.between("--strata", strata, 1, MOST)
    check.between("--cut-hardest", cut_hardest, 0, 1)
    if scores is None:
        msg = "strata needs a score. Try: --by FIELD, such as el2n"
        raise UsageError(msg)
    numbers = rng.uniform(keys)
    there = np.flatnonzero(np.isfinite(scores))
    cut = math.floor(cut_hardest * len(there) + 1e-9)
    order = np.lexsort((numbers[there], -scores[there]))
    rows = np.sort(there[order[cut:]])
    stratum = _strata(scores[rows], strata)
    before = np.zeros(len(rows), bool)
    before[places(rows, already)] = True
    sizes = np.bincount(stratum, minlength=strata)
    have = np.bincount(stratum[before], minlength=strata)
    quotas = np.array(balanced(k, sizes.tolist(), have.tolist()))
    free = np.flatnonzero(~before)
    free = free[np.lexsort((numbers[rows[free]], stratum[free]))]
    own = stratum[free]
    place = np.arange(len(free)) - np.searchsorted(own, own)
    chosen = free[place < quotas[own]]
    facts = {"strata": int(np.count_nonzero(sizes)), "cut": cut}
    return Choice(rows[chosen], facts=facts)


def _strata(scores: Scores, count: int) -> Indices:
    """Which part of their range each score is in, shape (n,); a border is above it."""
    if not len(scores):
        return NONE
    halves = scores / 2  # so that the widest range is a number
    edges = np.linspace(halves.min(), halves.max(), count + 1)[1:-1]
    return np.searchsorted(edges, halves, side="right")
