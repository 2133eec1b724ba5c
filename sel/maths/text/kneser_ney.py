"""Models of bytes by counted n-grams, and how many bits they need for other texts.

Source: Kneser and Ney 1995, Improved backing-off for m-gram language modeling, ICASSP;
Chen and Goodman 1998, An Empirical Study of Smoothing Techniques for Language Modeling,
TR-10-98, Harvard: interpolated and modified, with three discounts for each order.

A document ends with a byte 0, and what stands before it is not context of the next one.
N-grams of up to 8 bytes are numbers of 64 bits, so that none share a count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from sel.maths.text import characters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sel.types import Scores

    Bytes = npt.NDArray[np.uint8]
    GramKeys = npt.NDArray[np.uint64]
    Counts = npt.NDArray[np.int64]

LONGEST = 8  # bytes of a number
SYMBOLS = 256
DISCOUNTS = np.array([0.0, 0.5, 0.75, 0.9])
"""Where counts of counts say nothing of a discount."""


@dataclass(frozen=True)
class Documents:
    """Texts as bytes, each with a 0 at its end."""

    data: Bytes
    ends: Counts
    """Where each document ends, behind its 0."""
    words: int = 0
    """Of all documents; see characters.words."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Texts in UTF-8; a NUL in one of them becomes a blank."""
        plain = [text.replace("\0", " ") for text in texts]
        parts = [text.encode() + b"\0" for text in plain]
        words = sum(characters.words(plain))
        ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
        return cls(np.frombuffer(b"".join(parts), np.uint8), ends, words)

    def __len__(self) -> int:
        return len(self.ends)

    def up_to(self, most: int) -> Documents:
        """The first so many bytes; where they end in a document, it ends there."""
        if most >= len(self.data):
            return self
        data = self.data[:most].copy()
        data[-1] = 0
        return Documents(data, np.flatnonzero(data == 0) + 1)

    def sums(self, values: Scores) -> Scores:
        """The sum over each document of a value for each byte."""
        total = np.concatenate([[0.0], np.cumsum(values)])
        starts = np.concatenate([[0], self.ends[:-1]])
        sums: Scores = total[self.ends] - total[starts]
        return sums


@dataclass(frozen=True)
class Order:
    """What is counted of the n-grams of one length."""

    keys: GramKeys  # sorted
    counts: Counts
    contexts: GramKeys  # sorted: the n-grams without their last byte
    totals: Scores  # of the counts in each context
    left: Scores  # the share of each context that goes to shorter n-grams
    discounts: Scores  # of counts 0, 1, 2, and more


def train(documents: Documents, order: int) -> list[Order]:
    """Count n-grams of 1 up to `order` bytes.

    The longest count as often as they stand there, and so does what begins a document;
    shorter ones count by how many different bytes stand before them.
    """
    keys, _ = _grams(documents.data, order)
    counted = np.unique(keys, return_counts=True)
    orders = [_order(*counted)]
    for n in range(order - 1, 0, -1):
        rest = counted[0] & np.uint64((1 << 8 * n) - 1)
        inside = np.unique(rest, return_counts=True)
        if n > 1:
            keys, _ = _grams(documents.data, n)
            first = np.unique(keys[keys < 1 << 8 * (n - 1)], return_counts=True)
            both = np.concatenate([first[0], inside[0]])
            counts = np.concatenate([first[1], inside[1]])
            ranked = np.argsort(both)
            counted = both[ranked], counts[ranked]
        else:
            counted = inside
        orders.append(_order(*counted))
    return orders[::-1]


def bits(model: list[Order], documents: Documents) -> Scores:
    """The bits that each byte of some documents needs, shape (bytes,)."""
    chance = np.full(len(documents.data), 1 / SYMBOLS)
    for n, table in enumerate(model, 1):
        keys, where = _grams(documents.data, n)
        at = _find(table.contexts, keys >> np.uint64(8))
        known = at >= 0
        where, keys, at = where[known], keys[known], at[known]
        place = _find(table.keys, keys)
        counts = np.where(place >= 0, table.counts[place], 0)
        taken = np.maximum(counts - table.discounts[np.minimum(counts, 3)], 0)
        chance[where] = taken / table.totals[at] + table.left[at] * chance[where]
    needed: Scores = -np.log2(chance)
    return needed


def _grams(data: Bytes, n: int) -> tuple[GramKeys, Counts]:
    """The n-grams of single documents, and the place of the last byte of each.

    A 0 stands for the beginning of a document, where it is the first byte, and for its
    end, where it is the last.
    """
    wide = np.concatenate([np.zeros(1, np.uint64), data.astype(np.uint64)])
    first = 1 if n == 1 else 0
    count = max(len(wide) - n + 1 - first, 0)
    keys = np.zeros(count, np.uint64)
    good = np.ones(count, bool)
    for i in range(n):
        part = wide[first + i : first + i + count]
        keys = (keys << np.uint64(8)) | part
        if 0 < i < n - 1:
            good &= part != 0
    return keys[good], np.flatnonzero(good) + first + n - 2


def _order(keys: GramKeys, counts: Counts) -> Order:
    discounts = discounts_of(counts)
    contexts, starts = np.unique(keys >> np.uint64(8), return_index=True)
    totals = np.add.reduceat(counts, starts).astype(np.float64)
    taken = discounts[np.minimum(counts, 3)]
    left = np.add.reduceat(taken, starts) / totals
    return Order(keys, counts, contexts, totals, left, discounts)


def discounts_of(counts: Counts) -> Scores:
    """What is taken from counts of 0, 1, 2, and more (Chen and Goodman 1998)."""
    often = np.bincount(np.minimum(counts, 5), minlength=6)[1:5].astype(np.float64)
    if (often == 0).any():
        return DISCOUNTS
    share = often[0] / (often[0] + 2 * often[1])
    steps = np.arange(1, 4)
    discounts = np.concatenate(
        [[0], steps - (steps + 1) * share * often[1:] / often[:-1]]
    )
    return discounts if (discounts[1:] > 0).all() else DISCOUNTS


def _find(table: GramKeys, keys: GramKeys) -> Counts:
    """The place of each key in a sorted table, or -1."""
    if not len(table):
        return np.full(len(keys), -1)
    at = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return np.where(table[at] == keys, at, -1)
