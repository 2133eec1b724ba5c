"""Hashed word n-grams: which bucket each n-gram of a text falls into.

Words are those of DSIR: lower-cased runs of word characters (letters, digits, `_`)
and runs of characters that are neither word characters nor space, by the rules of
`str.isalnum` and `str.isspace`. But texts are composed first (see `normal`), and each
letter of a script without spaces is a word (see `characters`); neither where texts are
taken literally. All tokens of a batch are hashed at once.

Source: Xie et al. 2023, Data Selection for Language Models via Importance
Resampling, arXiv:2302.03169.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import DataError, OptionError
from sel.maths.text import characters, normal, polynomials, sha
from sel.maths.text.tokens import Counted, Hashes, Tokens, cut, split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.types import Texts

NAMES = {"fast": "sel64-2", "sha256": "sha256"}
"""The words and the hash that an option stands for, as saved states name them.

Never to be changed: a state that names OLD has the words of sha256.
"""
OLD = "sel64-1"

_AT_ONCE = 1 << 10  # texts that get rows at once
_FIRST, _NEXT = np.uint64(0xD6E8FEB86659FD93), np.uint64(0xA0761D6478BD642F)
_ONE, _HALF = np.uint64(1), np.uint64(32)


@dataclass(frozen=True)
class Grams:
    """Which n-grams are meant, and how they are hashed."""

    order: int
    """Longest n-gram, in words; shorter ones count too."""
    buckets: int
    hash: str
    """A value of NAMES, or OLD."""

    @classmethod
    def of(cls, ngrams: int, buckets: int, kind: str) -> Self:
        """From the values of options, checked."""
        check.between("--ngrams", ngrams, 1, 16)
        check.between("--buckets", buckets, 2, 1 << 31)
        if kind not in NAMES:
            raise OptionError("--hash", f"one of {', '.join(NAMES)}", kind)
        return cls(ngrams, buckets, NAMES[kind])

    def sound(self) -> bool:
        """Whether `of` can have made this."""
        try:
            self.of(self.order, self.buckets, "fast")
        except OptionError:
            return False
        return self.hash in (*NAMES.values(), OLD)

    @property
    def literal(self) -> bool:
        """Whether words are those of the authors of DSIR, whatever the script."""
        return self.hash != NAMES["fast"]


@dataclass(frozen=True)
class Counts:
    """How often each bucket occurred; the counts of two batches add up."""

    per_bucket: Counted  # (buckets,)
    texts: int
    grams: Grams

    @property
    def total(self) -> int:
        """All n-grams together."""
        return int(self.per_bucket.sum())

    def probabilities(self, laplace: float = 0.0) -> npt.NDArray[np.float64]:
        """Share of each bucket, shape (buckets,), with a pseudo-count added to all.

        Raises:
            DataError: there is nothing to share.
        """
        counts = self.per_bucket + laplace
        if not counts.sum():
            msg = "no words were found to count. Try: another --text"
            raise DataError(msg)
        shares: npt.NDArray[np.float64] = counts / counts.sum()
        return shares

    def __add__(self, other: Self) -> Self:
        """Counts of both batches."""
        if self.grams != other.grams:
            msg = f"counts of {self.grams} and {other.grams} cannot be added"
            raise DataError(msg)
        return replace(
            self,
            per_bucket=self.per_bucket + other.per_bucket,
            texts=self.texts + other.texts,
        )


def count(texts: Texts, grams: Grams) -> Counts:
    """Count the n-grams of a batch."""
    counts = np.zeros(grams.buckets, np.int64)
    for some in cut(texts, literal=grams.literal):
        buckets = _buckets(some, grams)
        counts += np.bincount(buckets.ravel(), minlength=grams.buckets)
        counts[0] -= buckets.size - some.totals(grams.order).sum()
    return Counts(counts, len(texts), grams)


def weigh(
    texts: Texts, grams: Grams, table: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], Counted]:
    """Sum a table over the n-grams of each text.

    A sum runs over one text's n-grams of one order, one after the other, so that it
    does not depend on the batch; the sums of the orders are added, shortest first.

    Args:
        texts: n strings.
        grams: which n-grams.
        table: (T, buckets), T values of each bucket.

    Returns:
        The sums, shape (n, T), and the number of n-grams of each text, shape (n,).
    """
    sums = np.zeros((len(texts), len(table)))
    totals = np.zeros(len(texts), np.int64)
    for some in cut(texts, literal=grams.literal):
        totals[some.rows] = some.totals(grams.order)
        buckets = _buckets(some, grams)
        # The orders take turns: no addition waits for the one before it.
        bins = np.arange(len(some.rows) * grams.order).reshape(-1, grams.order)
        owner = np.repeat(bins, some.sizes, axis=0).ravel()
        across = [some.across(order) for order in range(1, grams.order + 1)]
        for t, values in enumerate(table):
            added = values.take(buckets)
            for column, wrong in zip(added.T, across, strict=True):
                column[wrong] = 0.0
            found = np.bincount(owner, added.ravel(), minlength=bins.size)
            for column in found.reshape(bins.shape).T:
                sums[some.rows, t] += column
    return sums, totals


def signed(texts: Texts, order: int, columns: int) -> npt.NDArray[np.float32]:
    """Counts of n-grams up to an order, each with a sign, shape (n, columns).

    The high bits of an n-gram's hash say in which column it counts, the lowest says
    whether it adds or takes away.
    """
    rows = np.empty((len(texts), columns), np.float32)
    for start in range(0, len(texts), _AT_ONCE):
        whole = rows[start : start + _AT_ONCE]
        for some in cut(texts[start : start + _AT_ONCE]):
            owner = np.repeat(np.arange(len(some.rows)) * columns, some.sizes)
            counts = np.zeros(len(some.rows) * columns)
            for i, hashes in enumerate(_grams(some.hashes, order)):
                signs = 1.0 - 2.0 * (hashes & _ONE).astype(np.float64)
                across = some.across(i + 1)
                signs[across[across < len(signs)]] = 0.0
                places = _spread(hashes, columns)
                places += owner[: len(places)]
                counts += np.bincount(places, signs, minlength=counts.size)
            whole[some.rows] = counts.reshape(-1, columns)
    return rows


def shingles(texts: Texts, order: int) -> tuple[Hashes, Counted, Counted]:
    """The n-grams of one order, and the number of words of texts.

    The n-grams of one text stand together; those of texts in ASCII go first.

    Returns:
        The hashes of the n-grams, shape (m,); the text of each, shape (m,); and
        how many words texts have, see characters.words, shape (n,).
    """
    words = np.zeros(len(texts), np.int64)
    hashes, owners = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for some in cut(texts):
        *_, grams = _grams(some.hashes, order)
        inside = _inside(some, order)
        hashes.append(grams[inside])
        owners.append(some.owner[inside])
        words[some.rows] = some.between_blanks
        alone = np.flatnonzero(some.classes == characters.SINGLE)
        places = np.searchsorted(some.places, alone, "right") - 1
        for i in some.rows[np.unique(places)].tolist():
            words[i] = characters.words_apart(texts[i])
    return np.concatenate(hashes), np.concatenate(owners), words


def every(texts: Texts) -> tuple[Hashes, Counted]:
    """The hashes of all tokens, text by text, and the text of each, shape (m,)."""
    hashes, owner, _ = _together(texts)
    if (owner[1:] >= owner[:-1]).all():
        return hashes, owner
    sequence = np.argsort(owner, kind="stable")
    return hashes[sequence], owner[sequence]


def keyed(texts: Texts, grams: Grams) -> Hashes:
    """The bucket of each n-gram, and in the high half the text, in no order."""
    found = [np.empty(0, np.uint64)]
    for some in cut(texts, literal=grams.literal):
        keys = _buckets(some, grams).view(np.uint64)
        keys |= some.owner.view(np.uint64)[:, None] << _HALF
        orders = range(1, grams.order + 1)
        found += [np.delete(keys[:, i - 1], some.across(i)) for i in orders]
    return np.concatenate(found)


def lengths(totals: Counted, order: int) -> Counted:
    """Tokens of texts with so many n-grams of order 1 to `order`, shape (n,).

    Exact for texts of order - 1 tokens or more.
    """
    return (totals + order * (order - 1) // 2) // order


def tokens(texts: Texts) -> tuple[Counted, Counted, Hashes]:
    """Starts, ends and hashes of the tokens of composed texts, with their capitals.

    Positions count characters of what the texts as they are make when joined, each
    with an end of line.
    """
    joined = "".join([text + "\n" for text in texts])
    made = normal.composed(joined)
    codes, classes = characters.kinds(made)
    added = (codes + np.uint32(1)) * (classes != characters.SPACE)
    none = np.empty(0, np.int64)
    found = split(made, added, classes, none, none)
    if made == joined:
        return found.starts, found.ends, found.hashes
    lines = [normal.placed(text + "\n", normal.composed) for text in texts]
    sizes = [len(places) for _, places, _ in lines]
    before = np.cumsum([0, *(len(text) + 1 for text in texts)])[:-1]
    shift = np.repeat(before, sizes)
    begins = shift + np.concatenate([places for _, places, _ in lines])
    ends = shift + np.concatenate([places for *_, places in lines])
    return begins[found.starts], ends[found.ends - 1], found.hashes


def words(texts: Texts, *, literal: bool = False) -> tuple[Hashes, Counted]:
    """Hashes of the lower-cased words, without other marks, and the text of each."""
    hashes, owner, classes = _together(texts, literal=literal)
    kept = classes != characters.OTHER
    return hashes[kept], owner[kept]


def _together(
    texts: Texts, *, literal: bool = False
) -> tuple[Hashes, Counted, characters.Classes]:
    """Hash, text and class of all tokens, each shape (m,); texts in ASCII go first."""
    some = cut(texts, literal=literal)
    found = [(t.hashes, t.owner, t.classes[t.starts]) for t in some]
    if not found:
        return np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.uint8)
    hashes, owner, classes = zip(*found, strict=True)
    return np.concatenate(hashes), np.concatenate(owner), np.concatenate(classes)


def _buckets(some: Tokens, grams: Grams) -> Counted:
    """The bucket of the n-gram of each order that begins at each token.

    Shape (m, order); 0 where there is no such n-gram within the text.
    """
    found = np.empty((len(some.hashes), grams.order), np.int64)
    if grams.hash == "sha256":
        text = some.joined.lower(), some.starts, some.ends
        found[:] = 0
        for i, hashes in enumerate(_grams(some.hashes, grams.order)):
            first = _inside(some, i + 1)
            found[first, i] = sha.buckets(
                hashes[first], first, i + 1, text, grams.buckets
            )
        return found
    for i, hashes in enumerate(_grams(some.hashes, grams.order)):
        found[: len(hashes), i] = _spread(hashes, grams.buckets)
    for i in range(1, grams.order):
        found[some.across(i + 1), i] = 0
    return found


def _inside(some: Tokens, order: int) -> Counted:
    """The tokens at which an n-gram of this order begins, within its text."""
    there = np.ones(len(some.hashes), np.bool_)
    there[some.across(order)] = False
    return np.flatnonzero(there)


def _grams(words: Hashes, longest: int) -> Iterator[Hashes]:
    """Per order, the hash of the n-gram that begins at each token."""
    hashes = words
    for order in range(1, longest + 1):
        if order > 1:
            later = words[order - 1 :] * _NEXT
            hashes = hashes[: len(later)] * _FIRST
            hashes += later
            hashes = polynomials.mixed(hashes, later)
        yield hashes


def _spread(hashes: Hashes, buckets: int) -> Counted:
    """A bucket for each hash, by its high bits."""
    found = hashes >> _HALF
    found *= np.uint64(buckets)
    found >>= _HALF
    return found.view(np.int64)
