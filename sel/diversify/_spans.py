"""Spans that occur more than once: windows of a length with equal hashes, joined.

What a suffix array finds for a least length, by one sort of the hashes of all windows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sel.maths.text.polynomials import mix, powers

Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

PER_UNIT = 60  # bytes of memory for each token or byte, about


def repeated(units: Hashes, bounds: Numbers, length: int) -> tuple[Numbers, Numbers]:
    """Which units stand in a window that occurred before, and where.

    The first occurrence is none, and a window counts only where it does not overlap
    the first. Equality is that of 64-bit hashes.

    Args:
        units: (n,), tokens or bytes as hashes, text after text.
        bounds: (texts + 1,), where texts begin; windows do not cross them.
        length: of a window.

    Returns:
        Starts of repeated windows, rising, and of the first occurrence of each.
    """
    none = np.empty(0, np.int64)
    if len(units) < length:
        return none, none
    hashes = windows(units, length)
    owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    whole = np.flatnonzero(owner[: len(hashes)] == owner[length - 1 :])
    order = whole[np.argsort(hashes[whole], kind="stable")]
    ranked = hashes[order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = ranked[1:] != ranked[:-1]
    firsts = order[begins][np.cumsum(begins) - 1]
    again = order >= firsts + length
    starts, firsts = order[again], firsts[again]
    rising = np.argsort(starts)
    return starts[rising], firsts[rising]


def windows(units: Hashes, length: int) -> Hashes:
    """The hash of every window, shape (n - length + 1,)."""
    power, inverse = powers(len(units))
    running = np.zeros(len(units) + 1, np.uint64)
    np.cumsum(units * power[: len(units)], out=running[1:])
    return mix(
        (running[length:] - running[:-length]) * inverse[: len(units) - length + 1]
    )


def joined(starts: Numbers, length: int, owner: Numbers) -> tuple[Numbers, Numbers]:
    """Windows that touch or overlap, as spans: starts and ends.

    Args:
        starts: of windows, rising.
        length: of a window.
        owner: the text of each window; spans do not cross texts.
    """
    if not len(starts):
        return starts, starts
    gap = (np.diff(starts) > length) | (np.diff(owner) != 0)
    first = np.concatenate(([True], gap))
    last = np.concatenate((gap, [True]))
    return starts[first], starts[last] + length
