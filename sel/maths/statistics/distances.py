"""How far two sets of vectors, or two mixtures, are from one another; 0 is equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sel.maths.random.sampler import draw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.types import Scores, Vectors

BLOCK = 1 << 11  # rows that are compared at once
ENOUGH = 1_000  # rows that a bandwidth is taken from
MOST = 5_000  # rows of each side whose kernel is taken


def at_most(rows: Vectors, most: int, seed: int = 0) -> Vectors:
    """The rows, or so many of them where there are more."""
    return rows if len(rows) <= most else rows[draw(len(rows), most, seed)]


def mean_and_covariance(rows: Vectors) -> tuple[Scores, Scores]:
    """Mean and covariance, in float64, shapes (d,) and (d, d)."""
    exact = np.asarray(rows, np.float64)
    mean = exact.mean(axis=0)
    exact -= mean
    return mean, exact.T @ exact / max(len(exact) - 1, 1)


def frechet(a: tuple[Scores, Scores], b: tuple[Scores, Scores]) -> float:
    """The squared Frechet distance of two Gaussians, from their moments.

    Source: Heusel et al. 2017, GANs Trained by a Two Time-Scale Update Rule Converge
    to a Local Nash Equilibrium, arXiv:1706.08500.
    """
    values, axes = np.linalg.eigh(a[1])
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    both = np.linalg.eigvalsh(root @ b[1] @ root)
    apart = ((a[0] - b[0]) ** 2).sum()
    total = np.trace(a[1]) + np.trace(b[1]) - 2 * np.sqrt(np.maximum(both, 0)).sum()
    return float(max(apart + total, 0.0))


class Apart:
    """How far rows are from those of a target; all have length 1.

    Args:
        targets: (t, d).
    """

    def __init__(self, targets: Vectors) -> None:
        self._few = len(targets) < 2
        self._moments = mean_and_covariance(targets)
        self._part, self._width = at_most(targets, MOST), bandwidth(targets)

    def of(self, rows: Vectors) -> dict[str, float]:
        """Frechet distance and MMD."""
        far = frechet(mean_and_covariance(rows), self._moments)
        return {
            "frechet": far,
            "mmd": mmd(at_most(rows, MOST), self._part, self._width),
        }

    def known(self, rows: Vectors) -> dict[str, float | None]:
        """The same; None for fewer than 2 rows."""
        if self._few or len(rows) < 2:
            return {"frechet": None, "mmd": None}
        return dict(self.of(rows))


def bandwidth(rows: Vectors) -> float:
    """The median distance between different rows, of at most 1,000."""
    part = np.asarray(at_most(rows, ENOUGH), np.float64)
    squares = _squares(part, part)[np.triu_indices(len(part), 1)]
    squares = squares[squares > 0]
    return float(np.sqrt(np.median(squares))) if len(squares) else 1.0


def mmd(a: Vectors, b: Vectors, width: float) -> float:
    """The squared maximum mean discrepancy with a Gaussian kernel, unbiased.

    It can fall below 0 where the sets are alike.

    Source: Gretton et al. 2012, A Kernel Two-Sample Test, JMLR 13.

    Args:
        a: (n, d), at least 2.
        b: (m, d), at least 2.
        width: standard deviation of the kernel.
    """
    n, m = len(a), len(b)
    if n < 2 or m < 2:
        return float("nan")
    within = (_kernel(a, a, width) - n) / (n * (n - 1))
    beyond = (_kernel(b, b, width) - m) / (m * (m - 1))
    return within + beyond - 2 * _kernel(a, b, width) / (n * m)


def _kernel(a: Vectors, b: Vectors, width: float) -> float:
    """The sum of the kernel over all pairs."""
    total = 0.0
    right = np.asarray(b, np.float64)
    for at in range(0, len(a), BLOCK):
        left = np.asarray(a[at : at + BLOCK], np.float64)
        total += float(np.exp(_squares(left, right) / (-2 * width**2)).sum())
    return total


def _squares(a: Scores, b: Scores) -> Scores:
    lengths = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)
    squares: Scores = np.maximum(lengths - 2 * a @ b.T, 0)
    return squares


def of_domains(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, float]:
    """Total variation and Jensen-Shannon divergence (nats) of two counts of domains."""
    names = sorted({*a, *b})
    p, q = (
        np.array([float(counts.get(name, 0)) for name in names]) for counts in (a, b)
    )
    p, q = p / max(p.sum(), 1), q / max(q.sum(), 1)
    middle = (p + q) / 2
    return {
        "domain_tv": float(np.abs(p - q).sum() / 2),
        "domain_js": (_divergence(p, middle) + _divergence(q, middle)) / 2,
    }


def _divergence(p: Scores, q: Scores) -> float:
    there = p > 0
    return float((p[there] * np.log(p[there] / q[there])).sum())
