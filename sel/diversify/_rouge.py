"""Which texts are too like those that are kept, by ROUGE-L, without comparing all."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Tokens = list[str]


class Novel:
    """The texts that are kept, and what finds the one that is like another.

    ROUGE-L of texts of m and n tokens is 2 L / (m + n), L being the length of their
    longest common subsequence, so that L must come to `most` times the half of m + n.
    A pair is looked at only if the shorter has as many tokens, if both have as many in
    common, and if they share one of the few first tokens, in an order that is the same
    for all texts: a pair without one has too few in common. What is left is compared.

    Args:
        most: from what F-measure on a text is too like another one.
    """

    def __init__(self, most: float) -> None:
        share = Fraction(str(most))
        self._p, self._q = share.numerator, share.denominator
        self.count = 0
        """Texts that are kept."""
        self.compared = 0
        """Pairs whose longest common subsequence was sought."""
        self._numbers: dict[tuple[str, int], int] = {}
        self._tokens: list[list[int]] = []
        self._sets: list[frozenset[int]] = []
        self._first: dict[int, list[int]] = defaultdict(list)

    def like(self, tokens: Tokens) -> tuple[int, float]:
        """The first of the kept that a text is too like, and how like; or keep it.

        Returns:
            Its number and the F-measure; -1 and 0 where the text is kept.
        """
        words, marks = self._numbered(tokens)
        prefix = self._prefix(words, marks)
        near: set[int] = set()
        for mark in prefix:
            near.update(self._first.get(mark, ()))
        twin = self._twin(words, marks, sorted(near))
        if twin[0] < 0:
            self._add(words, marks, prefix)
        return twin

    def keep(self, tokens: Tokens) -> None:
        """Keep a text, whatever it is like."""
        words, marks = self._numbered(tokens)
        self._add(words, marks, self._prefix(words, marks))

    def _prefix(self, words: list[int], marks: frozenset[int]) -> list[int]:
        """The first few marks of a text, of which a pair that is alike shares one."""
        ranked = sorted(marks, reverse=True)  # what was first seen late is rare
        return ranked[: len(words) - self._least(len(words)) + 1]

    def _add(self, words: list[int], marks: frozenset[int], prefix: list[int]) -> None:
        for mark in prefix:
            self._first[mark].append(self.count)
        self._tokens.append(words)
        self._sets.append(marks)
        self.count += 1

    def _numbered(self, tokens: Tokens) -> tuple[list[int], frozenset[int]]:
        """A number for each token, and for each of its occurrences."""
        seen: Counter[str] = Counter()
        words, marks = [], []
        for token in tokens:
            seen[token] += 1
            numbers = self._numbers
            marks.append(numbers.setdefault((token, seen[token]), len(numbers)))
            words.append(numbers[token, 1])
        return words, frozenset(marks)

    def _needed(self, sizes: int) -> int:
        """What two texts of so many tokens together must have in common."""
        return -(-self._p * sizes // (2 * self._q))

    def _least(self, size: int) -> int:
        """What a text of so many tokens must have in common with any other."""
        shortest = -(-self._p * size // (2 * self._q - self._p))
        return self._needed(size + shortest)

    def _twin(
        self, words: list[int], marks: frozenset[int], near: Iterable[int]
    ) -> tuple[int, float]:
        for other in near:
            both = len(words) + len(self._tokens[other])
            needed = self._needed(both)
            if min(len(words), both - len(words)) < needed:
                continue
            if len(marks & self._sets[other]) < needed:
                continue
            self.compared += 1
            common = longest(words, self._tokens[other])
            if common >= needed:
                return other, 2 * common / both
        return -1, 0.0


def longest(one: Sequence[object], other: Sequence[object]) -> int:
    """The length of the longest common subsequence, many bits at once.

    Source: Hyyrö 2004, Bit-Parallel LCS-length Computation Revisited, AWOCA.
    """
    start = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        start += 1
    end, shorter = 0, min(len(one), len(other)) - start
    while end < shorter and one[-1 - end] == other[-1 - end]:
        end += 1
    left = one[start : len(one) - end]
    places: dict[object, int] = {}
    for i, token in enumerate(left):
        places[token] = places.get(token, 0) | 1 << i
    whole = (1 << len(left)) - 1
    row = whole
    for token in other[start : len(other) - end]:
        there = row & places.get(token, 0)
        if there:
            row = (row + there | row - there) & whole
    return start + end + len(left) - row.bit_count()
