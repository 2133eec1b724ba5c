"""Outcomes as a function of attributes, and the best distributions of these.

The model has an effect of each value of an attribute and of each pair of values of two
attributes, by least squares. What a distribution over the values of each attribute is
worth is then linear in each of them, so that the best answer to the others has a closed
form, and going round among the attributes climbs to a maximum.

Source: Jerzak, Chandra and Hazra 2025, Selecting Optimal Candidate Profiles in
Adversarial Environments Using Conjoint Analysis and Machine Learning, arXiv:2504.19043.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from sel.errors import DataError
from sel.types import Indices, Scores

Mixture = list[Scores]
"""For each attribute a distribution over its values."""

MOST = 4_000
"""Effects that are fitted."""
STEP = 2_048
"""Records whose effects are held together."""
ROUNDS = 2_000
CLOSE = 1e-13
FULL = 200
"""Rounds of two players after which they go only part of the way to their answer."""
SETTLED = 1e-8
"""Two players have settled where no weight moves by more."""


class Profiles(NamedTuple):
    """Records of a designed experiment, or of past runs."""

    codes: Indices
    """(n, attributes), the number of each value; those of the other player last."""
    levels: Mapping[str, Sequence[str]]
    """From each attribute to what its numbers stand for."""
    outcomes: Scores
    """(n,), higher is better."""
    ours: int
    """How many of the attributes are ours."""
    sign: float
    """What outcomes were multiplied with, so that higher is better."""
    groups: Indices
    """(n,), records of one number belong together, as those of a person."""


@dataclass(frozen=True)
class Leash:
    """What it costs to be away from the distributions of the records."""

    strength: float
    squared: bool
    """Whether it is the squared distance, in place of the KL divergence."""

    def answer(self, gains: Scores, prior: Scores) -> Scores:
        """The best distribution, where each value of an attribute gains so much."""
        if self.strength <= 0:
            best = np.where(prior > 0, gains, -np.inf)
            one: Scores = np.eye(1, len(gains), int(best.argmax()))[0]
            return one
        if self.squared:
            return projected(prior + gains / (2 * self.strength))
        with np.errstate(divide="ignore"):
            logs = np.log(prior) + gains / self.strength
        weights: Scores = np.exp(logs - logs.max())
        weights /= weights.sum()
        return weights

    def penalty(self, mixture: Mixture, prior: Mixture) -> float:
        """What is taken off for each unit of strength."""
        total = 0.0
        for ours, theirs in zip(mixture, prior, strict=True):
            if self.squared:
                total += float(((ours - theirs) ** 2).sum())
            else:
                used = ours > 0
                total += float((ours[used] * np.log(ours[used] / theirs[used])).sum())
        return total


def projected(point: Scores) -> Scores:
    """The nearest point of the simplex.

    Source: Duchi et al. 2008, Efficient Projections onto the l1-Ball, ICML.
    """
    falling = -np.sort(-point)
    over = (np.cumsum(falling) - 1) / np.arange(1, len(point) + 1)
    last = int(np.flatnonzero(falling > over)[-1])
    found: Scores = np.maximum(point - over[last], 0.0)
    found /= found.sum()
    return found


@dataclass(frozen=True)
class Model:
    """Effects of values and of pairs of values."""

    constant: float
    mains: Mixture
    """For each attribute (levels,); 0 for its first value."""
    pairs: dict[tuple[int, int], Scores]
    """For each two attributes (levels, levels); 0 where either is the first value."""

    def value(self, mixture: Mixture) -> float:
        """The outcome that is expected."""
        total = self.constant
        total += sum(float(m @ x) for m, x in zip(self.mains, mixture, strict=True))
        for (a, b), effect in self.pairs.items():
            total += float(mixture[a] @ effect @ mixture[b])
        return total

    def gains(self, mixture: Mixture, attribute: int) -> Scores:
        """What each value of an attribute gains, as the others are."""
        found = self.mains[attribute].copy()
        for (a, b), effect in self.pairs.items():
            if a == attribute:
                found += effect @ mixture[b]
            elif b == attribute:
                found += effect.T @ mixture[a]
        return found


class Design:
    """The effects of each record, so that a model can be fitted to some of them.

    Args:
        profiles: the records.
        folds: (n,), the part that each belongs to.

    Raises:
        DataError: there are more effects than can be fitted.
    """

    def __init__(self, profiles: Profiles, folds: Indices) -> None:
        self._sizes = [len(levels) for levels in profiles.levels.values()]
        self._couples = list(combinations(range(len(self._sizes)), 2))
        more = [n - 1 for n in self._sizes]
        count = 1 + sum(more) + sum(more[a] * more[b] for a, b in self._couples)
        if count > MOST:
            msg = (
                f"the values and the pairs of values are {count:,}, more than {MOST:,}"
            )
            raise DataError(f"{msg}. Try: fewer attributes, or ones of fewer values")
        self._parts = []
        for part in range(int(folds.max(initial=0)) + 1):
            square, against = np.zeros((count, count)), np.zeros(count)
            some = np.flatnonzero(folds == part)
            for at in range(0, len(some), STEP):
                rows = some[at : at + STEP]
                effects = self._effects(profiles.codes[rows])
                square += effects.T @ effects
                against += effects.T @ profiles.outcomes[rows]
            self._parts.append((square, against))

    def _effects(self, codes: Indices) -> Scores:
        """Which effects each record has, shape (n, effects)."""
        hot = [np.eye(size)[codes[:, i]][:, 1:] for i, size in enumerate(self._sizes)]
        crossed = [
            (hot[a][:, :, None] * hot[b][:, None, :]).reshape(len(codes), -1)
            for a, b in self._couples
        ]
        return np.concatenate([np.ones((len(codes), 1)), *hot, *crossed], axis=1)

    def fit(self, without: int | None = None) -> Model:
        """The model of all records, or of all but those of a fold."""
        parts = [one for i, one in enumerate(self._parts) if i != without]
        square = np.sum([one for one, _ in parts], axis=0)
        against = np.sum([one for _, one in parts], axis=0)
        found = np.linalg.lstsq(square, against, rcond=1e-12)[0]
        at, mains = 1, []
        for size in self._sizes:
            mains.append(np.r_[0.0, found[at : at + size - 1]])
            at += size - 1
        pairs = {}
        for a, b in self._couples:
            shape = self._sizes[a] - 1, self._sizes[b] - 1
            block = found[at : at + shape[0] * shape[1]].reshape(shape)
            pairs[a, b] = np.pad(block, ((1, 0), (1, 0)))
            at += block.size
        return Model(float(found[0]), mains, pairs)


def shares(codes: Indices, sizes: Sequence[int]) -> Mixture:
    """How often each value of each attribute comes."""
    counts = [np.bincount(codes[:, i], minlength=n) for i, n in enumerate(sizes)]
    return [count / max(len(codes), 1) for count in counts]


def unseen(codes: Indices, mixture: Mixture) -> float:
    """The most that a mixture has of pairs of values that no record has."""
    worst = 0.0
    for a, b in combinations(range(len(mixture)), 2):
        shape = len(mixture[a]), len(mixture[b])
        cells = np.bincount(
            codes[:, a] * shape[1] + codes[:, b], minlength=np.prod(shape)
        )
        both = np.outer(mixture[a], mixture[b])
        worst = max(worst, float(both[cells.reshape(shape) == 0].sum()))
    return worst


@dataclass(frozen=True)
class Game:
    """Who chooses distributions of some attributes, and what they are worth.

    Args:
        model: of the outcome.
        leash: to the prior.
        prior: distributions of all attributes.
    """

    model: Model
    leash: Leash
    prior: Mixture

    def optimum(self, others: Mixture, some: range, sign: float = 1.0) -> Mixture:
        """The best that is found from the prior, and from each value taken alone.

        Args:
            others: distributions of all attributes.
            some: those that can be changed.
            sign: 1 for who wants the outcome high, -1 for who wants it low.
        """
        middle = [*others]
        for attribute in some:
            middle[attribute] = self.prior[attribute]
        starts = [middle]
        for attribute in some:
            for level in np.flatnonzero(self.prior[attribute] > 0).tolist():
                one = list(middle)
                one[attribute] = np.eye(len(self.prior[attribute]))[level]
                starts.append(one)
        ends = (self._climbed(start, some, sign) for start in starts)
        return max(ends, key=lambda found: self._worth(found, some, sign))

    def _worth(self, found: Mixture, some: range, sign: float) -> float:
        mine = [found[i] for i in some], [self.prior[i] for i in some]
        penalty = self.leash.penalty(*mine)
        return sign * self.model.value(found) - self.leash.strength * penalty

    def _climbed(self, start: Mixture, some: range, sign: float) -> Mixture:
        """Where answering for one attribute after the other leads to."""
        found = list(start)
        for _ in range(ROUNDS):
            moved = 0.0
            for attribute in some:
                gains = sign * self.model.gains(found, attribute)
                new = self.leash.answer(gains, self.prior[attribute])
                moved = max(moved, float(np.abs(new - found[attribute]).max()))
                found[attribute] = new
            if moved <= CLOSE:
                break
        return found

    def equilibrium(self, ours: int) -> tuple[Mixture, bool, int]:
        """Where each of two players has the best answer to the other.

        Returns:
            Their distributions, whether they have settled, and after how many rounds.
        """
        found = list(self.prior)
        players = range(ours), range(ours, len(self.prior))
        for number in range(1, ROUNDS + 1):
            part = 1.0 if number <= FULL else max(FULL / number, 0.02)
            moved = 0.0
            for player, sign in zip(players, (1.0, -1.0), strict=True):
                best = self.optimum(found, player, sign)
                for i in player:
                    moved = max(moved, float(np.abs(best[i] - found[i]).max()))
                    found[i] = found[i] + part * (best[i] - found[i])
            if moved <= SETTLED:
                return found, True, number
        return found, False, ROUNDS
