"""Which points of two lists belong together, within a tolerance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sel.types import Indices, Mask, Scores

BLOCK = 1 << 12  # points whose partners are looked for at once


def by_key(ours: Sequence[str], theirs: Iterable[str]) -> tuple[Mask, dict[str, int]]:
    """Which of our keys they have, shape (n,), and how many of theirs we have not."""
    known = set(theirs)
    found = np.array([key in known for key in ours], bool)
    return found, {"unmatched": len(known - set(ours))}


def by_place(
    ours: Sequence[list[float]],
    theirs: Sequence[list[float]],
    width: int,
    within: float,
) -> tuple[Mask, dict[str, int]]:
    """Which of our points have a partner, shape (n,), and what is left of theirs.

    Args:
        ours: n points.
        theirs: others.
        width: coordinates of each.
        within: the largest distance.
    """
    a, b = (np.array(points, float).reshape(-1, width) for points in (ours, theirs))
    found: Mask = matched(a, b, within) >= 0
    blind = int((~np.isfinite(b).all(axis=1)).sum())
    lost = len(b) - blind - int(found.sum())
    return found, {"unmatched": lost, "without_coordinates": blind}


def matched(ours: Scores, theirs: Scores, within: float) -> Indices:
    """The partner of each of our points, or -1, shape (n,).

    Nearest pairs come first, and each point has one partner at most; of equal pairs
    our earlier point comes first, then their earlier one. A point with a coordinate
    that is not a number has none. Distances are Euclidean, in the units of the
    coordinates.

    Args:
        ours: (n, c), with one or more coordinates.
        theirs: (m, c).
        within: the largest distance.
    """
    partners = np.full(len(ours), -1, np.int64)
    left, right, apart = _pairs(ours, theirs, within)
    taken = np.zeros(len(theirs), bool)
    for place in np.lexsort((right, left, apart)).tolist():
        i, j = left[place], right[place]
        if partners[i] < 0 and not taken[j]:
            partners[i], taken[j] = j, True
    return partners


def _pairs(
    ours: Scores, theirs: Scores, within: float
) -> tuple[Indices, Indices, Scores]:
    """All pairs that are near enough: our point, theirs, the distance."""
    there = np.flatnonzero(np.isfinite(theirs).all(axis=1))
    there = there[np.argsort(theirs[there, 0], kind="stable")]
    line = theirs[there, 0]
    here = np.flatnonzero(np.isfinite(ours).all(axis=1))
    parts = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    for at in range(0, len(here), BLOCK):
        own = here[at : at + BLOCK]
        first = np.searchsorted(line, ours[own, 0] - within, "left")
        sizes = np.searchsorted(line, ours[own, 0] + within, "right") - first
        left = np.repeat(own, sizes)
        inside = np.arange(len(left)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        right = there[np.repeat(first, sizes) + inside]
        apart = np.sqrt(((ours[left] - theirs[right]) ** 2).sum(axis=1))
        near = apart <= within
        parts.append((left[near], right[near], apart[near]))
    left, right, apart = (np.concatenate(column) for column in zip(*parts, strict=True))
    return left, right, apart
