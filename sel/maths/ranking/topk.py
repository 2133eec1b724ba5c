"""The best of a stream, by a number of records or by a budget, in one pass.

What can never be among the best is let go from time to time, so that no more is held
than about twice what is kept. Ties keep the order of arrival.
"""

from __future__ import annotations

from array import array
from math import inf
from typing import Any, Literal

LARGE = 20_000  # from here on a sort is worth the import of numpy
SLACK = 1_024

Over = Literal["under", "over", "nearest"]


def order(keys: array[float]) -> list[int]:
    """Places of the keys, highest first; of equal ones the earlier first."""
    if len(keys) < LARGE:
        return sorted(range(len(keys)), key=keys.__getitem__, reverse=True)
    import numpy as np

    places: list[int] = np.argsort(-np.frombuffer(keys), kind="stable").tolist()
    return places


class TopK:
    """Holds the records with the highest keys.

    Args:
        k: how many records; None for any number.
        budget: the sum of their costs; None for any.
    """

    def __init__(self, k: int | None = None, budget: float | None = None) -> None:
        self.k = k
        self.budget = budget
        self.floor = -inf
        """A record can only be among the best with a key above this."""
        self.keys = array("d")
        self.costs = array("d")
        self.items: list[Any] = []
        self._full = SLACK + 2 * k if k is not None else 4 * SLACK
        if k == 0 or budget == 0:
            self.floor = inf

    def add(self, key: float, cost: float, item: Any) -> None:
        """Offer a record whose key is above the floor."""
        self.keys.append(key)
        self.costs.append(cost)
        self.items.append(item)
        if len(self.keys) >= self._full:
            self._let_go()

    def chosen(self, over: Over = "under") -> list[int]:
        """Places in `items` of the records that are kept, best first.

        Args:
            over: what becomes of the record that crosses the budget: left out,
                taken, or whichever comes nearer to the budget.
        """
        places, crossed, total = self._fitting()
        if crossed and over != "over":
            last = self.costs[places[-1]]
            without = (self.budget or 0) - (total - last)
            if over == "under" or without <= total - (self.budget or 0):
                places.pop()
        return places

    def _fitting(self) -> tuple[list[int], bool, float]:
        """The best places; whether the last one passes the budget; their cost."""
        places = order(self.keys)
        if self.k is not None:
            places = places[: self.k]
        if self.budget is None:
            return places, False, 0.0
        total = 0.0
        for count, place in enumerate(places, 1):
            total += self.costs[place]
            if total >= self.budget:
                return places[:count], total > self.budget, total
        return places, False, total

    def _let_go(self) -> None:
        kept, _, _ = self._fitting()
        cut = len(kept) < len(self.keys)
        if cut:
            self.floor = self.keys[kept[-1]]
        kept.sort()
        self.keys = array("d", [self.keys[place] for place in kept])
        self.costs = array("d", [self.costs[place] for place in kept])
        self.items = [self.items[place] for place in kept]
        self._full = max(self._full, 2 * len(kept) + SLACK)
