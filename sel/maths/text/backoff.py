"""N-gram models over any units: words, pieces or bytes, by their numbers.

Interpolated and modified Kneser-Ney, as in `kneser_ney`, for units of any kind: an
n-gram is known by the place of the n-gram before its last unit, and by that unit, so
that none share a count. All is found for many units at once.

Source: Chen and Goodman 1998, An Empirical Study of Smoothing Techniques for Language
Modeling, TR-10-98, Harvard; stored for lookup as in Heafield 2011, KenLM: Faster and
Smaller Language Model Queries, WMT.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from sel.maths.text import polynomials
from sel.maths.text.kneser_ney import discounts_of
from sel.maths.text.tables import Table

if TYPE_CHECKING:
    from sel.types import Scores

Codes = npt.NDArray[np.int64]
"""Numbers of units: 0 ends a document, and stands for what is before the first; -1 is a
unit that is not known."""
Logs = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Level:
    """The n-grams of one length.

    Args:
        table: the places of n-grams; None for single units, whose number is theirs.
        logs: (m,), log2 of the chance of the last unit after those before it.
        backs: (m,), log2 of what is left for shorter n-grams after this one; 0 where
            nothing was seen after it.
    """

    table: Table | None
    logs: Logs
    backs: Logs


@dataclass(frozen=True)
class Model:
    """A model of n-grams up to some length.

    Args:
        levels: by length.
        unknown: log2 of the chance of a unit that was never seen.
    """

    levels: list[Level]
    unknown: float

    def arrays(self) -> tuple[npt.NDArray[np.uint64], Logs, Logs, Codes]:
        """Keys of all lengths but the first, logs, backs, how many of each length."""
        none = np.empty(0, np.uint64)
        keys = [level.table.keys if level.table else none for level in self.levels]
        return (
            np.concatenate(keys),
            np.concatenate([level.logs for level in self.levels]),
            np.concatenate([level.backs for level in self.levels]),
            np.array([len(level.logs) for level in self.levels], np.int64),
        )

    @classmethod
    def of(
        cls,
        keys: npt.NDArray[np.uint64],
        logs: Logs,
        backs: Logs,
        sizes: Codes,
        unknown: float,
    ) -> Self:
        """From what `arrays` gave."""
        ends = np.cumsum([0, *sizes]).tolist()
        levels = []
        for start, end in pairwise(ends):
            own = keys[start - ends[1] : end - ends[1]] if start else None
            table = None if own is None else Table(own)
            levels.append(Level(table, logs[start:end], backs[start:end]))
        return cls(levels, unknown)


def train(codes: Codes, order: int, units: int, kinds: int) -> Model:
    """Count n-grams of 1 up to `order` units.

    Args:
        codes: (t,), from a 0 on, with a 0 behind each document; below `units`.
        order: longest n-gram.
        units: how many have a number.
        kinds: among how many units those that were never seen share what is left to
            them.
    """
    found = [_single(codes, units)]
    for n in range(2, order + 1):
        longer = _counted(codes, found[-1], found[-1].after(codes, n))
        found[-1:] = [found[-1].counts(), longer]
    levels: list[Level] = []
    below, unknown = np.full(units, 1 / kinds), 0.0
    for n, grams in enumerate(found, 1):
        counts = grams.extended(found[n]) if n < order else grams.occurred
        taken = discounts_of(counts)[np.minimum(counts, 3)]
        contexts = len(below) if levels else 1
        whole = np.bincount(grams.before, counts, contexts)
        left = np.bincount(grams.before, taken, contexts) / np.maximum(whole, 1)
        left[whole == 0] = 1
        if levels:
            levels[-1].backs[:] = np.log2(left)
        else:
            unknown = float(np.log2(left[0] / kinds))
        own = (counts - taken) / np.maximum(whole, 1)[grams.before]
        below = own + left[grams.before] * below[grams.within]
        logs = np.log2(below).astype(np.float32)
        levels.append(Level(grams.table, logs, np.zeros(len(logs), np.float32)))
    return Model(levels, unknown)


@dataclass(frozen=True)
class _Grams:
    """The n-grams of one length in some documents.

    Args:
        table: those that there are, m; None for single units.
        places: (t,), which of them ends at each unit, or -1.
        ends: (p,), the units at which one ends.
        before: (m,), the place of the n-gram before the last unit of each.
        within: (m,), the place of the n-gram behind the first unit of each.
        occurred: (m,), how often each is there.
    """

    table: Table | None
    places: Codes
    ends: Codes
    before: Codes
    within: Codes
    occurred: Codes

    def counts(self) -> _Grams:
        """Without what only longer ones need."""
        none = np.empty(0, np.int64)
        return replace(self, places=none, ends=none)

    def after(self, codes: Codes, n: int) -> Codes:
        """Where n-grams end that are one unit longer: not beyond an end."""
        if n == 2:
            return self.ends
        ends: Codes = self.ends[codes[self.ends] != 0] + 1
        return ends

    def extended(self, more: _Grams) -> Codes:
        """How many different units stand before each; what begins documents, how often.

        Args:
            more: the n-grams that are one unit longer.
        """
        counts: Codes = np.bincount(more.within, minlength=len(self.occurred))
        counts[counts == 0] = self.occurred[counts == 0]
        return counts


def _single(codes: Codes, units: int) -> _Grams:
    """The single units, whether they are there or not."""
    every, before = np.arange(units), np.zeros(units, np.int64)
    occurred = np.bincount(codes[1:], minlength=units)
    return _Grams(None, codes, np.arange(1, len(codes)), before, every, occurred)


def _counted(codes: Codes, shorter: _Grams, ends: Codes) -> _Grams:
    """The n-grams that end at some units."""
    keys = _keys(shorter.places[ends - 1], codes[ends])
    table = Table.of(keys)
    which = table.find(keys)  # faster than the order of a sort
    places = np.full(len(codes), -1, np.int64)
    places[ends] = which
    occurred = np.bincount(which, minlength=len(table.keys))
    example = np.empty(len(table.keys), np.int64)
    example[which] = ends
    before, within = shorter.places[example - 1], shorter.places[example]
    return _Grams(table, places, ends, before, within, occurred)


def bits(model: Model, codes: Codes) -> Scores:
    """The bits that each unit of some documents needs, shape (t - 1,).

    Args:
        model: of n-grams.
        codes: (t,), from a 0 on, with a 0 behind each document.
    """
    first = model.levels[0]
    logs = np.append(first.logs, np.float32(model.unknown)).take(codes)
    places, backs = codes, first.backs
    ends = np.arange(1, len(codes))
    for level in model.levels[1:]:
        assert level.table
        before = places[ends - 1]
        known = np.flatnonzero(before >= 0)
        if len(known) < len(ends):
            ends, before = ends[known], before[known]
        units = codes[ends]
        at = level.table.find(_keys(before, units))
        hit = at >= 0
        logs[ends[hit]] = level.logs.take(at[hit])
        missed = ~hit
        logs[ends[missed]] += backs.take(before[missed])
        at[units == 0] = -1  # nothing goes on beyond the end of a document
        places = np.full(len(codes), -1, np.int64)
        places[ends] = at
        backs = level.backs
    needed: Scores = -logs[1:]
    return needed


def _keys(before: Codes, units: Codes) -> npt.NDArray[np.uint64]:
    """One number for a place and a unit, mixed; the mixing can be undone."""
    keys = (before << 32) + (units & 0xFFFFFFFF)
    return polynomials.mix(keys.view(np.uint64))
