"""The tokens of texts: where each begins and ends, and its hash.

Tokens are the words and the runs of marks of `ngrams`. All texts of a batch are cut at
once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sel.maths.text import characters, normal, polynomials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.types import Texts

Hashes = npt.NDArray[np.uint64]
Counted = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tokens:
    """The tokens of some texts, one text after the other."""

    joined: str
    """The texts, in lower case or not, each with an end of line."""
    classes: characters.Classes
    """Of its characters."""
    starts: Counted
    """(m,), the character at which each token begins."""
    hashes: Hashes
    """(m,), of the tokens."""
    rows: Counted
    """(n,), numbers of the texts in their batch."""
    places: Counted
    """(n + 1,), the character at which each text begins."""
    bounds: Counted
    """(n + 1,), the token at which each text begins."""

    @property
    def ends(self) -> Counted:
        """(m,), the character behind each token."""
        last = np.zeros(len(self.classes), np.bool_)
        last[self.starts] = True
        last |= self.classes == characters.SPACE
        return np.flatnonzero(last[1:] & (self.classes[:-1] != characters.SPACE)) + 1

    @property
    def sizes(self) -> Counted:
        """(n,), tokens of each text."""
        return np.diff(self.bounds)

    @property
    def owner(self) -> Counted:
        """(m,), the text of each token, by its number in the batch."""
        return np.repeat(self.rows, self.sizes)

    @property
    def between_blanks(self) -> Counted:
        """(n,), how many runs of characters other than space each text has."""
        there = (self.classes != characters.SPACE).view(np.uint8)
        begins = np.flatnonzero(there[1:] > there[:-1]) + 1
        counts = np.diff(np.searchsorted(begins, self.places))
        counts[:1] += there[:1]
        return counts

    def totals(self, order: int) -> Counted:
        """(n,), n-grams of each text, of order 1 to `order`."""
        sizes = self.sizes
        return sum((np.maximum(sizes - i, 0) for i in range(1, order)), start=sizes)

    def across(self, order: int) -> Counted:
        """The tokens at which an n-gram of this order would leave its text."""
        last = self.bounds[1:, None] - np.arange(1, order)
        return last[last >= self.bounds[:-1, None]]


def cut(texts: Texts, *, literal: bool = False) -> Iterator[Tokens]:
    """The tokens of texts in ASCII, which take less time, and those of the others."""
    plain = np.fromiter(map(str.isascii, texts), np.bool_, len(texts))
    others = np.flatnonzero(~plain)
    for rows in np.flatnonzero(plain), others:
        if not len(rows):
            continue
        some = [texts[i] for i in rows.tolist()] if len(rows) < len(texts) else texts
        if rows is others and not literal:
            some = list(map(normal.composed, some))
        some, joined, values, classes = characters.values(some)
        if literal:
            classes = characters.literal(classes)
        sizes = np.fromiter(map(len, some), np.int64, len(rows)) + 1
        yield split(joined, values, classes, rows, sizes)


def split(
    joined: str,
    values: characters.Codes,
    classes: characters.Classes,
    rows: Counted,
    sizes: Counted,
) -> Tokens:
    """The tokens of texts with so many characters each."""
    begins = np.empty(len(classes), np.bool_)
    begins[:1] = classes[:1]
    np.not_equal(classes[1:] & ~classes[:-1], 0, out=begins[1:])
    if not joined.isascii():
        begins |= classes == characters.SINGLE
    starts = np.flatnonzero(begins)
    hashes = polynomials.hashed(values, starts)
    places = np.concatenate(([0], np.cumsum(sizes)))
    bounds = np.searchsorted(starts, places)
    return Tokens(joined, classes, starts, hashes, rows, places, bounds)
