"""The random baseline: what random selections of the same size reach."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING

from sel.maths.statistics.intervals import prediction_interval

if TYPE_CHECKING:
    from collections.abc import Sequence


_BOUNDS = {
    "accuracy": (0.0, 1.0),
    "balanced": (0.0, 1.0),
    "bits_per_byte": (0.0, inf),
    "characters": (0.0, inf),
    "cells_covered": (0.0, inf),
    "entropy": (0.0, inf),
    "frechet": (0.0, inf),
    "js": (0.0, log(2)),
    "mmd": (0.0, inf),
    "nearest_mean": (0.0, 2.0),
    "nearest_min": (0.0, 2.0),
    "perplexity": (1.0, inf),
    "radius": (0.0, 2.0),
    "similarity": (-1.0, 1.0),
    "tv": (0.0, 1.0),
    "used": (0.0, inf),
    "vendi": (1.0, inf),
}
"""Values that a measure can take, by its name or the last word of it."""


def random_range(name: str, values: Sequence[float]) -> dict[str, float]:
    """What random selections reach, as fields; nothing for fewer than 2.

    The range is that of Student's t, cut where the measure can have no such value.
    """
    if len(values) < 2:
        return {}
    mean, low, high = prediction_interval(values)
    ends = _BOUNDS.get(name) or _BOUNDS.get(name.rpartition("_")[2])
    if ends and ends[0] <= min(values) <= max(values) <= ends[1]:
        low, high = max(low, ends[0]), min(high, ends[1])
    return {f"{name}_random": mean, f"{name}_low": low, f"{name}_high": high}
