"""Buckets of n-grams by SHA-256, as the authors of DSIR have them.

Source: Xie et al. 2023, Data Selection for Language Models via Importance
Resampling, arXiv:2302.03169.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Counted = npt.NDArray[np.int64]

_PLACES = 1 << 22  # for buckets that are remembered, 50 MB
_HALF = np.uint64(32)
_seen: dict[int, tuple[Hashes, npt.NDArray[np.int32]]] = {}


def buckets(
    hashes: Hashes,
    first: Counted,
    order: int,
    text: tuple[str, Counted, Counted],
    divisor: int,
) -> Counted:
    """The authors' bucket: SHA-256 of the n-gram, as a number, modulo the buckets.

    An n-gram is told by its 64-bit hash, and put through SHA-256 only if it is not
    remembered. There is one place for each remainder of the hash; the last one has it.

    Args:
        hashes: of m n-grams.
        first: (m,), the token at which each begins.
        order: words of an n-gram.
        text: in lower case; where its tokens start, and where they end.
        divisor: number of buckets.
    """
    known, remembered = _memory(divisor)
    places = (hashes & np.uint64(_PLACES - 1)).astype(np.intp)
    found = remembered[places].astype(np.int64)
    missed = np.flatnonzero(known[places] != hashes)
    if len(missed):
        new, where, back = np.unique(
            hashes[missed], return_index=True, return_inverse=True
        )
        fresh = _modulo(_digests(first[missed[where]], order, text), divisor)
        found[missed] = fresh[back]
        places, one = np.unique(places[missed[where]], return_index=True)
        known[places], remembered[places] = new[one], fresh[one]
    return found


def _memory(buckets: int) -> tuple[Hashes, npt.NDArray[np.int32]]:
    """Hashes that were seen, and their buckets, each shape (_PLACES,)."""
    if buckets not in _seen:
        _seen.clear()
        _seen[buckets] = np.zeros(_PLACES, np.uint64), np.zeros(_PLACES, np.int32)
        _seen[buckets][0][0] = 1  # a hash of 0 is not known from the start
    return _seen[buckets]


def _digests(first: Counted, order: int, text: tuple[str, Counted, Counted]) -> bytes:
    """SHA-256 of the n-grams that begin at the given tokens, one after the other."""
    joined, starts, ends = text
    words = [
        [joined[a:b] for a, b in zip(starts[at].tolist(), ends[at].tolist())]
        for at in (first + i for i in range(order))
    ]
    grams = map(" ".join, zip(*words, strict=True)) if order > 1 else words[0]
    return b"".join(
        [sha256(gram.encode("utf-8", "surrogatepass")).digest() for gram in grams]
    )


def _modulo(digests: bytes, divisor: int) -> Counted:
    """The remainders of 256-bit numbers by one below 2^31, shape (n,)."""
    halves = np.frombuffer(digests, ">u4").reshape(-1, 8).astype(np.uint64)
    rest = np.zeros(len(halves), np.uint64)
    for column in halves.T:
        rest = ((rest << _HALF) | column) % np.uint64(divisor)
    return rest.astype(np.int64)
