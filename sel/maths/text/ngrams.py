"""Hashed word n-grams: which bucket each n-gram of a text falls into.

Words are those of DSIR: lower-cased runs of word characters (letters, digits, `_`)
and runs of characters that are neither word characters nor space, by the rules of
`str.isalnum` and `str.isspace`. All tokens of a batch are hashed at once: the hash of
a token is a polynomial in its code points, read off one running sum.

Source: Xie et al. 2023, Data Selection for Language Models via Importance
Resampling, arXiv:2302.03169.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import DataError, OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.types import Texts

Hashes = npt.NDArray[np.uint64]
Counted = npt.NDArray[np.int64]

NAMES = {"fast": "sel64-1", "sha256": "sha256"}
"""The hash that an option stands for, as saved states name it. Never to be changed."""

_PIECE = 1 << 17  # characters hashed at once: what they need stays in the cache
_AT_ONCE = 1 << 10  # texts that get rows at once
_PLACES = 1 << 22  # for SHA-256 buckets that are remembered, 50 MB
_SPACE, WORD, _OTHER, _UNKNOWN = 0, 1, 2, 3
BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
_FIRST, _NEXT = np.uint64(0xD6E8FEB86659FD93), np.uint64(0xA0761D6478BD642F)
_HALF = np.uint64(32)


def _kind(char: str) -> int:
    """Whether a character belongs to a word, is space, or neither."""
    if char.isalnum() or char == "_":
        return WORD
    return _SPACE if char.isspace() else _OTHER


_ASCII = bytes(_kind(chr(code)) for code in range(128)) * 2  # for bytes.translate
_classes = np.full(0x110000, _UNKNOWN, np.uint8)
_powers: list[Hashes] = []
_seen: dict[int, tuple[Hashes, npt.NDArray[np.int32]]] = {}


@dataclass(frozen=True)
class Grams:
    """Which n-grams are meant, and how they are hashed."""

    order: int
    """Longest n-gram, in words; shorter ones count too."""
    buckets: int
    hash: str
    """A value of NAMES."""

    @classmethod
    def of(cls, ngrams: int, buckets: int, kind: str) -> Self:
        """From the values of options, checked."""
        check.between("--ngrams", ngrams, 1, 16)
        check.between("--buckets", buckets, 2, 1 << 31)
        if kind not in NAMES:
            raise OptionError("--hash", f"one of {', '.join(NAMES)}", kind)
        return cls(ngrams, buckets, NAMES[kind])


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
    for buckets, _ in _buckets(texts, grams):
        counts += np.bincount(buckets, minlength=grams.buckets)
    return Counts(counts, len(texts), grams)


def weigh(
    texts: Texts, grams: Grams, table: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], Counted]:
    """Sum a table over the n-grams of each text.

    A sum runs over one text's n-grams in their order, shortest n-grams first, so it
    does not depend on the batch.

    Args:
        texts: n strings.
        grams: which n-grams.
        table: (T, buckets), T values of each bucket.

    Returns:
        The sums, shape (n, T), and the number of n-grams of each text, shape (n,).
    """
    n = len(texts)
    sums = np.zeros((n, len(table)))
    totals = np.zeros(n, np.int64)
    for buckets, owner in _buckets(texts, grams):
        totals += np.bincount(owner, minlength=n)
        for t, values in enumerate(table):
            sums[:, t] += np.bincount(owner, values[buckets], minlength=n)
    return sums, totals


def signed(texts: Texts, order: int, columns: int) -> npt.NDArray[np.float32]:
    """Counts of n-grams up to an order, each with a sign, shape (n, columns).

    The high bits of an n-gram's hash say in which column it counts, the lowest says
    whether it adds or takes away.
    """
    rows = np.zeros((len(texts), columns), np.float32)
    for start in range(0, len(texts), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        _, _, _, words, owner = _tokens(texts[start : start + _AT_ONCE])
        for hashes, first in _grams(words, owner, order):
            places = owner[first] * columns + _spread(hashes, columns)
            signs = 1.0 - 2.0 * (hashes & np.uint64(1)).astype(np.float64)
            counts = np.bincount(places, signs, minlength=some.size)
            some += counts.reshape(some.shape)
    return rows


def shingles(texts: Texts, order: int) -> tuple[Hashes, Counted]:
    """The hashes of the n-grams of one order, text by text, and the text of each."""
    words, owner = every(texts)
    *_, (hashes, first) = _grams(words, owner, order)
    return hashes, owner[first]


def every(texts: Texts) -> tuple[Hashes, Counted]:
    """The hashes of all tokens, text by text, and the text of each, shape (m,)."""
    *_, hashes, owner = _tokens(texts)
    if (owner[1:] >= owner[:-1]).all():
        return hashes, owner
    sequence = np.argsort(owner, kind="stable")
    return hashes[sequence], owner[sequence]


def lengths(totals: Counted, order: int) -> Counted:
    """Tokens of texts with so many n-grams of order 1 to `order`, shape (n,).

    Exact for texts of order - 1 tokens or more.
    """
    return (totals + order * (order - 1) // 2) // order


def tokens(texts: Texts) -> tuple[str, Counted, Counted, Hashes]:
    """The texts as they are, each with an end of line; starts, ends, hashes of tokens.

    Positions count characters of what the texts make when joined.
    """
    joined = "".join([text + "\n" for text in texts])
    found = [(at + s, at + e, h) for at, s, e, h in _pieces(joined)]
    starts, ends, hashes = (np.concatenate(part) for part in zip(*found, strict=True))
    return joined, starts, ends, hashes


def words(texts: Texts) -> tuple[Hashes, Counted]:
    """Hashes of the lower-cased words, without other marks, and the text of each."""
    if not len(texts):
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    joined, starts, _, hashes, owner = _tokens(texts)
    kept = kinds(joined)[1][starts] == WORD
    return hashes[kept], owner[kept]


def kinds(
    text: str,
) -> tuple[npt.NDArray[np.uint8] | npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """The code points of a text and the class of each, both shape (characters,)."""
    if text.isascii():
        encoded = text.encode()
        plain = np.frombuffer(encoded.translate(_ASCII), np.uint8)
        return np.frombuffer(encoded, np.uint8), plain
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes, _kinds(codes)


def _buckets(texts: Texts, grams: Grams) -> Iterator[tuple[Counted, Counted]]:
    """Per order, the bucket of each n-gram, and the number of its text."""
    joined, starts, ends, words, owner = _tokens(texts)
    for order, (hashes, first) in enumerate(_grams(words, owner, grams.order), 1):
        if grams.hash == "sha256":
            buckets = _sha_buckets(hashes, first, order, (joined, starts, ends), grams)
        else:
            buckets = _spread(hashes, grams.buckets)
        yield buckets, owner[first]


def _grams(
    words: Hashes, owner: Counted, longest: int
) -> Iterator[tuple[Hashes, Counted]]:
    """Per order, the hashes of the n-grams, and the tokens at which they begin."""
    hashes = words
    for order in range(1, longest + 1):
        if order > 1:
            later = words[order - 1 :]
            hashes = mix(hashes[: len(later)] * _FIRST + later * _NEXT)
        first = np.flatnonzero(owner[: len(hashes)] == owner[order - 1 :])
        yield hashes[first], first


def _spread(hashes: Hashes, buckets: int) -> Counted:
    """A bucket for each hash, by its high bits."""
    return (((hashes >> _HALF) * np.uint64(buckets)) >> _HALF).astype(np.int64)


def _tokens(
    texts: Texts,
) -> tuple[str, Counted, Counted, Hashes, Counted]:
    """The joined text; its tokens: starts, ends, hashes, and the text of each.

    Texts in ASCII go first: a piece that holds nothing else takes less time.
    """
    lowered = [text.lower() for text in texts]
    plain = np.fromiter(map(str.isascii, lowered), np.bool_, len(lowered))
    sequence = np.argsort(~plain, kind="stable")
    lowered = [lowered[i] for i in sequence.tolist()]
    joined = "\n".join(lowered) + "\n"
    found = [(at + s, at + e, h) for at, s, e, h in _pieces(joined)]
    starts, ends, hashes = (
        np.concatenate(column) for column in zip(*found, strict=True)
    )
    bounds = np.cumsum([0, *(len(text) + 1 for text in lowered)])
    per_text = np.diff(np.searchsorted(starts, bounds))
    return joined, starts, ends, hashes, np.repeat(sequence, per_text)


def _pieces(joined: str) -> Iterator[tuple[int, Counted, Counted, Hashes]]:
    """Tokens of pieces that end at a space, so that no token is cut."""
    at = 0
    while True:
        end = min(at + _PIECE, len(joined))
        if end < len(joined):
            cut = max(joined.rfind(" ", at, end), joined.rfind("\n", at, end))
            end = cut + 1 if cut >= 0 else joined.find("\n", end) + 1
        yield at, *_hashed(joined[at:end])
        at = end
        if at >= len(joined):
            return


def _hashed(piece: str) -> tuple[Counted, Counted, Hashes]:
    codes, classes = kinds(piece)
    before = np.concatenate(([np.uint8(_SPACE)], classes[:-1]))
    changes = classes != before
    starts = np.flatnonzero(changes & (classes != _SPACE))
    ends = np.flatnonzero(changes & (before != _SPACE))
    if len(ends) < len(starts):
        ends = np.append(ends, len(codes))
    power, inverse = powers(len(codes))
    running = np.zeros(len(codes) + 1, np.uint64)
    # One more than the code point, so that a NUL counts as well.
    np.cumsum((codes + 1) * power[: len(codes)], out=running[1:])
    return starts, ends, mix((running[ends] - running[starts]) * inverse[starts])


def _kinds(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """The class of each code point; asked of Python once for each that occurs."""
    kinds = _classes.take(codes)
    if kinds.max(initial=0) == _UNKNOWN:
        for code in np.unique(codes[kinds == _UNKNOWN]).tolist():
            _classes[code] = _kind(chr(code))
        kinds = _classes.take(codes)
    return kinds


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
    bits = (bits ^ (bits >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    bits = (bits ^ (bits >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return bits ^ (bits >> np.uint64(33))


def _sha_buckets(
    hashes: Hashes,
    first: Counted,
    order: int,
    text: tuple[str, Counted, Counted],
    grams: Grams,
) -> Counted:
    """The authors' bucket: SHA-256 of the n-gram, as a number, modulo the buckets.

    An n-gram is told by its 64-bit hash, and put through SHA-256 only if it is not
    remembered. There is one place for each remainder of the hash; the last one has it.
    """
    known, remembered = _memory(grams.buckets)
    places = (hashes & np.uint64(_PLACES - 1)).astype(np.intp)
    buckets = remembered[places].astype(np.int64)
    missed = np.flatnonzero(known[places] != hashes)
    if len(missed):
        new, where, back = np.unique(
            hashes[missed], return_index=True, return_inverse=True
        )
        found = _modulo(_digests(first[missed[where]], order, text), grams.buckets)
        buckets[missed] = found[back]
        places, one = np.unique(places[missed[where]], return_index=True)
        known[places], remembered[places] = new[one], found[one]
    return buckets


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
