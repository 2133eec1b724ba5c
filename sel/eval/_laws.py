"""What losses are as functions of the weights of domains, and how they are fitted.

`linear` is y = a + x.b by least squares. `log-linear` is y = exp(c) + exp(x.t), with a
floor c and an exponent for each domain, by the least sum of Huber losses.

Source: Liu et al. 2024, RegMix, arXiv:2407.01492, for the linear law; Ye et al. 2024,
Data Mixing Laws, arXiv:2403.16952, for the log-linear one, whose loss and fit are those
of olmix (Ai2, 2026).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sel.errors import DataError

if TYPE_CHECKING:
    from sel.types import Noise, Scores

LINEAR, LOG_LINEAR = "linear", "log-linear"
DELTA = 0.02
"""Where the Huber loss turns from a square into a line."""
FLOORS = (0.02, 0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.97)
"""Where the fit of a floor begins, as shares of the lowest loss."""
STEPS = 300
CLOSE = 1e-10
"""Of the sum of losses: steps that gain less are the last."""
LARGEST = 300.0
"""Exponents are not taken to be larger."""
KICKS = 24
"""Domains whose exponent is changed in the end, to see whether the fit gets better."""


class Runs(NamedTuple):
    """Runs with different mixtures."""

    names: Sequence[str]
    """(d,), the domains."""
    weights: Scores
    """(n, d), those of each run; rows sum to 1."""
    targets: Mapping[str, float]
    """The names of the outcomes, and how much each counts."""
    outcomes: Scores
    """(n, m), what came of each run; the lowest is the best."""


@dataclass(frozen=True)
class Law:
    """A law for each of m outcomes over d domains."""

    kind: str
    constants: Scores
    """(m,), a or c."""
    exponents: Scores
    """(m, d), b or t."""

    def predict(self, weights: Scores) -> Scores:
        """Outcomes of n mixtures, shape (n, m)."""
        linear: Scores = weights @ self.exponents.T
        if self.kind == LINEAR:
            return linear + self.constants
        return powers(linear) + powers(self.constants)


def fit(kind: str, weights: Scores, outcomes: Scores, *, thorough: bool = True) -> Law:
    """The law of each outcome.

    Args:
        kind: LINEAR or LOG_LINEAR.
        weights: (n, d), rows on the simplex.
        outcomes: (n, m).
        thorough: look for a better fit beside the one that was found.

    Raises:
        DataError: an outcome is not above 0, and the law is log-linear.
    """
    if kind == LINEAR:
        design = np.c_[np.ones(len(weights)), weights]
        found = np.linalg.lstsq(design, outcomes, rcond=None)[0]
        return Law(kind, found[0], found[1:].T)
    if not (outcomes > 0).all():
        msg = "the log-linear law is one of losses above 0. Try: --law linear"
        raise DataError(msg)
    each = np.array([_log_linear(weights, y, thorough=thorough) for y in outcomes.T])
    return Law(kind, each[:, 0], each[:, 1:])


def left_out(
    kind: str, weights: Scores, outcomes: Scores, folds: int, rng: Noise
) -> Scores:
    """What laws of the other runs expect of each run, shape (n, m)."""
    n = len(weights)
    expected = np.empty_like(outcomes)
    order = np.argsort(rng.uniform(np.arange(n, dtype=np.uint64)), kind="stable")
    for part in np.array_split(order, min(folds, n)):
        rest = np.setdiff1d(order, part)
        law = fit(kind, weights[rest], outcomes[rest], thorough=False)
        expected[part] = law.predict(weights[part])
    return expected


def powers(exponents: Scores) -> Scores:
    """Their exponentials, which never overflow."""
    found: Scores = np.exp(np.minimum(exponents, LARGEST))
    return found


def huber(apart: Scores) -> float:
    """The sum of the Huber losses of some differences."""
    size = np.abs(apart)
    inner = np.minimum(size, DELTA)
    return float((inner * (size - inner / 2)).sum())


def _log_linear(weights: Scores, y: Scores, *, thorough: bool) -> Scores:
    """The best (c, t) of all that the fit comes to from several floors."""
    starts = []
    for share in FLOORS:
        floor = share * y.min()
        exponents = np.linalg.lstsq(weights, np.log(y - floor), rcond=None)[0]
        start = np.r_[np.log(floor), exponents]
        starts.append(_descend(weights, y, start, 15))
    starts.sort(key=lambda one: one[0])
    ends = [_descend(weights, y, start, STEPS) for _, start in starts[:2]]
    loss, best = min(ends, key=lambda one: one[0])
    if thorough:
        large = np.argsort(-weights.mean(axis=0), kind="stable")[:KICKS]
        for domain in large.tolist():
            kicked = best.copy()
            kicked[1 + domain] -= 2
            new, other = _descend(weights, y, kicked, STEPS)
            if new < loss:
                loss, best = new, other
    return best


def _descend(
    weights: Scores, y: Scores, start: Scores, steps: int
) -> tuple[float, Scores]:
    """Levenberg and Marquardt's steps on squares that are weighted anew in each."""
    found, damp = start, 1e-3
    apart, slopes = _residuals(weights, y, found)
    loss = huber(apart)
    for _ in range(steps):
        trust = DELTA / np.maximum(np.abs(apart), DELTA)
        weighted = slopes * trust[:, None]
        square, slope = slopes.T @ weighted, weighted.T @ apart
        scale = np.maximum(np.diag(square), 1e-12)
        before = loss
        while damp < 1e12:
            step = np.linalg.solve(square + damp * np.diag(scale), slope)
            tried = found - step
            others = _residuals(weights, y, tried)
            if (new := huber(others[0])) < loss:
                found, (apart, slopes), loss = tried, others, new
                damp = max(damp / 10, 1e-12)
                break
            damp *= 10
        if before - loss <= CLOSE * loss:
            break
    return loss, found


def _residuals(weights: Scores, y: Scores, found: Scores) -> tuple[Scores, Scores]:
    """What is predicted above y, (n,), and how that changes, (n, 1 + d)."""
    floor, rest = powers(found[:1]), powers(weights @ found[1:])
    slopes = np.c_[np.full(len(y), floor[0]), rest[:, None] * weights]
    return floor + rest - y, slopes
