"""How evenly records are spread over classes, from one count for each class.

Source: SELECT 2024, A Large-Scale Benchmark of Data Curation Strategies for Image
Recognition, arXiv:2410.05057, for coverage, long tail and head share.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from sel.types import Scores

    Counts = npt.NDArray[np.int64]

HEAD = 0.05
"""The part of the classes that is called the head."""


def balance(counts: Counts, tail: int) -> dict[str, Any]:
    """Coverage, long tail, head share, Gini, effective number, largest over smallest.

    Args:
        counts: (classes,), how many records each has; empty ones count as classes.
        tail: a class with fewer records is in the long tail.
    """
    counts = np.asarray(counts)
    total = int(counts.sum())
    there = counts[counts > 0]
    largest = np.sort(counts)[::-1]
    shares = there / max(total, 1)
    return {
        "coverage": len(there),
        "long_tail": int((counts < tail).sum()),
        "head_share": float(largest[: ceil(HEAD * len(counts))].sum()) / max(total, 1),
        "gini": gini(counts),
        "effective": float(np.exp(-(shares * np.log(shares)).sum())) if total else 0.0,
        "largest_over_smallest": float(there.max() / there.min()) if total else 0.0,
    }


def gini(counts: Counts) -> float:
    """0 where all counts are equal, towards 1 where one class has everything."""
    rising = np.sort(counts).astype(np.float64)
    n, total = len(rising), rising.sum()
    if not total:
        return 0.0
    places = np.arange(1, n + 1)
    return float((2 * (places * rising).sum() / total - (n + 1)) / n)


def pearson(a: Scores, b: Scores) -> float | None:
    """Pearson's, over the places where both are finite; None where one is constant."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    there = np.isfinite(a) & np.isfinite(b)
    a, b = a[there], b[there]
    if len(a) < 2 or not np.ptp(a) or not np.ptp(b):
        return None
    return float(np.corrcoef(a, b)[0, 1])
