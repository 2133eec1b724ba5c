"""Vectors of words that ship with the package; no torch, nothing to download.

A word is cut into tokens of a vocabulary (WordPiece, greedy, longest first), and its
vector is the sum of theirs; words that were seen are remembered. The vectors come from
all-MiniLM-L6-v2 by `recipes/distill.py`; see static.md beside the data for the licence.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sel.types import TextModel, Texts, Vectors

DATA = Path(__file__).with_name("static.npz")
REMEMBERED = 1 << 14  # words, at one kilobyte each; more only within a text
LONGEST = 100  # characters of a word
AT_ONCE = 1 << 13  # words summed at once: their rows stay in the cache
_WORDS = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+|[^\w\s]|_"
)


@cache
def load() -> TextModel:
    """The embedded vectors."""
    with np.load(DATA, allow_pickle=False) as stored:
        tokens = stored["tokens"].tobytes().decode().split("\n")
        rows = stored["rows"] * stored["scales"][:, None]
    return _Static({token: i for i, token in enumerate(tokens)}, rows)


def words_of(text: str) -> list[str]:
    """Lower-cased words without accents, and single signs, as BERT cuts them."""
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFD", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Mn")
    return _WORDS.findall(text)


def _counted(places: Any, size: int) -> Any:
    return np.bincount(places, minlength=size).astype(np.float32)


class _Static:
    def __init__(self, places: dict[str, int], rows: Any) -> None:
        self._places = places
        self._rows = rows
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, int] = {}
        self._sums = np.zeros((2 * REMEMBERED, self._rows.shape[1]), np.float32)
        self._sizes = np.zeros(2 * REMEMBERED)

    def encode(self, texts: Texts) -> Vectors:
        """The mean of the tokens' vectors, shape (n, d); zeros for no known token."""
        result = np.zeros((len(texts), self._rows.shape[1]), np.float32)
        words: list[int] = []
        ends: list[int] = []
        first = 0
        for i, text in enumerate(texts):
            words += self._words(text)
            ends.append(len(words))
            if len(words) > AT_ONCE or i == len(texts) - 1:
                self._sum(words, ends, result[first : i + 1])
                words, ends, first = [], [], i + 1
                if len(self._known) > REMEMBERED:
                    self._forget()
        return result

    def _sum(self, words: list[int], ends: list[int], out: Any) -> None:
        """Mean vectors of consecutive texts, from the places of their words."""
        places = np.array(words, np.intp)
        stops = np.array(ends)
        starts = np.concatenate(([0], stops[:-1]))
        some = np.flatnonzero(stops > starts)
        if not len(some):
            return
        sizes = np.add.reduceat(self._sizes[places], starts[some])
        if len(places) <= 2 * AT_ONCE:
            sums = np.add.reduceat(self._sums[places], starts[some], axis=0)
        else:  # a long text, after short ones: its words are counted, not laid out
            known = len(self._known)
            sums = np.stack(
                [
                    _counted(places[a:b], known) @ self._sums[:known]
                    for a, b in zip(starts[some], stops[some], strict=True)
                ]
            )
        out[some] = sums / np.maximum(sizes, 1)[:, None]

    def _words(self, text: str) -> list[int]:
        """Places of a text's words among those remembered."""
        found = words_of(text)
        known = self._known
        try:
            return [known[word] for word in found]
        except KeyError:
            return [self._place(word) for word in found]

    def _place(self, word: str) -> int:
        place = self._known.get(word)
        if place is None:
            place = len(self._known)
            if place == len(self._sums):
                self._sums = np.concatenate((self._sums, np.zeros_like(self._sums)))
                self._sizes = np.concatenate((self._sizes, np.zeros_like(self._sizes)))
            tokens = self._tokens(word)
            self._known[word] = place
            self._sums[place] = self._rows[tokens].sum(axis=0)
            self._sizes[place] = len(tokens)
        return place

    def _tokens(self, word: str) -> list[int]:
        """The longest tokens that make up a word; none if some part is unknown."""
        found: list[int] = []
        start = 0
        if len(word) > LONGEST:
            return []
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                place = self._places.get(piece)
                if place is not None:
                    found.append(place)
                    start = end
                    break
            else:
                return []
        return found
