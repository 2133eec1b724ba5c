"""Greedy choices that look again only at the rows that can be next, and stay exact.

What a row is worth can only fall while others are chosen. So the rows that are worth
most are held: while the best of them is above what any other was when all were last
brought up to date, no other need be looked at. To bring all up to date is one product
of matrices for many steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from sel.maths.greedy.choice import BLOCK, GRID
from sel.types import Indices

if TYPE_CHECKING:
    from sel.types import Scores, Vectors

HELD = 1 << 11  # rows that are looked at again at every step
SHORT = 8  # steps after which more are held
TOGETHER = 1 << 10  # of the chosen, compared with all rows at once


class Candidates(Protocol):
    """Rows that are looked at again at every step."""

    def after(self, place: int) -> Scores:
        """What each is worth once a row is chosen, its place among all given."""
        ...


class Diminishing(Protocol):
    """Rows whose worth falls with every choice."""

    def worth(self) -> Scores:
        """What each row is worth now; minus infinity if it cannot be chosen."""
        ...

    def held(self, rows: Indices) -> Candidates:
        """Some rows, in rising order, to be looked at closely."""
        ...

    def take(self, places: list[int]) -> None:
        """Choose rows, and bring all others up to date."""
        ...


def lazy_greedy(state: Diminishing, k: int) -> tuple[Indices, Scores]:
    """The k places that are worth most, each when it is chosen; ties to the lower."""
    places: list[int] = []
    values: list[float] = []
    held = HELD
    while len(places) < k:
        worth = state.worth()
        before = len(places)
        active, floor = _highest(worth, held)
        few = state.held(active)
        place = int(worth.argmax())  # all are up to date, so this one may be any
        value = float(worth[place])
        while True:
            places.append(place)
            values.append(value)
            if len(places) == k:
                break
            now = few.after(place)
            best = int(now.argmax())
            if not now[best] > floor:
                break
            place, value = int(active[best]), float(now[best])
        state.take(places[before:])
        if len(places) - before < SHORT:
            held = min(2 * held, max(HELD, len(worth) // 8))
    return np.array(places, np.int64), np.array(values)


def _highest(worth: Scores, held: int) -> tuple[Indices, float]:
    """Places of the highest in rising order, and what no other is above."""
    if held >= len(worth):
        return np.arange(len(worth)), -np.inf
    order = np.argpartition(worth, len(worth) - held - 1)
    return np.sort(order[-held:]), float(worth[order[-held - 1]])


def grid(cosines: Vectors) -> Vectors:
    """Cosines to a millionth."""
    rounded: Vectors = np.rint(cosines * np.float32(GRID)) / np.float32(GRID)
    return rounded


class Nearest:
    """Worth that falls with the cosine to the nearest chosen row.

    Args:
        units: (n, d), rows of length 1.
        base: (n,), what a row is worth alone.
        penalty: of a cosine of 1; not below 0.
        already: places chosen before.
    """

    def __init__(
        self, units: Vectors, base: Scores, penalty: float, already: Indices
    ) -> None:
        self.units = units
        self.penalty = penalty
        self.chosen: list[int] = []
        self.cosines = np.full(len(units), -1, np.float32)
        """The highest to a chosen row."""
        self.owner = np.full(len(units), -1)
        """Which of the chosen is nearest, by its number among them."""
        self.base = np.array(base, np.float64)
        self.take(already.tolist())

    def worth(self) -> Scores:
        """What each row is worth."""
        return self.base - self.penalty * self.cosines

    def held(self, rows: Indices) -> Candidates:
        """Some rows, to be looked at closely."""
        return _NearestOfSome(self, rows)

    def take(self, places: list[int]) -> None:
        """Choose rows, and compare all others with them."""
        self.base[places] = -np.inf
        for first in range(0, len(places), TOGETHER):
            others = self.units[places[first : first + TOGETHER]].T
            for start in range(0, len(self.units), BLOCK):
                here = slice(start, start + BLOCK)
                self._compare(here, others, len(self.chosen) + first)
        self.chosen += places

    def _compare(self, here: slice, others: Vectors, first: int) -> None:
        products = self.units[here] @ others
        which = products.argmax(axis=1)
        cosines = grid(np.take_along_axis(products, which[:, None], 1)[:, 0])
        nearer = cosines > self.cosines[here]
        self.cosines[here][nearer] = cosines[nearer]
        self.owner[here][nearer] = which[nearer] + first

    def covers(self) -> Indices:
        """How many rows each of the chosen is nearest to."""
        return np.bincount(self.owner[self.owner >= 0], minlength=len(self.chosen))


class _NearestOfSome:
    def __init__(self, near: Nearest, rows: Indices) -> None:
        self._near = near
        self._rows = rows
        self._units = near.units[rows]
        self._base = near.base[rows]
        self._cosines = near.cosines[rows]

    def after(self, place: int) -> Scores:
        near = self._near
        self._base[np.searchsorted(self._rows, place)] = -np.inf
        cosines = grid(self._units @ near.units[place])
        np.maximum(self._cosines, cosines, out=self._cosines)
        worth: Scores = self._base - near.penalty * self._cosines
        return worth


class Volume:
    """Worth that falls with how much of a row lies in the span of the chosen.

    With the kernel x.y + ridge for equal rows, `left` is the square of what a row adds
    to the volume of the chosen, so that the sum of its logarithms is that of the
    determinant. Each choice adds a direction: what it has beyond those before it.

    Args:
        units: (n, d), rows of length 1.
        base: (n,), what a row is worth alone.
        part: what the logarithm of `left` counts.
        ridge: added to the kernel of a row with itself.
        already: places chosen before.
    """

    def __init__(
        self, units: Vectors, base: Scores, part: float, ridge: float, already: Indices
    ) -> None:
        self.units = units
        self.part = part
        self.base = np.array(base, np.float64)
        self.left = np.full(len(units), 1.0 + ridge)
        self.ridge = ridge
        self._directions = np.empty((0, units.shape[1]))
        self._new: list[Vectors] = []
        for place in already.tolist():
            self.direction(place)
            self.take([place])

    def worth(self) -> Scores:
        """What each row is worth."""
        worth: Scores = self.base + self.part * np.log(self.left)
        return worth

    def held(self, rows: Indices) -> Candidates:
        """Some rows, to be looked at closely."""
        return _VolumeOfSome(self, rows)

    def direction(self, place: int) -> Vectors:
        """What a chosen row has beyond those before it, scaled; it is kept."""
        row = self.units[place].astype(np.float64)
        known = np.concatenate((self._directions, *[d[None] for d in self._new]))
        inside = known @ row
        left = max(1.0 + self.ridge - float(inside @ inside), self.ridge / 2)
        scaled: Vectors = (row - inside @ known) / np.sqrt(left)
        self._new.append(scaled)
        return scaled

    def take(self, places: list[int]) -> None:
        """Choose rows, and bring all others up to date."""
        for place in places[len(self._new) :]:
            self.direction(place)
        more = np.array(self._new)
        self._new = []
        self._directions = np.concatenate((self._directions, more))
        self.base[places] = -np.inf
        turned = more.T.astype(np.float32)
        for start in range(0, len(self.units), BLOCK):
            here = slice(start, start + BLOCK)
            shares = self.units[here] @ turned
            self.left[here] -= np.einsum("ij,ij->i", shares, shares, dtype=np.float64)
        np.maximum(self.left, self.ridge / 2, out=self.left)


class _VolumeOfSome:
    def __init__(self, volume: Volume, rows: Indices) -> None:
        self._volume = volume
        self._rows = rows
        self._units = volume.units[rows]
        self._base = volume.base[rows]
        self._left = volume.left[rows]

    def after(self, place: int) -> Scores:
        volume = self._volume
        self._base[np.searchsorted(self._rows, place)] = -np.inf
        share = self._units @ volume.direction(place).astype(np.float32)
        self._left -= share.astype(np.float64) ** 2
        np.maximum(self._left, volume.ridge / 2, out=self._left)
        worth: Scores = self._base + volume.part * np.log(self._left)
        return worth
