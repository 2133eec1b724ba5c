"""Passages that texts have in common with a few others, word by word.

All windows of n units of a text are hashed by one running sum, and looked up in a
table of bits; only a text with a hit is looked at again, exactly.

Source: Karp and Rabin 1987, Efficient randomized pattern-matching algorithms, IBM
Journal of Research and Development 31.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from sel.maths.text import ngrams, polynomials
from sel.maths.text.characters import UNSPACED, WORD_ALONE
from sel.maths.text.normal import folded, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.types import Texts

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Units = tuple[Sequence[str], list[re.Match[str]], Places, Places]
"""Words or characters; where they stand in the folded text; and where each character of
that begins and ends in the text as it is."""
Run = tuple[int, int, int, int]
"""A place in a text, a text that is looked for, a window of it, and how many follow one
another from there on."""
Match = tuple[int, int, int, int, int]
"""Start and end of such a run in a text, then the same without the place."""

BITS, MOST_BITS = 24, 27  # of a table, 16 to 128 MB
PIECE = 1 << 16  # units hashed at once: what they need stays in the cache
_WORD = re.compile(rf"{WORD_ALONE}|[^\W{UNSPACED}]+")
_LETTER = re.compile(r"[^\W_]")
_NOT_LETTER = re.compile(r"[\W_]+")
_DROPPED = bytes(c for c in range(128) if not chr(c).isalnum())


def units(text: str, *, letters: bool) -> Units:
    """The words of a text, or its letters and digits, folded, and where they stand."""
    made, starts, ends = placed(text, folded)
    found = list((_LETTER if letters else _WORD).finditer(made))
    return _closed(made) if letters else _WORD.findall(made), found, starts, ends


@dataclass(frozen=True)
class Table:
    """Windows of one size, by their hashes.

    Args:
        bits: whether a hash begins with the bits of one that is there.
        hashes: (m,), rising.
        first: (m + 1,), where the places of each begin.
        texts: (w,), the text of each place.
        places: (w,), where in it.
    """

    bits: npt.NDArray[np.bool_]
    hashes: Hashes
    first: Places
    texts: Places
    places: Places

    @classmethod
    def of(
        cls, texts: Sequence[str], names: Sequence[int], size: int, letters: bool
    ) -> Self:
        """All windows of some texts, which are called by numbers."""
        hashes, owner, begins = _hashed(texts, letters)
        rolled = np.concatenate([h for _, h in _windows(hashes, size)] or [hashes[:0]])
        at = np.arange(len(rolled))
        whose = owner[at]
        inside = whose == owner[at + size - 1]
        if letters:  # what stands between two texts belongs to the first
            inside &= at + size < begins[whose + 1]
        at, whose = at[inside], whose[inside]
        order = np.argsort(rolled[at], kind="stable")
        found, first = np.unique(rolled[at][order], return_index=True)
        room = min(max(BITS, len(found).bit_length() + 3), MOST_BITS)
        bits = np.zeros(1 << room, np.bool_)
        bits[found >> np.uint64(64 - room)] = True
        named = np.asarray(names, np.int64)[whose[order]]
        places = (at - begins[whose])[order]
        return cls(bits, found, np.append(first, len(at)), named, places)

    def found(self, hashes: Hashes, size: int) -> Iterator[tuple[Places, Places]]:
        """Where windows begin that are here, and which of the hashes they have."""
        shift = np.uint64(65 - len(self.bits).bit_length())
        for begin, rolled in _windows(hashes, size):
            near = np.flatnonzero(self.bits[(rolled >> shift).astype(np.intp)])
            there = np.searchsorted(self.hashes, rolled[near])
            there = np.minimum(there, len(self.hashes) - 1)
            sure = self.hashes[there] == rolled[near]
            if sure.any():
                yield begin + near[sure], there[sure]

    def expanded(self, at: Places, which: Places) -> tuple[Places, Places, Places]:
        """For each place of hashes that were found: where, its text, its place."""
        many = self.first[which + 1] - self.first[which]
        ends = np.cumsum(many)
        every = np.arange(many.sum()) + np.repeat(
            self.first[which] - (ends - many), many
        )
        return np.repeat(at, many), self.texts[every], self.places[every]


@dataclass(frozen=True)
class Windows:
    """All windows of some texts, to be found in others.

    A text shorter than a window is one window, if it has `least` units.
    """

    letters: bool
    size: int
    items: list[Sequence[str]]
    """The units of each text."""
    totals: list[int]
    """How many windows each text has, 0 if it is too short."""
    tables: dict[int, Table]
    """By size, what is looked for: whole windows, and how shorter texts begin."""

    @classmethod
    def of(cls, texts: Texts, *, letters: bool, size: int, least: int) -> Windows:
        """The windows of some texts."""
        items = list[Sequence[str]]()
        totals = []
        wanted: dict[int, tuple[list[str], list[int]]] = {}
        known: dict[str, str] = {}  # a word is held once
        for i, text in enumerate(texts):
            made = folded(text)
            words: Sequence[str] = (
                _closed(made)
                if letters
                else [known.setdefault(word, word) for word in _WORD.findall(made)]
            )
            long = min(size, len(words)) if len(words) >= least else 0
            items.append(words if long else [])
            totals.append(len(words) - long + 1 if long else 0)
            if long:
                # Short texts are looked for by their beginning.
                part = words if long == size else words[:least]
                looked, names = wanted.setdefault(min(len(part), long), ([], []))
                looked.append(text_of(part, letters))
                names.append(i)
        tables = {n: Table.of(*some, n, letters) for n, some in wanted.items()}
        return cls(letters, size, items, totals, tables)

    def matches(self, texts: Texts) -> Iterator[tuple[int, list[Match]]]:
        """The texts that have a window, each with all that it has."""
        near, sizes = self._near(texts)
        for i in sorted(near):
            words, found, starts, ends = units(texts[i], letters=self.letters)
            some = near[i]
            if len(words) != sizes[i]:  # a sign without a letter is no unit
                some = self._near([text_of(words, self.letters)])[0].get(0, [])
            matches = []
            for at, item, place, count in self._exact(words, some):
                long = min(self.size, len(self.items[item])) + count - 1
                begin, end = found[at].start(), found[at + long - 1].end()
                span = int(starts[begin]), int(ends[end - 1])
                matches.append((*span, item, place, count))
            if matches:
                yield i, matches

    def _near(self, texts: Texts) -> tuple[dict[int, list[Run]], list[int]]:
        """What each text seems to have, and how many units it has."""
        hashes, owner, begins = _hashed(texts, self.letters)
        parts = [
            table.expanded(at, which)
            for n, table in self.tables.items()
            for at, which in table.found(hashes, n)
        ]
        near: dict[int, list[Run]] = defaultdict(list)
        if parts:
            at, items, places = map(np.concatenate, zip(*parts, strict=True))
            whose = owner[at]
            at = at - begins[whose]
            order = np.lexsort((at, at - places, items, whose))
            columns = [one[order] for one in (whose, at, items, places)]
            goes_on = np.ones(max(len(order) - 1, 0), np.bool_)
            for one, step in zip(columns, (0, 1, 0, 1), strict=True):
                goes_on &= np.diff(one) == step
            first = np.flatnonzero(np.append(True, ~goes_on))
            counts = np.diff(np.append(first, len(order)))
            rows = (*(one[first] for one in columns), counts)
            for i, *run in zip(*(row.tolist() for row in rows), strict=True):
                near[i].append(tuple(run))
        return near, (np.diff(begins) - self.letters).tolist()

    def _exact(self, words: Sequence[str], near: list[Run]) -> Iterator[Run]:
        """The runs of windows that are there, of those that seem to be."""
        for run in near:
            at, item, place, count = run
            own = self.items[item][place : place + self.size + count - 1]
            if words[at : at + len(own)] == own:
                yield run
            elif count > 1:
                alone = [(at + k, item, place + k, 1) for k in range(count)]
                yield from self._exact(words, alone)


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


def _windows(hashes: Hashes, size: int) -> Iterator[tuple[int, Hashes]]:
    """The hashes of all runs of so many units, and where the first of them begins."""
    power, inverse = polynomials.powers(PIECE + size)
    for begin in range(0, len(hashes) - size + 1, PIECE):
        piece = hashes[begin : begin + PIECE + size - 1]
        running = np.zeros(len(piece) + 1, np.uint64)
        np.cumsum(piece * power[: len(piece)], out=running[1:])
        rolled = (running[size:] - running[:-size]) * inverse[: len(running) - size]
        yield begin, polynomials.mix(rolled)


def _hashed(texts: Texts, letters: bool) -> tuple[Hashes, Places, Places]:
    """The units of all texts, the text of each, and where those of a text begin."""
    forms = list(map(folded, texts))
    if not letters:
        hashes, owner = ngrams.words(forms)
        if (owner[1:] < owner[:-1]).any():
            sequence = np.argsort(owner, kind="stable")
            hashes, owner = hashes[sequence], owner[sequence]
        return hashes, owner, np.searchsorted(owner, np.arange(len(texts) + 1))
    kept = [_closed(text) + "\n" for text in forms]
    joined = "".join(kept)
    codes = (
        np.frombuffer(joined.encode(), np.uint8)
        if joined.isascii()
        else np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    )
    sizes = list(map(len, kept))
    owner = np.repeat(np.arange(len(kept)), sizes)
    return codes.astype(np.uint64), owner, np.cumsum([0, *sizes])


def _closed(text: str) -> str:
    if text.isascii():
        return text.encode().translate(None, _DROPPED).decode()
    return _NOT_LETTER.sub("", text)
