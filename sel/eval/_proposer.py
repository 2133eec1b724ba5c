"""The mixture that laws say is best, with a leash to a prior and bounds on each weight.

The problem is convex; Newton's steps with a logarithmic barrier come to its solution
whatever the start.

Source: the exact proposer of olmix (Ai2, 2026); Boyd and Vandenberghe 2004, Convex
Optimization, chapter 11, for the barrier.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from sel.eval._laws import LINEAR, Law, powers

if TYPE_CHECKING:
    import numpy.typing as npt

    from sel.types import Scores

BARRIERS = 10.0 ** -np.arange(1, 14)
STEPS = 60
CLOSE = 1e-16
"""What the last step for a barrier gains, as a share of the barrier."""
SMALL = 1e-12
TINY = 1e-10
"""Weights that are above their bounds by less are at them."""


def divergence(weights: Scores, prior: Scores) -> float:
    """KL(weights || prior) in nats; infinite where the prior has none of a weight."""
    used = weights > 0
    if (prior[used] <= 0).any():
        return float("inf")
    return float((weights[used] * np.log(weights[used] / prior[used])).sum())


@dataclass(frozen=True)
class Goal:
    """What is made small: the sum of counted outcomes, and the leash.

    The floors of the law, which no mixture changes, are left out.
    """

    slopes: Scores
    """(m, d), the exponents of the law of each outcome."""
    counts: Scores
    """(m,), how much each outcome counts."""
    prior: Scores
    """(d,), sums to 1; what has no part of it gets none."""
    kl: float
    """How strong the leash is, from 0 on."""
    linear: bool
    """Whether outcomes are linear, and not exponentials."""

    @classmethod
    def of(cls, law: Law, counts: Scores, prior: Scores, kl: float) -> Goal:
        """That of a law, in units in which it is about 1."""
        linear = law.kind == LINEAR
        each = counts if linear else counts * powers(law.exponents @ prior)
        scale = 1 / (float(np.abs(each @ law.exponents).max()) + kl or 1.0)
        return cls(law.exponents, counts * scale, prior, kl * scale, linear)

    def within(self, free: npt.NDArray[np.bool_], start: Scores) -> Goal:
        """The same over the weights that can change, where the others are as given."""
        slopes, counts = self.slopes[:, free], self.counts
        if not self.linear:
            counts = counts * powers(self.slopes[:, ~free] @ start[~free])
        return Goal(slopes, counts, self.prior[free], self.kl, self.linear)

    def value(self, x: Scores) -> float:
        """What is made small."""
        inner = self.slopes @ x
        outcome = self.counts @ (inner if self.linear else powers(inner))
        return float(outcome + self.kl * (x * np.log(x / self.prior)).sum())

    def slope(self, x: Scores) -> tuple[Scores, Scores]:
        """Its gradient (d,) and its Hessian (d, d)."""
        each = self.counts
        if not self.linear:
            each = each * powers(self.slopes @ x)
        gradient = each @ self.slopes + self.kl * (np.log(x / self.prior) + 1)
        hessian = np.diag(self.kl / x)
        if not self.linear:
            hessian += (self.slopes * each[:, None]).T @ self.slopes
        return gradient, hessian


@dataclass(frozen=True)
class _Walled:
    """A goal with a barrier before the bounds of each weight."""

    goal: Goal
    barrier: float
    low: Scores
    high: Scores

    def value(self, x: Scores) -> float:
        room = np.r_[self.high - x, x - self.low]
        if (room <= 0).any():
            return inf
        return self.goal.value(x) - self.barrier * float(np.log(room).sum())

    def slope(self, x: Scores) -> tuple[Scores, Scores]:
        gradient, hessian = self.goal.slope(x)
        above, below = 1 / (self.high - x), 1 / (x - self.low)
        gradient = gradient + self.barrier * (above - below)
        return gradient, hessian + np.diag(self.barrier * (above**2 + below**2))


def best(goal: Goal, low: Scores, high: Scores) -> Scores:
    """The weights of the lowest goal, shape (d,), which sum to 1.

    Args:
        goal: over d domains.
        low: (d,), the least of each weight; their sum is below 1.
        high: (d,), the most; their sum is at least 1.
    """
    there = goal.prior > 0
    low, high = np.where(there, low, 0.0), np.where(there, np.minimum(high, 1.0), 0.0)
    room = high - low
    free = room > SMALL
    share = (1 - low.sum()) / max(float(room.sum()), SMALL)
    found = low + room * min(share, 1.0)
    if share < 1 - SMALL and free.sum() > 1:
        inner = goal.within(free, found)
        found[free] = _descend(inner, found[free], low[free], high[free])
    found = np.clip(np.where(found - low < TINY, low, found), low, high)
    for _ in range(3):  # what rounding left, to where there is room
        rest = 1 - found.sum()
        room = np.where(found > low, (high if rest > 0 else low) - found, 0.0)
        whole = room.sum()
        if abs(whole) > 0:
            found += room * min(rest / whole, 1.0)
    result: Scores = found / found.sum()
    return result


def _descend(goal: Goal, x: Scores, low: Scores, high: Scores) -> Scores:
    """The best weights, from some between their bounds."""
    for barrier in BARRIERS.tolist():
        walled = _Walled(goal, barrier, low, high)
        for _ in range(STEPS):
            gradient, hessian = walled.slope(x)
            step = _newton(gradient, hessian)
            gain = -float(gradient @ step)
            if gain < CLOSE * barrier:
                break
            x = _walked(walled, x, step, gain)
    return x


def _newton(gradient: Scores, hessian: Scores) -> Scores:
    """Newton's step that leaves the sum as it is."""
    scale = 1 / np.sqrt(np.diag(hessian))
    square = hessian * scale[:, None] * scale
    both = np.c_[gradient * scale, scale]
    down, ones = (np.linalg.lstsq(square, both, rcond=None)[0] * scale[:, None]).T
    step: Scores = ones * (down.sum() / ones.sum()) - down
    return step


def _walked(walled: _Walled, x: Scores, step: Scores, gain: float) -> Scores:
    """As far along a step as all bounds allow and the goal gets better."""
    limits = np.where(step > 0, walled.high - x, walled.low - x)
    moves = step != 0
    far = min(1.0, 0.99 * float((limits[moves] / step[moves]).min(initial=np.inf)))
    now = walled.value(x)
    for _ in range(40):
        tried = x + far * step
        value = walled.value(tried)
        better = value <= now - 1e-4 * far * gain or far * gain < 1e-18
        if better and value < inf:
            return tried
        far /= 2
    return x
