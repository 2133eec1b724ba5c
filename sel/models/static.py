"""Vectors of words that ship with the package; no torch, nothing to download.

A word is cut into tokens of a vocabulary (WordPiece, greedy, longest first), and a text
is the mean of its tokens' vectors; how words were cut is remembered. The vectors come
from all-MiniLM-L6-v2 by `recipes/distill.py`; see static.md beside the data for the
licence.

Each number of a token's vector is a whole number of 8 bits times the token's scale, of
24 bits and at least 2**-18: a multiple of 2**-41, below 0.6. In 64 bits the sum of any
6,900 of them is exact, so neither the order of words nor what else is summed at the
same time can be seen in it. Of a longer text the tokens are taken in the order of the
vocabulary.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sel.types import TextModel, Texts, Vectors

DATA = Path(__file__).with_name("static.npz")
REMEMBERED = 1 << 16
"""Words that are remembered, and as many from before them that may come up again: about
120 bytes each, 16 MB in all, and never more than 1 KB each."""
LONGEST = 100
"""Characters of a word; a longer one has no tokens, as in the model."""
AT_ONCE = 512
"""Tokens summed at once: their rows, of 2 KB each, stay in the cache."""
_NUMBER = np.dtype(np.int32)
"""How the place of a token in the vocabulary is stored."""
_ASCII_WORDS = re.compile(r"[a-z0-9]+|[\x00-\x08\x0e-\x1b!-\x7f]")
_WORDS = re.compile(r"[^\W_\u3400-\u9fff\uf900-\ufaff]+|\S")
_LATE = re.compile("[\u0300-\U0010ffff]")


@cache
def load() -> TextModel:
    """The embedded vectors."""
    with np.load(DATA, allow_pickle=False) as stored:
        tokens = stored["tokens"].tobytes().decode().split("\n")
        return _Static(tokens, stored["rows"], stored["scales"])


def words_of(text: str) -> list[str]:
    """Lower-cased words without accents, and single signs, as BERT cuts them."""
    text = text.lower()
    if text.isascii():
        return _ASCII_WORDS.findall(text)
    return _WORDS.findall(_without_accents(text))


def _without_accents(text: str) -> str:
    text = unicodedata.normalize("NFD", text)
    for sign in set(_LATE.findall(text)):  # no accent has a lower number
        if unicodedata.category(sign) == "Mn":
            text = text.replace(sign, "")
    return text


class _Cuts(dict[str, bytes]):
    """The tokens of each word, as the bytes of their numbers; a new word is cut."""

    def __init__(self, tokens: Sequence[str]) -> None:
        super().__init__()
        self._before: dict[str, bytes] = {}
        size = _NUMBER.itemsize
        numbers = np.arange(len(tokens), dtype=_NUMBER).tobytes()
        known = (numbers[i : i + size] for i in range(0, len(numbers), size))
        self._first = dict(zip(tokens, known, strict=True))
        self._later = {
            token[2:]: number
            for token, number in self._first.items()
            if token.startswith("##")
        }
        self._longest = max(map(len, tokens), default=0)

    def __missing__(self, word: str) -> bytes:
        if len(word) > LONGEST:
            return b""
        tokens = self._before.get(word)
        if tokens is None:
            tokens = b"".join(self._cut(word))
        if len(self) >= REMEMBERED:  # what is asked for again comes back
            self._before = dict(self)
            self.clear()
        self[word] = tokens
        return tokens

    def _cut(self, word: str) -> list[bytes]:
        """The longest tokens that make up a word; none if some part is unknown."""
        found: list[bytes] = []
        pieces = self._first
        start = 0
        while start < len(word):
            for end in range(min(len(word), start + self._longest), start, -1):
                number = pieces.get(word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return []
            pieces = self._later
        return found


class _Static:
    def __init__(self, tokens: Sequence[str], rows: Any, scales: Any) -> None:
        self._cuts = _Cuts(tokens)
        self._rows = rows
        self._scales = scales.astype(np.float64)

    def encode(self, texts: Texts) -> Vectors:
        """The mean of the tokens' vectors, shape (n, d); zeros for no known token."""
        result = np.zeros((len(texts), self._rows.shape[1]), np.float32)
        tokens_of = self._cuts.__getitem__
        tokens = [b"".join(map(tokens_of, words_of(text))) for text in texts]
        for first, last in _groups(tokens):
            self._means(tokens[first:last], result[first:last])
        return result

    def _means(self, tokens: list[bytes], out: Any) -> None:
        """Fill in the means of a few short texts, or of one that is long."""
        numbers = np.frombuffer(b"".join(tokens), _NUMBER)
        if len(numbers) > AT_ONCE:
            out[0] = self._long(numbers)
            return
        rows = self._rows[numbers].astype(np.float64)
        scales = self._scales[numbers]
        start = 0
        for i, text in enumerate(tokens):
            stop = start + len(text) // _NUMBER.itemsize
            if stop > start:
                out[i] = scales[start:stop] @ rows[start:stop] / (stop - start)
            start = stop

    def _long(self, numbers: Any) -> Any:
        """The mean of many tokens' vectors; each different token is looked up once."""
        tokens, times = np.unique(numbers, return_counts=True)
        weights = self._scales[tokens] * times
        total = np.zeros(self._rows.shape[1])
        for at in range(0, len(tokens), AT_ONCE):
            part = slice(at, at + AT_ONCE)
            total += weights[part] @ self._rows[tokens[part]].astype(np.float64)
        return total / len(numbers)


def _groups(tokens: list[bytes]) -> Iterator[tuple[int, int]]:
    """Bounds of consecutive texts of AT_ONCE tokens at most, or of a longer one."""
    most = AT_ONCE * _NUMBER.itemsize
    first = size = 0
    for i, text in enumerate(tokens):
        size += len(text)
        if size > most and i > first:
            yield first, i
            first, size = i, len(text)
    if tokens:
        yield first, len(tokens)
