"""Votes that count less the more a voter has been served, exactly.

A voter of whom c choices are made counts 10^-c. Such sums are held as whole numbers of
several words, each of a few digits, so no order of adding changes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.maths.neighbours import graphs

if TYPE_CHECKING:
    from sel.types import Indices, Scores

    Whole = npt.NDArray[np.int64]

ROOM = 10**18  # what a word may hold, so that it bears one that is set far below


class Votes:
    """Who votes for whom, and what each candidate's votes are worth.

    Candidates are known inside by their place in the order that decides ties: more
    voters first, then who was voted for first; of the votes of one voter the last.

    Args:
        graph: (n, k), the candidates that each voter names, -1 for none.
        owner: (n,), the candidate that each voter belongs to.
        size: how many candidates there are.
    """

    def __init__(self, graph: Indices, owner: Indices, size: int) -> None:
        self._full = bool(graph.min(initial=0) >= 0)
        named = graph.ravel() if self._full else graph[graph >= 0]
        voters = np.bincount(named, minlength=size)
        self.order = np.lexsort((_first(graph, size), -voters))
        """The candidates in the order that decides ties."""
        place = np.full(size + 1, -1, np.int32)  # the last is for -1
        place[self.order] = np.arange(size, dtype=np.int32)
        self._graph = place[graph]
        self.place = place[:size]
        self._starts, self._voters = graphs.reverse(self._graph, size)
        members = np.argsort(self.place[owner], kind="stable")
        self._members = members.astype(np.int64)
        self._first = np.searchsorted(
            self.place[owner], np.arange(size + 1), sorter=members
        )
        self.served = np.zeros(len(graph), np.int64)
        """How many choices of each voter were made."""
        self.silent = np.zeros(len(graph), bool)
        """Whether a voter's own candidate was chosen."""
        self.chosen = np.zeros(size, bool)
        most = max(int(voters.max(initial=1)), 1)
        self._digits = len(str(ROOM // most)) - 1
        self._words = [voters[self.order] * 10 ** (self._digits - 1)]

    def best(self, among: Indices | None = None) -> int:
        """The place with the most votes; of equal ones the first."""
        if len(self._words) == 1:
            word = self._words[0] if among is None else self._words[0][among]
            place = int(word.argmax())
        else:
            place = self._best_of_words(among)
        return place if among is None else int(among[place])

    def _best_of_words(self, among: Indices | None) -> int:
        words = [word if among is None else word[among] for word in self._words]
        base = 10**self._digits
        for i in range(len(words) - 1, 0, -1):
            words[i - 1] = words[i - 1] + words[i] // base
            words[i] = words[i] % base
        left = np.arange(len(words[0]))
        for word in words:
            left = left[word[left] == word[left].max()]
        return int(left[0])

    def value(self, place: int) -> float:
        """The votes of a candidate."""
        digits = self._digits
        return sum(
            int(word[place]) / 10.0 ** (digits * (i + 1) - 1)
            for i, word in enumerate(self._words)
        )

    def take(self, place: int, *, discount: bool = True) -> int:
        """Choose a candidate; how many voters were served for the first time."""
        mine = self._voters[self._starts[place] : self._starts[place + 1]]
        voters = mine[~self.silent[mine]]
        new = int((self.served[voters] == 0).sum())
        if discount:
            self._add(voters, self.served[voters], -1)
            self.served[mine] += 1
            self._add(voters, self.served[voters], 1)
        members = self._members[self._first[place] : self._first[place + 1]]
        self._add(members, self.served[members], -1)
        self.silent[members] = True
        self.chosen[place] = True
        self._words[0][place] = -ROOM * 4
        return new

    def _add(self, voters: Indices, served: Indices, sign: int) -> None:
        """Add to all whom they name what the voters' votes are worth, or take it."""
        word, digit = np.divmod(served, self._digits)
        worth = sign * 10 ** (self._digits - 1 - digit)
        for i in range(int(word.max(initial=-1)) + 1):
            here = word == i
            while len(self._words) <= i:
                self._words.append(np.zeros(len(self.order), np.int64))
            named = self._graph[voters[here]]
            more = np.repeat(worth[here], named.shape[1])
            named = named.ravel()
            if not self._full:
                more, named = more[named >= 0], named[named >= 0]
            np.add.at(self._words[i], named, more)


class ReleasedVotes(Votes):
    """The sums of the authors' code: float64, voter by voter in rising order."""

    def _add(self, voters: Indices, served: Indices, sign: int) -> None:
        """Nothing: all is added up anew for each choice."""

    def _sums(self) -> Scores:
        powers = np.array([10.0**-c for c in range(int(self.served.max()) + 1)])
        worth = np.where(self.silent, 0.0, powers[self.served])
        named = self._graph.ravel()
        more = np.repeat(worth, self._graph.shape[1])
        if not self._full:
            more, named = more[named >= 0], named[named >= 0]
        sums: Scores = np.bincount(named, more, len(self.order)).astype(np.float64)
        sums[self.chosen] = -np.inf
        return sums

    def best(self, among: Indices | None = None) -> int:
        """The place with the most votes; of equal ones the first."""
        sums = self._sums()
        return int(sums.argmax() if among is None else among[sums[among].argmax()])

    def value(self, place: int) -> float:
        """The votes of a candidate."""
        return float(self._sums()[place])


def _first(graph: Indices, size: int) -> Indices:
    """When each candidate is first named, if each voter names the nearest last."""
    first = np.full(size + 1, graph.size, np.int64)  # the last is for -1
    backwards = graph[::-1].ravel()
    # Written from the end, so that the first naming is the one that stays.
    first[backwards] = np.arange(graph.size - 1, -1, -1)
    return first[:size]


def by_group(graph: Indices, groups: Indices) -> Any:
    """The groups that each row names, once each and never its own, -1 for none."""
    named = np.where(graph >= 0, groups[graph], -1)
    named[named == groups[:, None]] = -1
    order = np.argsort(named, axis=1, kind="stable")
    ranked = np.take_along_axis(named, order, 1)
    again = np.zeros(named.shape, bool)
    again[:, 1:] = ranked[:, 1:] == ranked[:, :-1]
    ranked[again] = -1
    np.put_along_axis(named, order, ranked, 1)
    return named
