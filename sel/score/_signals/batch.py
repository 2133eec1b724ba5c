"""Texts of a block and their words, cut once for all signals.

A word is a number, its place among the distinct words of the block: what is said of
a word is found out once, and gathered for all places where it stands.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.score._signals import spacy_like
from sel.score._signals.grams import Grams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sel.types import Texts

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

Column = Floats | list[Any]
"""One value for each text; a list where the values are lists or names."""
Columns = dict[str, Column]

MARKS = re.compile(r"\w+|[^\w\s]+")


class Tokens:
    """The words of some texts.

    Args:
        names: the distinct words.
        ids: (t,), which of them stands at each place, text after text.
        counts: (n,), how many words each text has.
    """

    def __init__(self, names: list[str], ids: Whole, counts: Whole) -> None:
        self.names, self.ids, self.counts = names, ids, counts
        self.bounds = np.concatenate(([0], np.cumsum(counts)))
        self.lengths = np.fromiter(map(len, names), np.int64, len(names))

    @classmethod
    def of(cls, words: Sequence[list[str]]) -> Tokens:
        """The words of each text, as lists."""
        place: defaultdict[str, int] = defaultdict()
        place.default_factory = place.__len__
        ids = np.fromiter(map(place.__getitem__, chain.from_iterable(words)), np.int64)
        counts = np.fromiter(map(len, words), np.int64, len(words))
        return cls(list(place), ids, counts)

    @cached_property
    def sizes(self) -> Whole:
        """Characters of the word at each place, shape (t,)."""
        return self.lengths[self.ids]

    @cached_property
    def characters(self) -> Whole:
        """Characters of all words of each text, shape (n,)."""
        return self.sums(self.sizes)

    @cached_property
    def texts(self) -> Whole:
        """To which text the word at each place belongs, shape (t,)."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def sums(self, values: npt.NDArray[Any]) -> Whole:
        """What values at the places add up to in each text, shape (n,)."""
        running = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
        return running[self.bounds[1:]] - running[self.bounds[:-1]]

    def those(self, holds: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Whether something holds for the word at each place, shape (t,)."""
        true = np.fromiter(map(holds, self.names), np.bool_, len(self.names))
        return true[self.ids]

    def number(self, holds: Callable[[str], bool]) -> Whole:
        """For how many words of each text something holds, shape (n,)."""
        return self.sums(self.those(holds))

    def distinct(self, wanted: Iterable[str]) -> Whole:
        """How many of some words each text has, however often, shape (n,)."""
        found = np.zeros(len(self.counts), np.int64)
        places = {name: i for i, name in enumerate(self.names)}
        for name in wanted:
            if name in places:
                found += self.sums(self.ids == places[name]) > 0
        return found


class Batch:
    """Texts, and the words that they are cut into.

    Args:
        texts: n strings.
        words: how words are cut, a name of WORDS.
    """

    def __init__(self, texts: Texts, words: str) -> None:
        self.texts = texts
        self.length = np.fromiter(map(len, texts), np.int64, len(texts))
        self._words = words

    @cached_property
    def tokens(self) -> Tokens:
        """The words, as they were asked for."""
        if self._words == "spaces":
            return self.chunks
        if self._words == "marks":
            return Tokens.of([MARKS.findall(text) for text in self.texts])
        return _spacy_like(self.chunks)

    @cached_property
    def grams(self) -> Grams:
        """The runs of the words."""
        return Grams(self.tokens)

    @cached_property
    def chunks(self) -> Tokens:
        """What stands between white space."""
        return Tokens.of([text.split() for text in self.texts])

    @cached_property
    def lines(self) -> list[list[str]]:
        """What stands between line feeds, for each text."""
        return [text.split("\n") for text in self.texts]

    @cached_property
    def filled(self) -> list[list[str]]:
        """What stands between runs of line feeds, for each text."""
        return [
            [some[0], *filter(None, some[1:-1]), some[-1]] if len(some) > 1 else some
            for some in self.lines
        ]

    def count(self, *marks: str) -> Whole:
        """How often some strings stand in each text, not overlapping."""
        found = [sum(map(text.count, marks)) for text in self.texts]
        return np.array(found, np.int64)


def ratio(part: Any, whole: Any) -> Floats:
    """Part / whole; NaN where whole is 0."""
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    room = np.full(np.broadcast(part, whole).shape, np.nan)
    np.divide(part, whole, out=room, where=whole != 0)
    return room


def share(lists: list[list[str]], holds: Callable[[str], bool]) -> Floats:
    """For which share of each list something holds; NaN for an empty one."""
    found = [sum(map(holds, some)) for some in lists]
    return ratio(found, [len(some) for some in lists])


def _spacy_like(chunks: Tokens) -> Tokens:
    pieces = Tokens.of([spacy_like.pieces(chunk) for chunk in chunks.names])
    many = pieces.counts[chunks.ids]
    first = pieces.bounds[chunks.ids]
    ends = np.cumsum(many)
    places = np.arange(many.sum()) + np.repeat(first - (ends - many), many)
    return Tokens(pieces.names, pieces.ids[places], chunks.sums(many))
