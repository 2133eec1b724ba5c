"""How far choices of one pool agree."""

from __future__ import annotations

from math import sqrt
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.ranking.ranks import ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from sel.types import Indices, Scores

    Counts = npt.NDArray[np.int64]

NORMAL = 1.959964  # of a two-sided 95%


def highest(values: Scores, k: int) -> Indices:
    """The k highest, of equal ones the first; fewer where fewer are known."""
    known = np.flatnonzero(~np.isnan(values))
    return known[np.argsort(-values[known], kind="stable")[:k]]


def overlap(pairs: Sequence[tuple[Indices, Indices]], pool: int) -> dict[str, Any]:
    """What two choices have in common; of several pairs, the mean.

    Args:
        pairs: rows of one and of the other.
        pool: rows that there are.
    """
    sets = [(np.unique(a), np.unique(b)) for a, b in pairs]
    common = [len(np.intersect1d(a, b, assume_unique=True)) for a, b in sets]
    sizes = [(len(a), len(b)) for a, b in sets]
    either = [a + b - both for (a, b), both in zip(sizes, common, strict=True)]
    jaccard = [c / e if e else 1.0 for c, e in zip(common, either, strict=True)]
    mean = fmean(common)
    return {
        "shared": int(mean) if mean.is_integer() else mean,
        "shared_by_chance": fmean(a * b / pool for a, b in sizes),
        "jaccard": fmean(jaccard),
    }


def stability(
    runs: Sequence[Indices], counts: Counts
) -> tuple[float | None, float | None, float | None]:
    """Agreement above chance, with its 95% interval; None where it is not defined.

    Source: Nogueira, Sechidis and Brown 2018, On the Stability of Feature Selection
    Algorithms, JMLR 18.

    Args:
        runs: the rows that each chooses, without repeats.
        counts: how many runs choose each row of the pool.
    """
    m, d = len(runs), len(counts)
    shares = counts / max(m, 1)
    mean = float(shares.sum())
    by_chance = mean / d * (1 - mean / d)
    if m < 2 or by_chance <= 0:
        return None, None, None
    spread = m / (m - 1) * shares * (1 - shares)
    value = float(1 - spread.mean() / by_chance)
    parts = []
    for rows in runs:
        k = len(rows)
        agreed = float(shares[rows].sum()) / d - k * mean / d**2
        rest = 2 * k * mean / d**2 - k / d - mean / d + 1
        parts.append((agreed + value / 2 * rest) / by_chance)
    middle = fmean(parts)
    wide = NORMAL * sqrt(4 / m**2 * sum((part - middle) ** 2 for part in parts))
    return value, value - wide, value + wide


def spearman(a: Scores, b: Scores) -> float | None:
    """The correlation of ranks over rows that both know; ties share their mean rank."""
    good = ~(np.isnan(a) | np.isnan(b))
    if good.sum() < 2:
        return None
    x, y = ranks(a[good]), ranks(b[good])
    if not x.std() or not y.std():
        return None
    return float(np.corrcoef(x, y)[0, 1])
