"""For each query the records that together cover most of what it says.

The nearest records to a query are often alike, and say the same part of it. Here the
first record is the nearest, and each next one adds most to the set: what counts is, for
each n-gram of the query, the best that any chosen record has of it. When nothing can be
added the count begins anew, until there are -k. They come out in the order of the
prompt, the first chosen last, next to the query.

--measure bm25 weighs n-grams by how rare they are, recall counts them alike, and
vectors takes for each word of the query the cosine of the nearest word of a record. The
closing line says how much of the queries is covered, from 0 to 1.

Source: Gupta, Gardner and Singh 2023, Coverage-based Example Selection for In-Context
Learning, arXiv:2305.14907: set-level recall, and BERTScore-Recall for sets (Set-BSR).

Differs: vectors are those of words that ship, which know no context, where the paper's
are a language model's; a record that has nothing of the query is not chosen, where the
authors fill up with the first ones; nor is one whose text is the query itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from sel import check
from sel.errors import UsageError
from sel.maths.matrices.vectors import unit
from sel.pick import _terms
from sel.pick._terms import Terms
from sel.types import TextModel, Texts

HELD = 1 << 24
"""Cosines of words that may be asked for again: 64 MB."""

Prompt = list[tuple[int, float]]
"""Pairs of a record's place and what it added."""


def collect(texts: Texts, *, ngrams: int = 1) -> Terms:
    """The n-grams of some texts.

    Args:
        texts: of the records, or of the queries.
        ngrams: longest n-gram, in words.
    """
    check.between("--ngrams", ngrams, 1, 8)
    return _terms.terms(texts, ngrams)


def pick(
    terms: Terms,
    query_terms: Terms,
    words: TextModel,
    *,
    k: int,
    measure: Literal["bm25", "recall", "vectors"] = "bm25",
) -> Iterator[tuple[Prompt, float | None]]:
    """The records of each query in the order of the prompt, and how much is covered.

    Args:
        terms: of the n records.
        query_terms: of the queries; of one without words nothing is covered, None.
        words: the vectors that ship.
        k: most records for a query.
        measure: how much a record has of an n-gram of the query.
    """
    check.at_least("-k", k, 0)
    if measure == "vectors":
        if terms.order > 1:
            msg = "--measure vectors compares words. Try: --ngrams 1"
            raise UsageError(msg)
        shares: Any = _Words(terms, words)
    else:
        shares = _terms.Postings(terms, weighted=measure == "bm25")
    for query, text in enumerate(query_terms.texts):
        own = slice(*query_terms.bounds[query : query + 2])
        hashes, counts = query_terms.hashes[own], query_terms.counts[own]
        if not len(hashes):
            yield [], None
            continue
        same = np.flatnonzero(terms.texts == text)
        if measure == "vectors":
            asked = [query_terms.words[one] for one in hashes.tolist()]
            there = shares.of(asked, counts)
            found, best = _terms.greedy(there, len(hashes), k, same)
            covered = float(best.sum() / counts.sum())
        else:
            found, best = _terms.greedy(shares.of(hashes), len(hashes), k, same)
            covered = float((best > 0).mean())
        yield found[::-1], covered


class _Words:
    """The vectors of the words of records.

    Args:
        terms: single words.
        model: gives their vectors.
    """

    def __init__(self, terms: Terms, model: TextModel) -> None:
        known, self._codes = np.unique(terms.hashes, return_inverse=True)
        self._model = model
        self._units = self._vectors([terms.words[one] for one in known.tolist()])
        self._rows = np.flatnonzero(terms.sizes)
        self._starts = terms.bounds[:-1][self._rows]
        self._near: dict[str, Any] = {}

    def _vectors(self, words: list[str]) -> Any:
        return (
            unit(self._model.encode(words)) if words else np.empty((0, 1), np.float32)
        )

    def of(self, words: list[str], counts: Any) -> _terms.Dense:
        """For each record the cosine of its word nearest to each of some."""
        if len(self._near) * len(self._rows) > HELD:
            self._near.clear()
        there = len(self._rows) > 0
        new = [word for word in words if there and word not in self._near]
        for word, row in zip(new, self._vectors(new), strict=True):
            cosines = np.maximum(self._units @ row, 0)[self._codes]
            self._near[word] = np.maximum.reduceat(cosines, self._starts)
        if not there:
            return _terms.Dense(self._rows, np.empty((0, len(words))))
        values = np.stack([self._near[word] for word in words], axis=1)
        return _terms.Dense(self._rows, values.astype(np.float64) * counts)
