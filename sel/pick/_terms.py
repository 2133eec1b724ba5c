"""The n-grams of texts, and which of some records cover those of a query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from sel.maths.random.noise import key
from sel.maths.text import polynomials, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.types import Indices, Scores, Texts

Hashes = npt.NDArray[np.uint64]
K1, B, FLOOR = 1.5, 0.75, 0.25
"""Of BM25: how soon a further occurrence counts less, how much the length of a text
counts, and what a term of half the texts or more is worth beside the mean."""


@dataclass(frozen=True)
class Terms:
    """The n-grams of some texts."""

    hashes: Hashes
    """(m,), those of a text together, each once."""
    counts: Indices
    """(m,), how often each occurs in its text."""
    sizes: Indices
    """(n,), different n-grams of each text."""
    texts: Hashes
    """(n,), of the texts as they are."""
    words: dict[int, str]
    """The words, by their hashes, where n-grams are single words."""

    order: int
    """Words of the longest n-gram."""

    @classmethod
    def joined(cls, some: Sequence[Self]) -> Self:
        """Those of several batches as one."""
        words: dict[int, str] = {}
        for one in some:
            words |= one.words
        pairs = zip(
            *[(o.hashes, o.counts, o.sizes, o.texts) for o in some], strict=True
        )
        columns: Any = map(np.concatenate, pairs)
        hashes, counts, sizes, texts = columns
        return cls(hashes, counts, sizes, texts, words, some[0].order)

    def __len__(self) -> int:
        return len(self.sizes)

    @cached_property
    def bounds(self) -> Indices:
        """(n + 1,), where the n-grams of each text begin."""
        return np.concatenate(([0], np.cumsum(self.sizes)))

    @cached_property
    def owner(self) -> Indices:
        """(m,), the text of each n-gram."""
        return np.repeat(np.arange(len(self)), self.sizes)


def terms(texts: Texts, order: int) -> Terms:
    """The n-grams of texts, of one word up to `order`; words are those of `tokens`."""
    owners, hashes = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
    words: dict[int, str] = {}
    for part in tokens.cut(texts):
        run = own = part.hashes
        for size in range(1, order + 1):
            if size > 1:
                run = run[:-1] * np.uint64(polynomials.BASE) + own[size - 1 :]
                run = polynomials.mix(run)
            there = part.owner[: len(run)] == part.owner[len(own) - len(run) :]
            owners.append(part.owner[: len(run)][there])
            hashes.append(run[there])
        if order == 1:
            known, first = np.unique(own, return_index=True)
            ends, starts = part.ends[first].tolist(), part.starts[first].tolist()
            spans = zip(known.tolist(), starts, ends, strict=True)
            words |= {one: part.joined[start:end] for one, start, end in spans}
    owner, grams = np.concatenate(owners), np.concatenate(hashes)
    by = np.lexsort((grams, owner))
    owner, grams = owner[by], grams[by]
    new = np.ones(len(by), bool)
    new[1:] = (grams[1:] != grams[:-1]) | (owner[1:] != owner[:-1])
    at = np.flatnonzero(new)
    whole = [key(text.encode("utf-8", "surrogatepass")) for text in texts]
    return Terms(
        grams[at],
        np.diff(np.append(at, len(by))),
        np.bincount(owner[at], minlength=len(texts)),
        np.array(whole, np.uint64),
        words,
        order,
    )


class Postings:
    """Which texts have an n-gram, and how much each counts.

    Args:
        pool: the n-grams of n texts.
        weighted: by BM25; if not, each counts 1.
    """

    def __init__(self, pool: Terms, *, weighted: bool) -> None:
        self._known, codes = np.unique(pool.hashes, return_inverse=True)
        self._by = np.argsort(codes, kind="stable")
        many = np.bincount(codes, minlength=len(self._known))
        self._starts = np.concatenate(([0], np.cumsum(many)))
        self._owner = pool.owner
        if weighted:
            self._weights = _bm25(pool, codes, many)
        else:
            self._weights = np.ones(len(codes))

    def of(self, hashes: Hashes) -> Sparse:
        """What the texts have of some n-grams."""
        at = np.searchsorted(self._known, hashes)
        there = at < len(self._known)
        there[there] = self._known[at[there]] == hashes[there]
        names = at[there]
        sizes = self._starts[names + 1] - self._starts[names]
        aspects = np.repeat(np.flatnonzero(there), sizes)
        ends = np.cumsum(sizes)
        inside = np.arange(len(aspects)) - np.repeat(ends - sizes, sizes)
        entries = self._by[np.repeat(self._starts[names], sizes) + inside]
        by = np.argsort(self._owner[entries], kind="stable")
        entries, aspects = entries[by], aspects[by]
        rows, first = np.unique(self._owner[entries], return_index=True)
        return Sparse(rows, first, aspects, self._weights[entries], len(hashes))


def _bm25(pool: Terms, codes: Indices, many: Indices) -> Scores:
    """The weight of each n-gram of each text, as rank_bm25 has it, but above 0."""
    n = len(pool)
    rare = np.log(n - many + 0.5) - np.log(many + 0.5)
    if not len(rare):
        return np.empty(0)
    mean = rare.mean() if rare.mean() > 0 else np.abs(rare).mean() or 1.0
    rare = np.where(rare <= 0, FLOOR * mean, rare)
    lengths = np.bincount(pool.owner, pool.counts, minlength=n)
    long = 1 - B + B * lengths / lengths.mean()
    often = pool.counts * (K1 + 1) / (pool.counts + K1 * long[pool.owner])
    weights: Scores = rare[codes] * often
    return weights


@dataclass(frozen=True)
class Sparse:
    """How much some rows have of each aspect of a query, where it is not 0."""

    rows: Indices
    """(c,), rising."""
    starts: Indices
    """(c,), where those of each begin."""
    aspects: Indices
    """(m,)."""
    values: Scores
    """(m,), above 0."""
    size: int
    """Aspects of the query."""

    def gains(self, best: Scores) -> Scores:
        """(c,), what each adds to the best there is of each aspect."""
        if not len(self.rows):
            return np.empty(0)
        more = np.maximum(self.values - best[self.aspects], 0)
        gains: Scores = np.add.reduceat(more, self.starts)
        return gains

    def of(self, place: int) -> Scores:
        """(size,), what one has."""
        own = slice(self.starts[place], [*self.starts, len(self.values)][place + 1])
        values = np.zeros(self.size)
        values[self.aspects[own]] = self.values[own]
        return values


@dataclass(frozen=True)
class Dense:
    """The same, where most of it is not 0."""

    rows: Indices
    """(c,), rising."""
    values: Scores
    """(c, size)."""

    def gains(self, best: Scores) -> Scores:
        """(c,), what each adds to the best there is of each aspect."""
        gains: Scores = np.maximum(self.values - best, 0).sum(axis=1)
        return gains

    def of(self, place: int) -> Scores:
        """(size,), what one has."""
        own: Scores = self.values[place]
        return own


def greedy(
    shares: Sparse | Dense, size: int, k: int, passed: Indices
) -> tuple[list[tuple[int, float]], Scores]:
    """Rows that together have most of each aspect, with the gain of each.

    Where nothing can be gained any more the count begins anew, without those chosen.

    Args:
        shares: what the rows have.
        size: aspects of the query.
        k: most rows.
        passed: rows that are not chosen.

    Returns:
        The rows with their gains, and the most that they have of each aspect.
    """
    gone = np.isin(shares.rows, passed)
    best, covered, fresh = np.zeros(size), np.zeros(size), True
    found: list[tuple[int, float]] = []
    while len(found) < k and not gone.all():
        gains = np.where(gone, -1, shares.gains(best))
        place = int(gains.argmax())
        if gains[place] <= 0:
            if fresh:
                break
            best, fresh = np.zeros(size), True
            continue
        found.append((int(shares.rows[place]), float(gains[place])))
        own = shares.of(place)
        best, covered = np.maximum(best, own), np.maximum(covered, own)
        gone[place], fresh = True, False
    return found, covered
