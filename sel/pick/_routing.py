"""Which options worked for which queries at what cost, and how well they are ranked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sel.errors import DataError
from sel.maths.learning import classifiers
from sel.maths.learning.classifiers import Labelled
from sel.pick import _networks
from sel.pick._networks import Codes, Draws, Numbers, Triplets
from sel.types import Mask, Noise, Vectors

STRENGTHS = (0.01, 0.1, 1.0, 10.0, 100.0)
NEAR, TEMPERATURE = 20, 0.07
SLIGHT = 1e-9


@dataclass(frozen=True)
class Tried:
    """What came of every option for each of n queries.

    A query of which not all options were tried has NaN.
    """

    options: tuple[str, ...]
    success: Numbers
    """Shape (n, options): 1 where an option worked, else 0."""
    cost: Numbers
    """Shape (n, options)."""

    def of(self, some: Any) -> Tried:
        """What came of some of the queries, by a mask or by places."""
        return Tried(self.options, self.success[some], self.cost[some])

    @property
    def known(self) -> Mask:
        """Which queries were tried with all options, shape (n,)."""
        known: Any = ~np.isnan(self.success + self.cost).any(axis=1)
        return known  # type: ignore[no-any-return]

    @property
    def order(self) -> Codes:
        """Options from the best to the worst: those that work first, then the cheap.

        Shape (n, options); equal ones keep their order.
        """
        return np.lexsort((self.cost, -self.success), axis=-1).astype(np.int64)

    @property
    def relevance(self) -> Numbers:
        """The count of options for the best, then one less each; 0 for what fails."""
        n, count = self.success.shape
        graded = np.empty((n, count))
        np.put_along_axis(graded, self.order, np.arange(count, 0, -1.0)[None], axis=1)
        return graded * (self.success > 0)


def triplets(hard: Codes, easy: Codes, below: Callable[[int], int]) -> Triplets:
    """For each hard query another hard one, and an easy one, by chance.

    Args:
        hard: rows; none, if there is only one.
        easy: rows.
        below: draws a whole number below another.
    """
    if len(hard) < 2 or not len(easy):
        return np.empty((0, 3), np.int64)
    found = []
    for i, anchor in enumerate(hard.tolist()):
        others = np.delete(hard, i)
        found.append((anchor, others[below(len(others))], easy[below(len(easy))]))
    return np.array(found, np.int64)


def ranked(scores: Numbers) -> Codes:
    """Options from the highest score to the lowest; equal ones keep their order."""
    return np.argsort(-scores, axis=1, kind="stable").astype(np.int64)


def quality(ranking: Codes, tried: Tried) -> dict[str, float]:
    """How well options are ranked, over the queries that some option solves.

    `accuracy` is how often the first is the best; `mrr` the mean of 1 by the place of
    the best; `ndcg` the graded relevance, discounted by the logarithm of the place, by
    that of the best ranking.

    Args:
        ranking: (n, options).
        tried: with all known.
    """
    solved = tried.success.max(axis=1) > 0
    if not solved.any():
        return {}
    best = tried.order[solved, 0]
    places = (ranking[solved] == best[:, None]).argmax(axis=1)
    graded = tried.relevance[solved]
    discount = 1 / np.log2(np.arange(2, graded.shape[1] + 2))
    gained = np.take_along_axis(graded, ranking[solved], axis=1) @ discount
    most = -np.sort(-graded, axis=1) @ discount
    return {
        "accuracy": float((places == 0).mean()),
        "mrr": float((1 / (places + 1)).mean()),
        "ndcg": float((gained / most).mean()),
    }


def came(choice: Codes, tried: Tried) -> dict[str, Any]:
    """How often the chosen options work, and what they cost on average."""
    rows = np.arange(len(choice))
    return {
        "pass": float(tried.success[rows, choice].mean()),
        "cost": float(tried.cost[rows, choice].mean()),
    }


class Learner:
    """Learns from the best options of some queries what those of others may be.

    Args:
        kind: network, ridge or knn.
        epochs: of the network and of the map.
        threshold: least difficulty of a hard query; None for the median.
        rng: draws.
    """

    def __init__(
        self, kind: str, epochs: int, threshold: float | None, rng: Noise
    ) -> None:
        self._kind, self._epochs, self._threshold = kind, epochs, threshold
        self._draws = Draws(rng)

    def scores(
        self,
        vectors: Vectors,
        runs: Tried,
        difficulty: Numbers | None,
        others: Mask,
        asked: Mask,
    ) -> Numbers:
        """How likely each option is the best of some queries, higher is likelier.

        Args:
            vectors: (n, d), of all queries.
            runs: what came of the options.
            difficulty: (n,), NaN where it is not known; or None.
            others: which queries may be learnt from, shape (n,).
            asked: which are asked for, shape (n,).

        Raises:
            DataError: no option works for any of the others.
        """
        taught = others & (runs.success.max(axis=1) > 0)
        if not taught.any():
            msg = "no query can be learnt from: it takes runs of all options, of which"
            raise DataError(f"{msg} one works. Try: more queries, or another --success")
        best, count = runs.order[taught, 0], len(runs.options)
        scale = vectors[taught].std(axis=0, dtype=np.float64)
        scale[scale == 0] = 1
        mean = vectors[taught].mean(axis=0, dtype=np.float64)
        rows, new = (vectors[taught] - mean) / scale, (vectors[asked] - mean) / scale
        if difficulty is not None:
            turn = self._turn(rows, difficulty[taught])
            rows, new = rows @ turn, new @ turn
        if self._kind == "network":
            how = count, self._draws, self._epochs
            return _networks.Classifier(rows, best, *how).scores(new)
        scores: Any
        known, near = Labelled(rows.astype(np.float32), best), new.astype(np.float32)
        if self._kind == "ridge":
            scores, _ = classifiers.ridge(known, near, count, STRENGTHS)
        else:
            scores = classifiers.nearest_neighbours(
                known, near, count, NEAR, TEMPERATURE
            )
        return scores  # type: ignore[no-any-return]

    def _turn(self, rows: Numbers, difficulty: Numbers) -> Numbers:
        """The map that parts hard queries from easy ones."""
        told = difficulty[~np.isnan(difficulty)]
        least = self._threshold
        if least is None:
            least = float(np.median(told)) if len(told) else 0.0
        hard, easy = difficulty >= least, difficulty < least
        parted = np.flatnonzero(hard), np.flatnonzero(easy)
        drawn = triplets(*parted, self._draws.below)
        return _networks.parted(rows, drawn, self._draws, self._epochs)


def mixed(runs: Tried, cost: float) -> Numbers:
    """How often to take each option by a toss to pass most at a mean cost, (options,).

    One option or two are enough. Where all cost more it is the cheapest.
    """
    passed, costs = runs.success.mean(axis=0), runs.cost.mean(axis=0)
    within = max(cost, float(costs.min()))
    best, shares = -1.0, np.zeros(len(costs))
    for a in np.flatnonzero(costs <= within):
        for b in range(len(costs)):
            share = 0.0
            if costs[b] > within:
                share = (within - costs[a]) / (costs[b] - costs[a])
                if min(share, 1 - share) < SLIGHT:  # rounding is no toss
                    share = round(share)
            value = (1 - share) * passed[a] + share * passed[b]
            if value > best:
                best, shares = value, np.zeros(len(costs))
                shares[b] += share
                shares[a] += 1 - share
    return shares
