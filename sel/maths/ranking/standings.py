"""The standing of values of which each of several machines holds some.

A machine sorts its values; those between two others, of all machines, are looked at in
one place, which needs to know only how many there are above.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sel.maths.ranking.cuts import Bits, Whole

Standings = tuple[Whole, Whole, Whole]
"""How many values are above each, how many are its equals, how many of these come
before; each shape (m,)."""


def standings(keys: Sequence[Bits], counts: Sequence[Whole], above: int) -> Standings:
    """How the values of several machines stand, those of the first machine first.

    Args:
        keys: of each machine values, each once, rising.
        counts: how often it has each.
        above: how many values are above them all.
    """
    joined, many = np.concatenate(keys), np.concatenate(counts)
    order = np.argsort(joined, kind="stable")
    ranked, upto = joined[order], np.cumsum(many[order])
    new = np.ones(len(order), np.bool_)
    new[1:] = ranked[1:] != ranked[:-1]
    lower = upto - many[order]
    firsts, group = lower[new], np.cumsum(new) - 1
    ends = np.append(firsts, upto[-1:])[1:]
    found = np.empty((3, len(order)), np.int64)
    found[:, order] = (
        above + int(many.sum()) - ends[group],
        (ends - firsts)[group],
        lower - firsts[group],
    )
    return found[0], found[1], found[2]


def splits(samples: Sequence[Bits], sizes: Sequence[int], parts: int) -> Bits:
    """Keys between parts that have about as many of all keys, shape (parts - 1,).

    Args:
        samples: of each machine keys at even distances, rising.
        sizes: how many keys each machine has.
        parts: how many parts there are.
    """
    joined = np.concatenate(samples)
    if not len(joined):
        return np.zeros(parts - 1, np.uint64)
    each = [size / max(len(some), 1) for some, size in zip(samples, sizes, strict=True)]
    weights = np.repeat(each, [len(some) for some in samples])
    order = np.argsort(joined, kind="stable")
    upto = np.cumsum(weights[order])
    wanted = np.arange(1, parts) * (upto[-1] / parts)
    found: Bits = joined[order][np.searchsorted(upto[:-1], wanted)]
    return found
