"""The random baseline: what random selections of the same size reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel.maths.statistics.intervals import prediction_interval

if TYPE_CHECKING:
    from collections.abc import Sequence


def random_range(name: str, values: Sequence[float]) -> dict[str, float]:
    """What random selections reach, as fields; nothing for fewer than 2."""
    if len(values) < 2:
        return {}
    mean, low, high = prediction_interval(values)
    return {f"{name}_random": mean, f"{name}_low": low, f"{name}_high": high}
