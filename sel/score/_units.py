"""The units of texts that n-grams are made of: words, pieces or bytes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache
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
_MARKS = {
    **dict.fromkeys("\u201e\u201d\u201c\xab\xbb\u300c\u300d\u300a\u300b", '"'),
    **dict.fromkeys("\xb4\u2019", "'"),
    **dict.fromkeys("\u2013\u2501\u25ba", "-"),
    **dict(zip("\uff0c\u3001\u3002\u2236\uff1a\uff1f\uff01", ",,.::?!", strict=True)),
    **dict(zip("\uff08\uff09\uff1b\uff5e\uff05", "();~%", strict=True)),
    **dict(zip("\u3008\u3009\u3010\u3011", "<>[]", strict=True)),
    "\u2014": " - ",
    "\uff0e": ". ",
    "\u2026": "...",
}
_PLAIN = str.maketrans(
    _MARKS
    | dict.fromkeys("0123456789", "0")
    | dict.fromkeys(map(chr, (*range(32), *range(127, 160))))
    | dict.fromkeys("\t\n\v\f\r", " ")
)


@dataclass(frozen=True)
class Sample:
    """Texts by their units; the units of two batches add up."""

    parts: tuple[tuple[Named, Codes], ...]
    """What names each unit, and how many of them each text has."""
    unit: str
    prepare: str
    tokenizer: str
    kinds: int
    """Different units that there can be; 0 where nobody knows."""

    @classmethod
    def of(
        cls, texts: Texts, tokenizer: Tokenizer | None, unit: str, prepare: str
    ) -> Self:
        """The units of a batch."""
        found, name = units(prepared(texts, prepare), tokenizer, unit), ""
        kinds = BYTES + 1 if unit == "bytes" else 0
        if unit == "pieces" and tokenizer:
            name, kinds = tokenizer.digest, tokenizer.size + 1
        return cls((found,), unit, prepare, name, kinds)

    def __add__(self, other: Self) -> Self:
        """Both batches."""
        return replace(self, parts=(*self.parts, *other.parts))

    def joined(self) -> tuple[Named, Codes]:
        """All units, and how many each text has."""
        named, sizes = zip(*self.parts, strict=True)
        return np.concatenate(named), np.concatenate(sizes)


def prepared(texts: Texts, how: str) -> Texts:
    """Texts as they are, or in the form of CCNet.

    That is in lower case and without accents; digits are 0, marks those of ASCII, and
    control characters are left out, but that ends of lines are blanks.
    """
    if how == "none":
        return texts
    found = []
    for text in texts:
        low = text.strip().lower()
        if low.isascii():
            found.append(low.translate(_PLAIN))
        else:
            found.append(unicodedata.normalize("NFD", low).translate(_wide()))
    return found


@cache
def _wide() -> dict[int, str | None]:
    """What becomes of characters, those included that are not in ASCII."""
    kinds = {"Mn": None, "Nd": "0"}  # signs on others, and digits
    found = {code: unicodedata.category(chr(code)) for code in range(0x110000)}
    return {c: kinds[kind] for c, kind in found.items() if kind in kinds} | _PLAIN


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
