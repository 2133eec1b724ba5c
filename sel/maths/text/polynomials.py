"""Polynomial hashes of runs of characters, many at once, read off one running sum.

The hash of a run c_0, c_1, ... is the sum of c_i * BASE^i modulo 2^64, mixed. The terms
of a whole text are added up once, with powers that go on from run to run; a difference
of two sums, times a power of the inverse of BASE, belongs to one run.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sel.maths.text.characters import Codes

Hashes = npt.NDArray[np.uint64]
Counted = npt.NDArray[np.int64]

BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
_PIECE = 1 << 16  # characters hashed at once: what they need stays in the cache
_BITS = np.uint64(33)
_FACTORS = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)

_powers: list[Hashes] = []


def hashed(values: Codes, starts: Counted) -> Hashes:
    """The hashes of runs of characters, with nothing but space between them.

    They are found some at a time; a piece begins with a run.

    Args:
        values: (characters,), what each adds; 0 for a space.
        starts: (m,), where the runs begin.

    Returns:
        The hashes, shape (m,).
    """
    hashes = np.empty(len(starts), np.uint64)
    edges = np.append(starts, len(values))
    marks = np.searchsorted(starts, np.arange(0, len(values), _PIECE))
    cuts = np.unique(np.append(marks, len(starts)))
    # The space behind the last run of a piece may be long, and is not part of it.
    lasts = [values[edges[b - 1] : edges[b]] for b in cuts[1:]]
    sizes = edges[cuts[1:] - 1] - edges[cuts[:-1]]
    sizes += np.array([np.count_nonzero(last) for last in lasts], np.int64)
    power, inverse = powers(int(sizes.max(initial=0)))
    terms = np.empty(sizes.max(initial=0), np.uint64)
    running = np.zeros(len(terms) + 1, np.uint64)
    for (a, b), size in zip(pairwise(cuts.tolist()), sizes.tolist(), strict=True):
        at = edges[a : b + 1] - edges[a]
        at[-1] = size
        piece = values[edges[a] : edges[a] + size]
        np.multiply(piece, power[:size], out=terms[:size])
        np.cumsum(terms[:size], out=running[1 : size + 1])
        sums = running.take(at)
        part = sums[1:] - sums[:-1]
        part *= inverse.take(at[:-1])
        hashes[a:b] = mixed(part, sums[1:])
    return hashes


def powers(size: int) -> list[Hashes]:
    """Powers of the base and of its inverse modulo 2^64, `size` of each or more."""
    if not _powers or len(_powers[0]) < size:
        _powers.clear()
        for base in (BASE, pow(BASE, -1, 1 << 64)):
            factors = np.full(max(size, _PIECE), base, np.uint64)
            factors[0] = 1
            _powers.append(np.cumprod(factors))
    return _powers


def mix(bits: Hashes) -> Hashes:
    """The finaliser of MurmurHash3: each bit of a hash depends on all of them."""
    return mixed(bits.copy(), np.empty_like(bits))


def mixed(bits: Hashes, room: Hashes) -> Hashes:
    """The same in place, with room for as many."""
    for factor in _FACTORS:
        np.right_shift(bits, _BITS, out=room)
        bits ^= room
        bits *= factor
    np.right_shift(bits, _BITS, out=room)
    bits ^= room
    return bits
