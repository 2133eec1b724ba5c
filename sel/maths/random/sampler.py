"""Samples without replacement: k of n, or a share of n."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sel.maths.random.noise import SeededNoise

if TYPE_CHECKING:
    from sel.types import Indices, Noise


def draw(count: int, size: int, seed: int) -> Indices:
    """A random selection: `size` of `count` places, in rising order."""
    if not size:
        return np.empty(0, np.int64)
    numbers = SeededNoise(seed).uniform(np.arange(count, dtype=np.uint64))
    return np.sort(np.argpartition(numbers, size - 1)[:size])


def subsample(count: int, share: float, rng: Noise, number: int) -> Indices:
    """A random part of so many places, in no order; another number draws another."""
    size = max(round(share * count), 1)
    keys = np.arange(count, dtype=np.uint64) + np.uint64(number * count)
    return np.argpartition(rng.uniform(keys), size - 1)[:size]
