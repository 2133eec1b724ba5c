"""Variance: of single columns, and along the principal components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from sel.types import Scores, Vectors

    Floats = npt.NDArray[np.floating[Any]]


def mean_and_variance(rows: Vectors, size: int = 1 << 14) -> tuple[Scores, Scores]:
    """Mean and variance of each column, each shape (d,), float64."""
    total = np.zeros(rows.shape[1])
    for at in range(0, len(rows), size):
        total += np.asarray(rows[at : at + size], np.float64).sum(axis=0)
    mean = total / max(len(rows), 1)
    total = np.zeros(rows.shape[1])
    for at in range(0, len(rows), size):
        total += ((np.asarray(rows[at : at + size], np.float64) - mean) ** 2).sum(0)
    return mean, total / max(len(rows), 1)


def principal_components(
    rows: Vectors, k: int, size: int = 1 << 14
) -> tuple[Scores, Floats]:
    """The mean, shape (d,), and the k directions of most variance, shape (d, k).

    Source: Pearson 1901, On lines and planes of closest fit.
    """
    mean, _ = mean_and_variance(rows, size)
    square = np.zeros((rows.shape[1], rows.shape[1]))
    for at in range(0, len(rows), size):
        part = np.asarray(rows[at : at + size], np.float64) - mean
        square += part.T @ part
    _, axes = np.linalg.eigh(square)  # the least comes first
    axes = axes[:, ::-1][:, :k]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], 0)
    return mean, axes * np.sign(largest)  # one sign, whatever the library


ENOUGH = 20_000  # rows that a share of variance is measured by


def first_share(rows: Vectors) -> float:
    """The share of the variance that lies along one line, by an even part of them."""
    if len(rows) < 2:
        return 1.0
    part = rows[:: 1 + len(rows) // ENOUGH]
    spread = np.linalg.eigvalsh(np.atleast_2d(np.cov(part, rowvar=False)))
    return float(spread[-1] / max(spread.sum(), 1e-300))
