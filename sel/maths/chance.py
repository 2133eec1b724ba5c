"""What chance gives: random selections, and how far their numbers and ours spread."""

from __future__ import annotations

from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import numpy as np

from sel.maths.noise import Noise

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from sel.types import Chance, Scores

    Rows = npt.NDArray[np.int64]

TIMES = 1_000
"""Resamples of a bootstrap."""

# Student's t for a two-sided 95%, by degrees of freedom.
_T = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201)
_T_LONG = 2.2  # from 12 degrees on, on the safe side


def draw(count: int, size: int, seed: int) -> Rows:
    """A random selection: `size` of `count` places, in rising order."""
    if not size:
        return np.empty(0, np.int64)
    numbers = Noise(seed).uniform(np.arange(count, dtype=np.uint64))
    return np.sort(np.argpartition(numbers, size - 1)[:size])


def draws(count: int, share: float, rng: Chance, number: int) -> Rows:
    """A random part of so many places, in no order; another number draws another."""
    size = max(round(share * count), 1)
    keys = np.arange(count, dtype=np.uint64) + np.uint64(number * count)
    return np.argpartition(rng.uniform(keys), size - 1)[:size]


def reach(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the range that 95% of further values fall into (Student's t).

    Args:
        values: at least 2.
    """
    return _around(values, 1 + 1 / len(values))


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the 95% interval of the mean (Student's t).

    Args:
        values: at least 2.
    """
    return _around(values, 1 / len(values))


def _around(values: Sequence[float], variances: float) -> tuple[float, float, float]:
    free = len(values) - 1
    t = _T[free - 1] if free <= len(_T) else _T_LONG
    wide = t * stdev(values) * sqrt(variances)
    mean = fmean(values)
    return mean, mean - wide, mean + wide


def beside(name: str, values: Sequence[float]) -> dict[str, float]:
    """What random selections reach, as fields; nothing for fewer than 2."""
    if len(values) < 2:
        return {}
    mean, low, high = reach(values)
    return {f"{name}_random": mean, f"{name}_low": low, f"{name}_high": high}


def resamples(
    count: int, rng: Chance, *, number: int = 0, times: int = TIMES
) -> Scores:
    """How often each of `count` things is drawn, shape (times, count), rows sum to 1.

    Args:
        count: things that are drawn from, with replacement.
        rng: where the draws come from.
        number: another one draws others.
        times: resamples.
    """
    start = (number * times) << 32
    shares = np.empty((times, count))
    for i in range(times):
        keys = np.arange(count, dtype=np.uint64) + np.uint64(start + (i << 32))
        drawn = (rng.uniform(keys) * count).astype(np.int64)
        shares[i] = np.bincount(drawn, minlength=count) / count
    return shares


def interval(values: Scores) -> tuple[float, float]:
    """The middle 95% of resampled values."""
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
