"""The units of texts that n-grams are made of: words, pieces or bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from sel.errors import UsageError
from sel.maths.text import ngrams, polynomials

if TYPE_CHECKING:
    from sel.maths.text.backoff import Codes
    from sel.maths.text.tables import Table
    from sel.types import Texts, Tokenizer

    Named = npt.NDArray[np.uint64]

BYTES = 256


@dataclass(frozen=True)
class Sample:
    """Texts by their units; the units of two batches add up."""

    parts: tuple[tuple[Named, Codes], ...]
    """What names each unit, and how many of them each text has."""
    unit: str
    tokenizer: str
    kinds: int
    """Different units that there can be; 0 where nobody knows."""

    @classmethod
    def of(cls, texts: Texts, tokenizer: Tokenizer | None, unit: str) -> Self:
        """The units of a batch."""
        found = units(texts, tokenizer, unit)
        if unit != "pieces" or tokenizer is None:
            return cls((found,), unit, "", BYTES + 1 if unit == "bytes" else 0)
        return cls((found,), unit, tokenizer.digest, tokenizer.size + 1)

    def __add__(self, other: Self) -> Self:
        """Both batches."""
        parts = (*self.parts, *other.parts)
        return type(self)(parts, self.unit, self.tokenizer, self.kinds)

    def joined(self) -> tuple[Named, Codes]:
        """All units, and how many each text has."""
        named, sizes = zip(*self.parts, strict=True)
        return np.concatenate(named), np.concatenate(sizes)


def units(texts: Texts, tokenizer: Tokenizer | None, unit: str) -> tuple[Named, Codes]:
    """What names the units of some texts, spread as a hash, and how many each has."""
    if unit == "words":
        hashes, owner = ngrams.every(texts)
        return polynomials.mix(hashes), np.bincount(owner, minlength=len(texts))
    if unit == "bytes":
        parts = [text.encode("utf-8", "surrogatepass") for text in texts]
        sizes = np.fromiter(map(len, parts), np.int64, len(parts))
        found = np.frombuffer(b"".join(parts), np.uint8).astype(np.uint64)
    elif tokenizer is None:
        msg = "--unit pieces needs --tokenizer tokenizer.json"
        raise UsageError(msg)
    else:
        found, sizes = tokenizer.pieces(texts)
    return polynomials.mix(found + np.uint64(1)), sizes


def coded(table: Table, named: Named, sizes: Codes) -> Codes:
    """Numbers of units, with a 0 before the first text and behind each."""
    found = table.find(named)
    found[found >= 0] += 1
    codes = np.zeros(len(found) + len(sizes) + 1, np.int64)
    inside = np.ones(len(codes), bool)
    inside[0] = False
    inside[np.cumsum(sizes + 1)] = False
    codes[inside] = found
    return codes
