"""Random signs that anyone can make again: +1 or -1 for each place of a matrix.

They come from a hash of the seed and the place, in whole numbers of 64 bits, so that a
block of the matrix is the same on any machine, whatever is made before or beside it.
Everything here works on arrays of numpy and tensors of torch alike.

Source: Steele et al. 2014, Fast splittable pseudorandom number generators (SplitMix64);
the signs of a projection: Achlioptas 2003; the sketch: Charikar et al. 2002.
"""

from __future__ import annotations

from typing import Any

import numpy as np

BITS = 64
"""Signs of a word."""
STEP = 0x9E3779B97F4A7C15 - (1 << 64)
FIRST = 0xBF58476D1CE4E5B9 - (1 << 64)
SECOND = 0x94D049BB133111EB - (1 << 64)


def words(places: Any, seed: int) -> Any:
    """64 random bits for each place.

    Args:
        places: int64, of any shape.
        seed: at least 0, below 2^63.
    """
    key = int(_mixed(np.array([seed]) * STEP + STEP)[0])
    return _mixed(places * STEP + key)


def _mixed(x: Any) -> Any:
    """Signed numbers, multiplied modulo 2^64 and shifted without their sign."""
    x = (x ^ _right(x, 30)) * FIRST
    x = (x ^ _right(x, 27)) * SECOND
    return x ^ _right(x, 31)


def _right(x: Any, by: int) -> Any:
    return (x >> by) & ((1 << (BITS - by)) - 1)


def table() -> Any:
    """The eight signs of each byte, (256, 8) float32: a bit of 1 is +1, low first."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], 1, bitorder="little")
    return bits.astype(np.float32) * 2 - 1


def row_words(rows: Any, within: Any, seed: int) -> Any:
    """The words of some rows of a matrix of signs, (rows, words).

    Args:
        rows: int64, which rows, shape (rows, 1).
        within: int64, all words of a row, 0 to the last.
        seed: of the matrix.
    """
    return words(rows * len(within) + within, seed)


def buckets(rows: Any, columns: int, seed: int) -> tuple[Any, Any]:
    """For each row the one column of a count-sketch that it is in, and its sign.

    Args:
        rows: int64, which rows.
        columns: fewer than 2^31.
        seed: of the sketch.
    """
    found = words(rows, seed)
    return (_right(found, 32) * columns) >> 32, (found & 1) * 2 - 1
