"""Shingles: the overlapping n-grams of a text, as a set of 64-bit hashes.

Words are lower-cased runs of letters, digits and `_`, and letters of scripts without
spaces; characters are those of the lower-cased text in which a run of space is one
space. Texts are compared in one of the forms of `normal`. A text shorter than a shingle
is one shingle; a text of no words, or of nothing but space, has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from sel.maths.text import ngrams
from sel.maths.text.characters import kinds
from sel.maths.text.normal import FORMS, Form, composed, folded
from sel.maths.text.polynomials import mix

if TYPE_CHECKING:
    from sel.types import Texts

Hashes = npt.NDArray[np.uint64]
Counted = npt.NDArray[np.int64]

FOLD = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class Shingling:
    """How a text becomes shingles."""

    ngrams: int
    unit: Literal["words", "chars"]
    form: Form = "composed"
    """See normal; literal texts have the same words in all scripts."""


def shingles(texts: Texts, how: Shingling) -> tuple[Hashes, Counted]:
    """The shingles of each text, one after the other, with repeats.

    Returns:
        The hashes, and how many each text has, shape (n,).
    """
    texts = texts if how.form == "literal" else list(map(FORMS[how.form], texts))
    units, owner = (
        words(texts, literal=how.form == "literal")
        if how.unit == "words"
        else characters(texts)
    )
    totals = np.bincount(owner, minlength=len(texts)).astype(np.int64)
    sizes = np.where(totals > 0, np.maximum(totals - how.ngrams + 1, 1), 0)
    firsts = np.cumsum(totals) - totals
    begin = np.repeat(firsts - (np.cumsum(sizes) - sizes), sizes) + np.arange(
        sizes.sum()
    )
    short = np.repeat(totals < how.ngrams, sizes)
    hashes = np.zeros(len(begin), np.uint64)
    length = np.repeat(np.minimum(totals, how.ngrams), sizes)
    for i in range(how.ngrams):
        if short.any():
            there = length > i
            hashes[there] = hashes[there] * FOLD + units[begin[there] + i]
        else:
            hashes = hashes * FOLD + units[begin + i]
    return mix(hashes), sizes


def words(texts: Texts, *, literal: bool = False) -> tuple[Hashes, Counted]:
    """Hashes of words and the text of each, the texts in their order."""
    hashes, owner = ngrams.words(texts, literal=literal)
    if len(owner) and (np.diff(owner) < 0).any():
        order = np.argsort(owner, kind="stable")
        hashes, owner = hashes[order], owner[order]
    return hashes, owner


def characters(texts: Texts) -> tuple[Hashes, Counted]:
    """Hashes of characters and the text of each."""
    plain = [squeezed(text) for text in texts]
    owner = np.repeat(np.arange(len(plain)), [len(text) for text in plain])
    codes, _ = kinds("".join(plain))
    return mix(codes.astype(np.uint64) + np.uint64(1)), owner


def squeezed(text: str) -> str:
    """Lower-cased, with single spaces."""
    return " ".join(text.lower().split())


def normalised(text: str, *, fold: bool = False) -> str:
    """Composed, in lower case, with single spaces; or folded, see normal."""
    return squeezed(folded(text) if fold else composed(text))


def sets(texts: Texts, how: Shingling) -> list[Hashes]:
    """The set of shingles of each text, sorted."""
    hashes, sizes = shingles(texts, how)
    return [np.unique(part) for part in np.split(hashes, np.cumsum(sizes)[:-1])][
        : len(texts)
    ]


def jaccard(a: Hashes, b: Hashes) -> float:
    """What two sets have in common, as a share of what either has; 0 for two of none.

    Args:
        a: sorted, without repeats.
        b: the same.
    """
    if len(a) > len(b):
        a, b = b, a
    if not len(a):
        return 0.0
    at = np.searchsorted(b, a)
    at[at == len(b)] = 0
    common = int((b[at] == a).sum())
    return common / (len(a) + len(b) - common)
