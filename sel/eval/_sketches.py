"""Summaries of long streams in bounded memory; they add up, in any order.

Source: Masson, Rim and Lee 2019, DDSketch, arXiv:1908.10693, for quantiles; Gibbons
2001, Distinct Sampling for Highly-Accurate Answers, VLDB, for repeated values; Li,
Owen and Zhang 2012, One Permutation Hashing, arXiv:1208.1259, for similar texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from sel.maths.text import ngrams, polynomials

if TYPE_CHECKING:
    from sel.types import Texts

Hashes = npt.NDArray[np.uint64]
Counted = npt.NDArray[np.int64]

GAMMA = 1.02
"""Each bin ends where 1.02 times its start is: quantiles are right to 1%."""
BINS = 1600  # the last one starts at 10^13
DISTINCT = 1 << 21  # values that are told apart, 32 MB
SIGNED = 1 << 15  # texts whose signatures are held, 8 MB
PARTS = 128  # of a signature
BANDS = 32  # texts that agree in one of so many are compared
SHINGLE = 5  # words
ALIKE = 0.8
"""Jaccard similarity of the shingles from which texts are near-duplicates."""
_ALL = 64  # bits of a hash
_NONE = np.uint64(1 << 63)  # more than any part of a hash


@dataclass(frozen=True)
class Lengths:
    """Whole numbers from 0 on, counted in bins that grow with the number."""

    bins: Counted  # (BINS,)
    sum: int
    least: int
    most: int

    @classmethod
    def of(cls, values: npt.ArrayLike) -> Self:
        """Count some values."""
        counted = np.asarray(values, np.int64)
        logs = np.log(np.maximum(counted, 1)) / np.log(GAMMA)
        places = np.where(counted > 0, 1 + logs.astype(np.int64), 0)
        bins = np.bincount(np.minimum(places, BINS - 1), minlength=BINS)
        if not len(counted):
            return cls(bins, 0, 0, 0)
        return cls(bins, int(counted.sum()), int(counted.min()), int(counted.max()))

    @property
    def count(self) -> int:
        """How many values there are."""
        return int(self.bins.sum())

    def quantile(self, share: float) -> int:
        """The value that a share of all do not exceed, to 1%; 0 if there is none."""
        if not self.count:
            return 0
        rank = max(int(np.ceil(share * self.count)), 1)
        place = int(np.searchsorted(np.cumsum(self.bins), rank))
        middle = _start(place) * (1 + GAMMA) / 2
        whole = round(middle) if place else 0
        return int(min(max(whole, self.least), self.most))

    def beyond(self, low: float, high: float) -> tuple[int, int]:
        """How many lie below `low` and above `high`, to the bin."""
        starts = np.array([_start(place) for place in range(BINS)])
        starts[0] = 0
        below, above = self.bins[starts < low / GAMMA], self.bins[starts > high]
        return int(below.sum()), int(above.sum())

    def histogram(self) -> list[tuple[int, int]]:
        """Counts between powers of 2: pairs of the lower end and the count."""
        filled = np.flatnonzero(self.bins)
        ends = [
            int(2 ** np.floor(np.log2(max(_start(p) * 1.01, 1))))
            for p in filled.tolist()
        ]
        counts: dict[int, int] = {}
        for end, place in zip(ends, filled.tolist()):
            end = end if place else 0
            counts[end] = counts.get(end, 0) + int(self.bins[place])
        return sorted(counts.items())

    def __add__(self, other: Self) -> Self:
        """Both together."""
        if not self.count or not other.count:
            return other if other.count else self
        return type(self)(
            self.bins + other.bins,
            self.sum + other.sum,
            min(self.least, other.least),
            max(self.most, other.most),
        )


def _start(place: int) -> float:
    return float(GAMMA ** (place - 1))


@dataclass(frozen=True)
class Distinct:
    """How many different values there are; exact up to DISTINCT of them.

    Beyond, only values whose hash is small are held, with all their counts: a sample
    of the values, which does not depend on order.
    """

    hashes: Hashes  # (n,), rising
    counts: Counted  # (n,)
    level: int
    """A hash is held if it is below 2^(64 - level)."""

    @classmethod
    def of(cls, hashes: Hashes) -> Self:
        """Count some values, by their hashes."""
        values, counts = np.unique(hashes, return_counts=True)
        return cls(values, counts.astype(np.int64), 0)._thinned()

    @property
    def distinct(self) -> int:
        """Different values, estimated once there are many."""
        return len(self.hashes) << self.level

    @property
    def exact(self) -> bool:
        """Whether nothing is estimated."""
        return self.level == 0

    @property
    def repeated(self) -> float:
        """The share of records whose value stands before them already."""
        records = int(self.counts.sum())
        return 1 - len(self.hashes) / records if records else 0.0

    @property
    def largest(self) -> int:
        """How often the most frequent of the values held occurs."""
        return int(self.counts.max(initial=0))

    def __add__(self, other: Self) -> Self:
        """Both together."""
        hashes = np.concatenate((self.hashes, other.hashes))
        counts = np.concatenate((self.counts, other.counts))
        values, back = np.unique(hashes, return_inverse=True)
        sums = np.bincount(back, counts, len(values)).astype(np.int64)
        return type(self)(values, sums, max(self.level, other.level))._thinned()

    def _thinned(self) -> Self:
        level, held = _thin(self.hashes, self.level, DISTINCT)
        return type(self)(self.hashes[held], self.counts[held], level)


def _thin(marks: Hashes, level: int, most: int) -> tuple[int, npt.NDArray[np.bool_]]:
    """The level at which no more than so many are held, and which those are."""
    while True:
        held = (
            marks >> np.uint64(_ALL - level) == 0
            if level
            else np.ones(len(marks), np.bool_)
        )
        if held.sum() <= most or level == _ALL - 1:
            return level, held
        level += 1


@dataclass(frozen=True)
class Similar:
    """Signatures of texts; beyond SIGNED of them, of a sample.

    What is held depends on the smallest hash of a text's shingles, which similar texts
    have in common: they are held together, or not at all, as often as they are alike.
    """

    parts: npt.NDArray[np.uint16]  # (n, PARTS), 0 where there is nothing
    marks: Hashes  # (n,)
    level: int

    @classmethod
    def of(cls, texts: Texts) -> Self:
        """Sign some texts; those of fewer than SHINGLE words are left out."""
        return cls.counted(texts)[0]

    @classmethod
    def counted(cls, texts: Texts) -> tuple[Self, Counted]:
        """The same, and how many words each text has, shape (n,)."""
        hashes, owner, words = ngrams.shingles(texts, SHINGLE)
        parts, marks = _signatures(hashes, owner, len(texts))
        there = parts.any(axis=1)
        return cls(parts[there], marks[there], 0)._thinned(), words

    @property
    def exact(self) -> bool:
        """Whether all texts are compared."""
        return self.level == 0

    def repeated(self) -> float:
        """The share of texts, of those signed, that are like one before them."""
        n = len(self.marks)
        return 1 - len(set(self._leaders())) / n if n else 0.0

    def _leaders(self) -> list[int]:
        """One text for each set of texts that are alike, shape (n,)."""
        parts = self.parts[np.lexsort(self.parts.T)]
        leaders = list(range(len(parts)))
        width = PARTS // BANDS
        for band in range(BANDS):
            keys = np.ascontiguousarray(parts[:, band * width : (band + 1) * width])
            whole = keys.view(np.uint64).ravel()
            order = np.argsort(whole, kind="stable")
            order = order[whole[order] != 0]
            same = whole[order[1:]] == whole[order[:-1]]
            ours, theirs = order[1:][same], order[:-1][same]
            alike = _agreement(parts[ours], parts[theirs]) >= ALIKE
            for a, b in zip(ours[alike].tolist(), theirs[alike].tolist()):
                _join(leaders, a, b)
        return [_leader(leaders, i) for i in range(len(leaders))]

    def __add__(self, other: Self) -> Self:
        """Both together."""
        parts = np.concatenate((self.parts, other.parts))
        marks = np.concatenate((self.marks, other.marks))
        return type(self)(parts, marks, max(self.level, other.level))._thinned()

    def _thinned(self) -> Self:
        level, held = _thin(self.marks, self.level, SIGNED)
        return type(self)(self.parts[held], self.marks[held], level)


def _signatures(
    hashes: Hashes, owner: Counted, n: int
) -> tuple[npt.NDArray[np.uint16], Hashes]:
    """The smallest hash of each part of each text, 16 bits of it; and of the text."""
    parts = np.zeros((n, PARTS), np.uint16)
    marks = np.zeros(n, np.uint64)
    places = owner * PARTS + (hashes >> np.uint64(57)).view(np.int64)
    least = np.full(n * PARTS, _NONE, np.uint64)
    np.minimum.at(least, places, (hashes >> np.uint64(25)) & np.uint64(0xFFFFFFFF))
    there = np.flatnonzero(least != _NONE)
    values = polynomials.mix(least[there]) >> np.uint64(48)
    parts.reshape(-1)[there] = np.maximum(values, 1)
    # A text is marked by its least hash, whatever the part.
    lowest = least.reshape(n, PARTS).min(axis=1)
    signed = np.flatnonzero(lowest != _NONE)
    marks[signed] = polynomials.mix(lowest[signed] + np.uint64(1))
    return parts, marks


def _agreement(a: npt.NDArray[np.uint16], b: npt.NDArray[np.uint16]) -> Hashes:
    """The estimated Jaccard similarity of pairs of signatures, shape (n,)."""
    there = ((a > 0) | (b > 0)).sum(axis=1)
    shares: Hashes = ((a == b) & (a > 0)).sum(axis=1) / np.maximum(there, 1)
    return shares


def _leader(leaders: list[int], i: int) -> int:
    while leaders[i] != i:
        leaders[i] = leaders[leaders[i]]
        i = leaders[i]
    return i


def _join(leaders: list[int], a: int, b: int) -> None:
    a, b = _leader(leaders, a), _leader(leaders, b)
    leaders[max(a, b)] = min(a, b)
