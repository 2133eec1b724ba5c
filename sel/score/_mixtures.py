"""Gaussian mixtures: expectation maximisation, densities, memberships.

Source: Dempster, Laird and Rubin 1977, Maximum Likelihood from Incomplete Data via the
EM Algorithm, JRSS B 39; Biernacki, Celeux and Govaert 2003, Choosing starting values
for the EM algorithm, Computational Statistics and Data Analysis 41, for short runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sel.types import Noise, Scores

    Points = npt.NDArray[np.float64]

RIDGE = 1e-6  # added to each variance, as a share of that of all rows
CLOSE = 1e-9  # gain of the mean log-likelihood that ends the fit
ROUNDS = 1_000
SHORT = 20  # rounds of a first run
FINALS = 5  # first runs that are gone on with
ENOUGH = 5_000  # rows that first runs look at
BLOCK = 1 << 14  # rows that are looked at at once


@dataclass(frozen=True)
class Sample:
    """Rows of numbers; samples add up."""

    parts: tuple[Points, ...]

    @classmethod
    def of(cls, rows: Points) -> Self:
        """The finite ones of some rows, shape (n, d)."""
        return cls((rows[np.isfinite(rows).all(axis=1)],))

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return type(self)(self.parts + other.parts)

    @property
    def rows(self) -> Points:
        """All rows, shape (n, d)."""
        return np.concatenate(self.parts)


@dataclass(frozen=True)
class Mixture:
    """Components, the heaviest first."""

    weights: npt.NDArray[np.float64]  # (k,), they sum to 1
    means: npt.NDArray[np.float64]  # (k, d)
    covariances: npt.NDArray[np.float64]  # (k, d, d)


def fit(rows: Points, components: int, starts: int, rng: Noise) -> Mixture:
    """The likeliest of the mixtures that EM comes to from several starts.

    Args:
        rows: (n, d), finite, more than there are components.
        components: how many.
        starts: draws of rows that the means start at.
        rng: draws them.
    """
    spread = rows.std(axis=0)
    spread[spread == 0] = 1
    middle = rows.mean(axis=0)
    scaled = (rows - middle) / spread
    part = scaled[:: max(len(rows) // ENOUGH, 1)]
    runs = []
    for number in range(starts):
        keys = np.arange(len(part), dtype=np.uint64) + np.uint64(number * len(part))
        drawn = np.argpartition(rng.uniform(keys), components - 1)[:components]
        runs.append(em(part, _around(part, part[np.sort(drawn)]), SHORT))
    runs.sort(key=lambda run: run[1], reverse=True)
    ends = [em(scaled, start) for start, _ in runs[:FINALS]]
    whole = [end for end in ends if end[0].weights.min() * len(rows) > rows.shape[1]]
    best = max(whole or ends, key=lambda run: run[1])[0]  # spikes on few rows are none
    order = np.argsort(-best.weights, kind="stable")
    return Mixture(
        best.weights[order],
        best.means[order] * spread + middle,
        best.covariances[order] * spread[:, None] * spread,
    )


def em(rows: Points, start: Mixture, rounds: int = ROUNDS) -> tuple[Mixture, float]:
    """EM from a mixture; where it comes to, and the mean log-likelihood there."""
    before, mixture = -np.inf, start
    for _ in range(rounds):
        logs = densities(rows, mixture)
        whole = logsumexp(logs)
        height = float(whole.mean())
        if height - before < CLOSE:
            break
        before = height
        mixture = _mixture(rows, np.exp(logs - whole[:, None]))
    return mixture, height


def _around(rows: Points, means: Points) -> Mixture:
    """Components as wide as all rows together."""
    k, d = means.shape
    shape = np.atleast_2d(np.cov(rows.T)) + RIDGE * np.eye(d)
    return Mixture(np.full(k, 1 / k), means, np.stack([shape] * k))


def densities(rows: Points, mixture: Mixture, errors: Points | None = None) -> Scores:
    """Log density of each row in each component, with its weight, shape (n, k).

    Args:
        rows: (n, d).
        mixture: the components.
        errors: standard errors of the rows, (n, d); their squares are added to the
            variances of the components.
    """
    logs = np.empty((len(rows), len(mixture.weights)))
    for at in range(0, len(rows), BLOCK):
        part = slice(at, at + BLOCK)
        blur = None if errors is None else errors[part]
        for j, weight in enumerate(mixture.weights):
            shape = mixture.covariances[j]
            apart = rows[part] - mixture.means[j]
            logs[part, j] = np.log(weight) + _log_normal(apart, shape, blur)
    return logs


def logsumexp(logs: Scores) -> Scores:
    """The log of the sum of densities, shape (n,)."""
    most = logs.max(axis=1)
    sums: Scores = most + np.log(np.exp(logs - most[:, None]).sum(axis=1))
    return sums


def _log_normal(apart: Points, shape: Points, errors: Points | None) -> Scores:
    """Log density of differences to a mean, shape (n,)."""
    n, d = apart.shape
    if errors is None:
        root = np.linalg.cholesky(shape)
        solved = np.linalg.solve(root, apart.T).T
        half = np.log(root.diagonal()).sum()
    else:
        shapes = np.broadcast_to(shape, (n, d, d)).copy()
        shapes[:, range(d), range(d)] += errors**2
        roots = np.linalg.cholesky(shapes)
        solved = np.linalg.solve(roots, apart[:, :, None])[:, :, 0]
        half = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
    logs: Scores = -0.5 * (solved**2).sum(axis=1) - half - d / 2 * np.log(2 * np.pi)
    return logs


def _mixture(rows: Points, shares: Points) -> Mixture:
    """The likeliest components for given memberships."""
    sizes = shares.sum(axis=0) + 10 * np.finfo(float).eps
    means = shares.T @ rows / sizes[:, None]
    d = rows.shape[1]
    covariances = np.empty((len(sizes), d, d))
    for j, size in enumerate(sizes):
        apart = rows - means[j]
        covariances[j] = (shares[:, j, None] * apart).T @ apart / size
        covariances[j].flat[:: d + 1] += RIDGE
    return Mixture(sizes / sizes.sum(), means, covariances)
