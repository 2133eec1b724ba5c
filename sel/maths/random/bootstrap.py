"""The bootstrap: resamples with replacement, and the interval of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sel.types import Noise, Scores


TIMES = 1_000
"""Resamples of a bootstrap."""


def resamples(count: int, rng: Noise, *, number: int = 0, times: int = TIMES) -> Scores:
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
