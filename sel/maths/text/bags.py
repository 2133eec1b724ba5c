"""Bags of hashed n-grams: which buckets each text has, and how often.

Word n-grams are those of `ngrams`. Runs of characters, where they are asked for, are
those of the composed text in lower case in which a run of space is one space, and share
the buckets. A text is as long as any other: a bucket that occurs c times counts 1 +
ln c, divided by the root of the sum of the squares of these over the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from sel import check
from sel.maths.text import characters, ngrams, normal, polynomials
from sel.maths.text.ngrams import Grams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sel.types import Mask, Scores, Texts

MOST = 255  # a bucket that occurs more often counts as if it occurred so often
LONGEST = 16  # run of characters
_AT_ONCE = 1 << 10  # texts
_COUNTED = 1 + np.log(np.arange(1, MOST + 1, dtype=np.float64))
_BASE, _SALT = np.uint64(polynomials.BASE), np.uint64(0x2545F4914F6CDD1D)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class Kind:
    """Which n-grams are meant."""

    grams: Grams
    chars: int
    """Characters in a run; 0 for none."""

    @classmethod
    def of(cls, order: int, chars: int, buckets: int) -> Self:
        """From the values of options, checked."""
        check.between("--chars", chars, 0, LONGEST)
        return cls(Grams.of(order, buckets, "fast"), chars)


@dataclass(frozen=True)
class Bags:
    """The bags of some texts, one after the other; those of two batches add up."""

    buckets: npt.NDArray[np.uint32]
    """(m,), those of a text in rising order, each once."""
    counts: npt.NDArray[np.uint8]
    """(m,), how often each occurs in its text, less one."""
    sizes: npt.NDArray[np.int64]
    """(n,), buckets of each text."""

    @classmethod
    def of(cls, texts: Texts, kind: Kind) -> Self:
        """Those of texts."""
        keys = ngrams.keyed(texts, kind.grams)
        if kind.chars:
            runs = _runs(texts, kind.chars, kind.grams.buckets)
            keys = np.concatenate((keys, runs))
        keys.sort()
        first = np.ones(len(keys), np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=first[1:])
        at = np.flatnonzero(first)
        counts = np.diff(at, append=len(keys)) - 1
        keys = keys[at]
        sizes = np.bincount((keys >> _HALF).view(np.int64), minlength=len(texts))
        return cls(
            (keys & _LOW).astype(np.uint32),
            np.minimum(counts, MOST - 1).astype(np.uint8),
            sizes.astype(np.int64),
        )

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """All of several, in their order."""
        return cls(
            np.concatenate([part.buckets for part in parts]),
            np.concatenate([part.counts for part in parts]),
            np.concatenate([part.sizes for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.sizes)

    def take(self, some: Mask) -> Self:
        """Those of some of the texts."""
        kept = np.repeat(some, self.sizes)
        return type(self)(self.buckets[kept], self.counts[kept], self.sizes[some])

    @property
    def bounds(self) -> npt.NDArray[np.int64]:
        """(n + 1,), where the bag of each text begins."""
        return np.concatenate(([0], np.cumsum(self.sizes)))

    def _parts(self) -> Iterator[Self]:
        """A few texts at a time, so that what is made of them stays small."""
        bounds = self.bounds
        for at in range(0, len(self), _AT_ONCE):
            sizes = self.sizes[at : at + _AT_ONCE]
            part = slice(bounds[at], bounds[at + len(sizes)])
            yield type(self)(self.buckets[part], self.counts[part], sizes)

    @property
    def keys(self) -> npt.NDArray[np.uint64]:
        """(n,), a hash of each bag: equal texts have equal ones."""
        found = [np.empty(0, np.uint64)]
        for part in self._parts():
            terms = part.buckets.astype(np.uint64) << np.uint64(8) | part.counts
            mixed = np.cumsum(polynomials.mix(terms))
            sums = np.concatenate((np.zeros(1, np.uint64), mixed))
            found.append(np.diff(sums[part.bounds]))
        return np.concatenate(found)

    def values(self) -> npt.NDArray[np.float32]:
        """(m,), what each bucket counts; the squares of a text add up to 1."""
        found = [np.empty(0, np.float32)]
        for part in self._parts():
            plain = _COUNTED.take(part.counts)
            owner = np.repeat(np.arange(len(part)), part.sizes)
            norms = np.sqrt(np.bincount(owner, plain * plain, len(part)))
            found.append((plain / norms[owner]).astype(np.float32))
        return np.concatenate(found)

    def weigh(self, table: npt.NDArray[np.float32]) -> Scores:
        """The sums of what buckets count times their weights; NaN where there is none.

        Args:
            table: (t, buckets) weights.

        Returns:
            Shape (n, t).
        """
        plain = _COUNTED.take(self.counts)
        owner = np.repeat(np.arange(len(self)), self.sizes)
        norms = np.sqrt(np.bincount(owner, plain * plain, len(self)))
        sums = np.empty((len(self), len(table)))
        with np.errstate(invalid="ignore"):
            for column, row in zip(sums.T, table, strict=True):
                column[:] = np.bincount(
                    owner, plain * row.take(self.buckets), len(self)
                )
                column /= norms
        return sums


def _runs(texts: Texts, size: int, buckets: int) -> npt.NDArray[np.uint64]:
    """The bucket of each run of characters, and in the high half the text.

    A text ends with one space, and begins with none.
    """
    texts, _, codes, _ = characters.values(list(map(normal.composed, texts)))
    sizes = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    owner = np.repeat(np.arange(len(texts), dtype=np.uint64), sizes)
    kept = codes != 0
    kept[1:] |= kept[:-1].copy()
    codes, owner = codes[kept].astype(np.uint64), owner[kept]
    count = max(len(codes) - size + 1, 0)
    hashes = np.full(count, _SALT, np.uint64)
    for i in range(size):
        hashes *= _BASE
        hashes += codes[i : i + count]
    hashes = polynomials.mixed(hashes, np.empty_like(hashes)) >> _HALF
    hashes *= np.uint64(buckets)
    hashes >>= _HALF
    hashes |= owner[:count] << _HALF
    inside: npt.NDArray[np.bool_] = owner[:count] == owner[len(owner) - count :]
    return hashes.compress(inside)
