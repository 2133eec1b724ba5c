"""Bradley-Terry: what is rated, or what rates it, from judgments of pairs.

Source: Bradley and Terry 1952, Rank Analysis of Incomplete Block Designs I, Biometrika
39; votes, labels and loss as in Wettig et al. 2024, QuRating: Selecting High-Quality
Data for Training Language Models, ICML, arXiv:2402.09739.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sel.types import Indices, Mask, Scores

    Matrix = npt.NDArray[np.float64]

STEPS, INNER = 50, 200
"""Steps of Newton's method, and of conjugate gradients in each."""
SMALL, NEAR = 1e-12, 1e-4
"""A gradient this small, for each pair, is as good as none; or will do to compare."""


@dataclass(frozen=True)
class Judged:
    """Pairs that were judged by one criterion, each once.

    Args:
        first: (m,), numbers of texts.
        second: (m,), the same.
        chance: (m,), how likely it is that the second is better.
    """

    first: Indices
    second: Indices
    chance: Scores

    def __len__(self) -> int:
        return len(self.chance)

    def some(self, kept: Mask) -> Self:
        """Some of the pairs."""
        return replace(
            self,
            first=self.first[kept],
            second=self.second[kept],
            chance=self.chance[kept],
        )

    def sure(self, confidence: float) -> Self:
        """Those whose |chance - 0.5| is confidence / 2 or more."""
        return self.some(np.abs(self.chance - 0.5) >= confidence / 2)

    def warmed(self, temperature: float) -> Self:
        """With the log-odds of each chance divided."""
        with np.errstate(divide="ignore"):
            odds = np.log(self.chance) - np.log1p(-self.chance)
        return replace(self, chance=sigmoid(odds / temperature))


def calibrated(
    first: Indices, second: Indices, votes: Matrix, asked: float
) -> tuple[Judged, int]:
    """Labels from the votes of judges who saw each pair in both orders.

    Votes for one order count if more than half of the answers were usable; a pair
    counts if both orders do. Their mean takes away what the place of a text does.

    Args:
        first: (m,), the text that was shown first.
        second: (m,), the other; rows of the same pair in the same order add up.
        votes: (m, 2), for the first and for the second.
        asked: how many answers each row was asked for.

    Returns:
        Pairs with the lower number first, and how many were left out.
    """
    both = np.stack([first, second], axis=1)
    ordered, which = np.unique(both, axis=0, return_inverse=True)
    which = which.reshape(-1)
    rows = np.bincount(which)
    own = np.stack([np.bincount(which, column) for column in votes.T], axis=1)
    usable = own.sum(axis=1) > asked * rows / 2
    raw = own[:, 1] / np.maximum(own.sum(axis=1), 1)
    low, high = ordered.min(axis=1), ordered.max(axis=1)
    pairs, pair = np.unique(np.stack([low, high], axis=1), axis=0, return_inverse=True)
    pair = pair.reshape(-1)
    forward = ordered[:, 0] < ordered[:, 1]
    chance = np.full((len(pairs), 2), np.nan)
    for way, there in enumerate((usable & forward, usable & ~forward)):
        chance[pair[there], way] = raw[there]
    known = ~np.isnan(chance).any(axis=1)
    mean = (chance[known, 0] + 1 - chance[known, 1]) / 2
    return Judged(pairs[known, 0], pairs[known, 1], mean), int((~known).sum())


def sigmoid(values: Scores) -> Scores:
    """1 / (1 + exp(-x)), for any x."""
    half: Scores = 0.5 * (1 + np.tanh(0.5 * values))
    return half


def loss(ratings: Matrix, judged: Sequence[Judged]) -> tuple[float, Matrix]:
    """Mean cross-entropy over all pairs of all criteria, and its gradient.

    Args:
        ratings: (n, criteria).
        judged: pairs by each criterion.
    """
    count = max(sum(map(len, judged)), 1)
    gradient, total = np.zeros(ratings.shape), 0.0
    for column, pairs in enumerate(judged):
        part, slopes, _ = _loss(ratings[:, column], pairs)
        total += part
        gradient[:, column] = slopes
    return total / count, gradient / count


def _loss(ratings: Scores, pairs: Judged) -> tuple[float, Scores, Scores]:
    """The sum over pairs, its gradient, and the weight of each pair in its Hessian."""
    apart = ratings[pairs.second] - ratings[pairs.first]
    said = sigmoid(apart)
    total = float((np.logaddexp(0, apart) - pairs.chance * apart).sum())
    return total, _spread(said - pairs.chance, pairs, len(ratings)), said * (1 - said)


def _spread(values: Scores, pairs: Judged, count: int) -> Scores:
    """A value of each pair, added to its second text and taken from its first."""
    found = np.bincount(pairs.second, values, count).astype(np.float64)
    found -= np.bincount(pairs.first, values, count)
    return found


def right(ratings: Scores, pairs: Judged) -> Mask:
    """Whether ratings say of each pair what the judges say."""
    apart = ratings[pairs.second] - ratings[pairs.first]
    agree: Mask = (apart >= 0) == (pairs.chance >= 0.5)
    return agree


def fit(
    rows: Matrix | None,
    count: int,
    pairs: Judged,
    ridge: float,
    *,
    start: Scores | None = None,
    enough: float = SMALL,
) -> Scores:
    """The weights of columns that explain the judgments best, or ratings of the texts.

    Minimises the sum of the cross-entropies of the pairs and ridge / 2 times that of
    the squared weights: one minimum, found by Newton's method.

    Args:
        rows: (n, d), what is known of each text; None to rate each by itself.
        count: n.
        pairs: that were judged.
        ridge: above 0.
        start: weights to begin with.
        enough: how small the gradient gets, for each pair.
    """

    def out(weights: Scores) -> Scores:
        return weights if rows is None else rows @ weights

    def back(slopes: Scores) -> Scores:
        return slopes if rows is None else slopes @ rows

    def at(weights: Scores) -> tuple[float, Scores, Scores]:
        total, slopes, bends = _loss(out(weights), pairs)
        more = ridge / 2 * float(weights @ weights)
        return total + more, back(slopes) + ridge * weights, bends

    weights: Scores = np.zeros(count if rows is None else rows.shape[1])
    weights = weights if start is None else start
    value, gradient, bends = at(weights)
    for _ in range(STEPS):
        length = float(np.linalg.norm(gradient))
        if length <= enough * max(len(pairs), 1):
            break

        def bent(step: Scores, bends: Scores = bends) -> Scores:
            """The Hessian times a step."""
            moved = out(step)
            apart = bends * (moved[pairs.second] - moved[pairs.first])
            return back(_spread(apart, pairs, len(moved))) + ridge * step

        step = _solved(bent, -gradient, min(0.1, length**0.5) * length)
        size, slope = 1.0, float(gradient @ step)
        after = at(weights + step)
        while after[0] > value + 1e-4 * size * slope:
            size /= 2
            after = at(weights + size * step)
            if size < SMALL:  # what is left is rounding
                return weights
        weights = weights + size * step
        value, gradient, bends = after
    return weights


def _solved(times: Callable[[Scores], Scores], wanted: Scores, enough: float) -> Scores:
    """Conjugate gradients: what a matrix takes to what is wanted, nearly."""
    found, rest = np.zeros_like(wanted), wanted.copy()
    step, size = rest.copy(), float(rest @ rest)
    for _ in range(INNER):
        made = times(step)
        scale = size / float(step @ made)
        found += scale * step
        rest -= scale * made
        before, size = size, float(rest @ rest)
        if size <= enough * enough:
            break
        step = rest + size / before * step
    return found


def averaged(ratings: Matrix, lengths: Scores, owner: Indices, texts: int) -> Matrix:
    """The ratings of texts from those of their pieces, weighted by length.

    Args:
        ratings: (pieces, criteria).
        lengths: (pieces,).
        owner: (pieces,), the text of each.
        texts: how many there are; one without a piece gets NaN.
    """
    whole = np.bincount(owner, lengths, texts)
    sums = [np.bincount(owner, lengths * column, texts) for column in ratings.T]
    with np.errstate(invalid="ignore"):
        means: Matrix = np.stack(sums, axis=1) / whole[:, None]
    return means


def folds(
    pairs: Judged, count: int, numbers: Scores, parts: int
) -> list[tuple[Mask, Mask]]:
    """Which pairs to learn from and which to try, for each part that is held out.

    No text of a pair that is tried is in one that is learnt from.

    Args:
        pairs: that were judged.
        count: texts that there are.
        numbers: (count,), from 0 to 1, which part a text is held out with.
        parts: how many.
    """
    held = np.minimum((numbers * parts).astype(np.int64), parts - 1)
    found = []
    for part in range(parts):
        out = held == part
        learnt = ~(out[pairs.first] | out[pairs.second])
        seen = np.zeros(count, bool)
        seen[pairs.first[learnt]] = seen[pairs.second[learnt]] = True
        found.append((learnt, ~(seen[pairs.first] | seen[pairs.second])))
    return found
