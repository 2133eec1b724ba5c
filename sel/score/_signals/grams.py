"""Runs of k words that stand in a text more than once, by the variants of the authors.

Only runs whose hash falls into a slot with another one are compared: few are, and
nothing is looked at run by run but those that occur twice.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sel.maths.text import polynomials

if TYPE_CHECKING:
    from sel.score._signals.batch import Tokens, Whole

    Hashes = npt.NDArray[np.uint64]

_SALT = np.uint64(0xD6E8FEB86659FD93)
_ROOM = 8  # slots for each run
_SHORTEST = 2  # words of a run; what is repeated of a longer one begins with one
_FEWEST, _BEGINNING = 5, 16  # words of a run that is joined, and how many characters


class Repeats:
    """The places where a run of k words begins that its text has elsewhere too.

    Args:
        at: (m,), the places, rising.
        labels: (m,), equal for equal runs of one text.
        counts: (m,), how often the text has the run.
    """

    def __init__(self, at: Whole, labels: Whole, counts: Whole) -> None:
        self.at, self.labels, self.counts = at, labels, counts


class Grams:
    """The runs of words of some texts.

    Args:
        tokens: the words.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._running = np.concatenate(([0], np.cumsum(tokens.sizes)))
        self._known: dict[tuple[int, bool], Repeats] = {}

    @cached_property
    def _by_word(self) -> tuple[Hashes, Whole]:
        ids = self._tokens.ids.astype(np.uint64)
        return _sums(polynomials.mix(ids + _SALT)), np.arange(
            len(ids) + 1, dtype=np.int64
        )

    @cached_property
    def _by_character(self) -> tuple[Hashes, Whole]:
        names = self._tokens.names
        whole = "".join([names[i] for i in self._tokens.ids.tolist()])
        data = whole.encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(data, np.uint32).astype(np.uint64)
        return _sums(polynomials.mix(codes + _SALT)), self._running

    def characters(self, at: Whole, k: int) -> Whole:
        """Characters of the runs that begin at some places, without spaces."""
        return self._running[at + k] - self._running[at]

    def places(self, k: int) -> Whole:
        """Where a run of k words begins."""
        texts = self._tokens.texts
        last = len(texts) - k + 1
        return np.flatnonzero(texts[: max(last, 0)] == texts[k - 1 :])

    def number(self, k: int) -> Whole:
        """How many runs of k words each text has."""
        return np.maximum(self._tokens.counts - k + 1, 0)

    def repeats(self, k: int, *, joined: bool = False) -> Repeats:
        """What is repeated.

        Args:
            k: words of a run.
            joined: whether runs are equal whose characters are, as ab c and a bc.
        """
        if joined and k < _FEWEST:
            msg = f"runs of {k} words are not joined"
            raise ValueError(msg)
        if (k, joined) not in self._known:
            self._known[k, joined] = self._repeats(k, joined)
        return self._known[k, joined]

    def _repeats(self, k: int, joined: bool) -> Repeats:
        running, bounds = self._by_character if joined else self._by_word
        at = self._likely(k, joined)
        crowded, hashes = self._crowded(running, bounds[at], bounds[at + k], at)
        at = at[crowded]
        _, labels, counts = np.unique(hashes, return_inverse=True, return_counts=True)
        found = counts[labels]
        again = found > 1
        return Repeats(at[again], labels[again], found[again])

    def _likely(self, k: int, joined: bool) -> Whole:
        """Where a run of k words may begin that is repeated."""
        if not joined and k <= _SHORTEST:
            return self.places(k)
        at: Whole = self._alike if joined else self.repeats(k - 1).at
        texts = self._tokens.texts
        at = at[at + k <= len(texts)]
        inside: Whole = at[texts[at] == texts[at + k - 1]]
        return inside

    @cached_property
    def _alike(self) -> Whole:
        """Where words begin whose characters begin like others, or that are few."""
        running, bounds = self._by_character
        begins, ends = bounds[:-1], bounds[:-1] + _BEGINNING
        inside = np.flatnonzero(ends < len(running))
        crowded, _ = self._crowded(running, begins[inside], ends[inside], inside)
        alike = np.ones(len(begins), np.bool_)
        alike[inside] = crowded
        few = bounds[np.minimum(np.arange(len(begins)) + _FEWEST, len(begins))]
        return np.flatnonzero(alike | (few < ends))

    def _crowded(
        self, running: Hashes, begins: Whole, ends: Whole, at: Whole
    ) -> tuple[npt.NDArray[np.bool_], Hashes]:
        """Which runs may be there twice in their texts, and the hashes of those."""
        inverse = polynomials.powers(len(running))[1]
        hashes = (running[ends] - running[begins]) * inverse[begins]
        hashes += self._tokens.texts[at].astype(np.uint64) * _SALT
        hashes = polynomials.mix(hashes)
        slots = (hashes & np.uint64(_slots(len(at)) - 1)).astype(np.int64)
        crowded = np.bincount(slots)[slots] > 1
        return crowded, hashes[crowded]

    def most_common(self, k: int, *, longest: bool = False) -> tuple[Whole, Whole]:
        """How often the most common run of each text occurs, and its characters.

        Args:
            k: words of a run.
            longest: among those that are equally common take the longest one, not
                the first one.

        Returns:
            Both of shape (n,): the count, 0 where there is no run of k words; the
            characters of the run, without spaces.
        """
        times = (self.number(k) > 0).astype(np.int64)
        first = self._first(k, longest=longest)
        found = self.repeats(k)
        times[self._tokens.texts[found.at[first]]] = found.counts[first]
        at = self._common(k, found.at[first])
        sizes = np.zeros(len(times), np.int64)
        sizes[at >= 0] = self.characters(at[at >= 0], k)
        return times, sizes

    def commonest(self, k: int) -> Whole:
        """Where the most common run of each text first stands, (n,); -1 without one."""
        return self._common(k, self.repeats(k).at[self._first(k)])

    def _first(self, k: int, *, longest: bool = False) -> Whole:
        """Which of the repeats is the most common one of its text."""
        found = self.repeats(k)
        texts = self._tokens.texts[found.at]
        rank = -self.characters(found.at, k) if longest else found.at
        order = np.lexsort((rank, -found.counts, texts))
        return order[np.flatnonzero(np.diff(texts[order], prepend=-1))]

    def _common(self, k: int, at: Whole) -> Whole:
        """Those places for their texts, and the beginning where there is none."""
        places = np.where(self.number(k) > 0, self._tokens.bounds[:-1], -1)
        places[self._tokens.texts[at]] = at
        return places

    def summed(self, k: int) -> tuple[Whole, Whole]:
        """Characters of all runs of each text that are repeated, and of all runs."""
        found, every = self.repeats(k).at, self.places(k)
        return self._added(found, k), self._added(every, k)

    def _added(self, at: Whole, k: int) -> Whole:
        n = len(self._tokens.counts)
        sizes = self.characters(at, k).astype(np.float64)
        return np.bincount(self._tokens.texts[at], sizes, n).astype(np.int64)

    def covered(self, k: int) -> Whole:
        """Characters of the words of each text that stand in a repeated run."""
        at = self.repeats(k).at
        edges = np.zeros(len(self._tokens.ids) + 1, np.int64)
        np.add.at(edges, at, 1)
        np.add.at(edges, at + k, -1)
        return self._tokens.sums((np.cumsum(edges[:-1]) > 0) * self._tokens.sizes)

    def added(self, k: int) -> Whole:
        """Characters of the later copies of runs, with spaces, each of them once."""
        found = self.repeats(k)
        _, place = np.unique(found.labels, return_index=True)
        is_later = np.ones(len(found.at), np.bool_)
        is_later[place] = False
        at = found.at[is_later]
        texts = self._tokens.texts[at]
        gaps = np.diff(at, prepend=-k)
        gaps[np.diff(texts, prepend=-1) != 0] = k
        new = np.minimum(gaps, k)
        sizes = self._running[at + k] - self._running[at + k - new]
        sizes += np.minimum(new, k - 1)
        many = np.bincount(texts, sizes.astype(np.float64), len(self._tokens.counts))
        return many.astype(np.int64)

    def walked(self, k: int) -> Whole:
        """Characters of the runs that a walk through each text meets again.

        The walk steps over a run that it has seen, and over one word otherwise.
        """
        found = self.repeats(k, joined=True)
        texts, sizes = self._tokens.texts[found.at], self.characters(found.at, k)
        total = [0] * len(self._tokens.counts)
        seen: set[int] = set()
        free = 0
        columns = (found.at, found.labels, texts, sizes)
        for at, label, text, size in zip(*(c.tolist() for c in columns), strict=True):
            if at < free:
                continue
            if label in seen:
                total[text] += size
                free = at + k
            seen.add(label)
        return np.array(total, np.int64)


def _sums(values: Hashes) -> Hashes:
    """Running sums of terms of a polynomial, from 0."""
    power = polynomials.powers(len(values) + 1)[0]
    return np.concatenate(
        (np.zeros(1, np.uint64), np.cumsum(values * power[: len(values)]))
    )


def _slots(runs: int) -> int:
    return 1 << (_ROOM * runs + 1).bit_length()
