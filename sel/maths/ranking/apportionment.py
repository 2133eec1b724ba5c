"""How many records, or how much of a budget, each group gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Group = TypeVar("Group")


def apportioned(k: int, weights: Mapping[Group, float]) -> dict[Group, int]:
    """Divide k by weights so that the parts add up to k.

    Each group gets the whole part of its share; what is left goes to the largest
    remainders, of equal ones to the earlier group (the method of Hamilton).
    """
    total = sum(weights.values())
    if not total:
        return dict.fromkeys(weights, 0)
    exact = {group: k * weight / total for group, weight in weights.items()}
    parts = {group: int(share) for group, share in exact.items()}
    by_rest = sorted(exact, key=lambda group: parts[group] - exact[group])
    for group in by_rest[: k - sum(parts.values())]:
        parts[group] += 1
    return parts


def level(k: int, sizes: Mapping[Group, int]) -> dict[Group, int]:
    """Divide k equally; what a small group cannot give is divided among the others."""
    parts: dict[Group, int] = {}
    left = k
    for place, group in enumerate(sorted(sizes, key=lambda group: sizes[group])):
        share = left // (len(sizes) - place)
        parts[group] = min(sizes[group], share)
        left -= parts[group]
    return {group: parts[group] for group in sizes}


def capped(
    total: float, weights: Mapping[Group, float], caps: Mapping[Group, float]
) -> dict[Group, float]:
    """Divide a total by weights; no part is above its cap.

    What the cap of one group leaves is divided among the others, again by weights. The
    parts add up to the total if there is room for it.
    """
    parts = dict.fromkeys(weights, 0.0)
    free = {group: weight for group, weight in weights.items() if weight > 0}
    while free:
        whole = sum(free.values())
        shares = {group: total * (w / whole) for group, w in free.items()}
        full = [group for group in free if shares[group] >= caps[group]]
        for group in full or free:
            parts[group] = caps[group] if full else shares[group]
        if not full:
            return parts
        for group in full:
            total -= caps[group]
            del free[group]
        total = max(total, 0.0)
    return parts


def balanced(k: int, sizes: list[int], have: list[int]) -> list[int]:
    """How many more to take from each cell so that all give about the same.

    The smallest cells give first; what one cannot give, the larger ones do.

    Args:
        k: how many in all.
        sizes: of the cells.
        have: how many of each were taken before.
    """
    left = {cell: size for cell, size in enumerate(sizes) if size}
    while True:
        parts = level(k + sum(have[cell] for cell in left), left)
        over = [cell for cell, part in parts.items() if part < have[cell]]
        if not over:
            return [max(parts.get(i, 0) - have[i], 0) for i in range(len(sizes))]
        for cell in over:
            del left[cell]
