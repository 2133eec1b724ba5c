"""Passages that texts have in common with a few others, word by word.

All windows of n units of a text are hashed by one running sum, and looked up in a
table of bits; only a text with a hit is looked at again, exactly.

Source: Karp and Rabin 1987, Efficient randomized pattern-matching algorithms, IBM
Journal of Research and Development 31.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sel.maths.text import ngrams, polynomials
from sel.maths.text.characters import UNSPACED, WORD_ALONE
from sel.maths.text.normal import folded, placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sel.types import Texts

Hashes = npt.NDArray[np.uint64]
Units = list[tuple[str, int, int]]
"""Words or characters, each with its start and end in the text."""

BITS = 24  # of the table, 16 MB
PIECE = 1 << 16  # units hashed at once: what they need stays in the cache
_WORD = re.compile(rf"{WORD_ALONE}|[^\W{UNSPACED}]+")
_LETTER = re.compile(r"[^\W_]")
_NOT_WORD = re.compile(rf"[^\w{UNSPACED}]")
_NOT_LETTER = re.compile(r"[\W_]+")
_GAPS = bytes(
    c if c > 127 or chr(c).isalnum() or chr(c) in "_\n" else 32 for c in range(256)
)
_DROPPED = bytes(c for c in range(128) if not chr(c).isalnum())


def units(text: str, *, letters: bool) -> Units:
    """The words of a text, or its letters and digits, folded, and where they stand."""
    pattern = _LETTER if letters else _WORD
    made, starts, ends = placed(text, folded)
    found = [(m[0], *m.span()) for m in pattern.finditer(made)]
    return [(unit, int(starts[a]), int(ends[b - 1])) for unit, a, b in found]


@dataclass(frozen=True)
class Windows:
    """All windows of some texts, to be found in others.

    A text shorter than a window is one window, if it has `least` units.
    """

    letters: bool
    size: int
    least: int
    places: dict[tuple[str, ...], list[tuple[int, int]]]
    """Where each window stands: pairs of text and position."""
    totals: list[int]
    """How many windows each text has, 0 if it is too short."""
    shorts: frozenset[int]
    """The sizes of the texts that are shorter than a window."""
    tables: dict[int, tuple[npt.NDArray[np.bool_], Hashes]]
    """By size, the bits and the hashes of what is looked for."""

    @classmethod
    def of(cls, texts: Texts, *, letters: bool, size: int, least: int) -> Windows:
        """The windows of some texts."""
        places: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
        totals = []
        wanted: dict[int, list[str]] = defaultdict(list)
        for i, text in enumerate(texts):
            words = [unit for unit, _, _ in units(text, letters=letters)]
            long = min(size, len(words)) if len(words) >= least else 0
            totals.append(len(words) - long + 1 if long else 0)
            for at in range(totals[-1]):
                places[tuple(words[at : at + long])].append((i, at))
            if long:
                # Short texts are looked for by their beginning.
                part = words if long == size else words[:least]
                wanted[size if long == size else least].append(text_of(part, letters))
        shorts = frozenset(map(len, places)) - {size}
        tables = {n: _table(parts, n, letters) for n, parts in wanted.items()}
        return cls(letters, size, least, dict(places), totals, shorts, tables)

    def candidates(self, texts: Texts) -> list[int]:
        """The texts that seem to have a window, and all that have one."""
        hashes, owner, starts = _hashed(texts, self.letters)
        likely: set[int] = set()
        for n, (bits, wanted) in self.tables.items():
            for at in _found(hashes, n, bits, wanted):
                texts_ = owner[at] if starts is None else _owners(starts, at)
                likely.update(texts_.tolist())
        return sorted(likely)

    def matches(self, text: str) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
        """The windows a text has: start and end in it, and where they stand."""
        words = units(text, letters=self.letters)
        names = tuple(unit for unit, _, _ in words)
        for n in (self.size, *self.shorts):
            for at in range(len(names) - n + 1):
                where = self.places.get(names[at : at + n])
                if where:
                    yield words[at][1], words[at + n - 1][2], where


def text_of(parts: Sequence[str], letters: bool) -> str:
    """Units as a text that has the same units."""
    return ("" if letters else " ").join(parts)


def merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that touch or overlap, as one."""
    whole: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(end, whole[-1][1])
        else:
            whole.append((start, end))
    return whole


def _table(
    texts: Texts, size: int, letters: bool
) -> tuple[npt.NDArray[np.bool_], Hashes]:
    hashes, owner, starts = _hashed(texts, letters)
    rolled = np.concatenate([h for _, h in _windows(hashes, size)] or [hashes[:0]])
    del owner, starts
    bits = np.zeros(1 << BITS, np.bool_)
    wanted = np.unique(rolled)
    bits[wanted >> np.uint64(64 - BITS)] = True
    return bits, wanted


def _found(
    hashes: Hashes, size: int, bits: npt.NDArray[np.bool_], wanted: Hashes
) -> Iterator[npt.NDArray[np.int64]]:
    """Where windows begin that are wanted, piece by piece."""
    for begin, rolled in _windows(hashes, size):
        near = np.flatnonzero(bits[(rolled >> np.uint64(64 - BITS)).astype(np.intp)])
        there = np.searchsorted(wanted, rolled[near])
        sure = wanted[np.minimum(there, len(wanted) - 1)] == rolled[near]
        if sure.any():
            yield begin + near[sure]


def _windows(hashes: Hashes, size: int) -> Iterator[tuple[int, Hashes]]:
    """The hashes of all runs of so many units, and where the first of them begins."""
    power, inverse = polynomials.powers(PIECE + size)
    for begin in range(0, len(hashes) - size + 1, PIECE):
        piece = hashes[begin : begin + PIECE + size - 1]
        running = np.zeros(len(piece) + 1, np.uint64)
        np.cumsum(piece * power[: len(piece)], out=running[1:])
        rolled = (running[size:] - running[:-size]) * inverse[: len(running) - size]
        yield begin, polynomials.mix(rolled)


def _hashed(
    texts: Texts, letters: bool
) -> tuple[Hashes, npt.NDArray[np.int64], npt.NDArray[np.int64] | None]:
    """The units of all texts; the text of each, or where each text begins."""
    if not letters:
        hashes, owner = ngrams.every([_spaced(folded(text)) for text in texts])
        return hashes, owner, None
    kept = [_closed(folded(text)) for text in texts]
    joined = "\n".join(kept)
    codes = (
        np.frombuffer(joined.encode(), np.uint8)
        if joined.isascii()
        else np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    )
    starts = np.cumsum([0, *(len(text) + 1 for text in kept)])
    return codes.astype(np.uint64), starts[:0], starts


def _owners(
    starts: npt.NDArray[np.int64], at: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    return np.searchsorted(starts, at, "right") - 1


def _spaced(text: str) -> str:
    if text.isascii():
        return text.encode().translate(_GAPS).decode()
    return _NOT_WORD.sub(" ", text)


def _closed(text: str) -> str:
    if text.isascii():
        return text.encode().translate(None, _DROPPED).decode()
    return _NOT_LETTER.sub("", text)
