"""Regular expressions that cannot run for ever.

Python's engine tries one way to match after the other. How many there can be is
estimated from the pattern, and where a text is so long that they might be too many, an
automaton reads it instead, once from left to right; it is slower for most texts, and
gives the same answer. Patterns that no automaton can be built for, as they look back
or ahead, are refused if their ways grow too fast.

RE2 is linear by itself, but its classes and word borders know ASCII alone: a whole word
of another script would never be found, and nothing would say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from math import inf
from typing import Any, NamedTuple

from sel.maths.expression.automaton import Automaton, Irregular
from sel.maths.expression.values import wrong

STEPS = 1e8
"""So many steps Python's engine may have to take for one text: a tenth of a second."""
MANY_STEPS = 1e10
"""The same, where there is no automaton."""
FEW = 32
"""A repetition with no more choices than this counts as so many ways."""

_tree: Any = re._parser  # type: ignore[attr-defined]  # there is no other way to it
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_STARTS = ("AT_BEGINNING", "AT_BEGINNING_STRING")


class BadPattern(ValueError):
    """Not a pattern, or one that might run for ever."""


class Ways(NamedTuple):
    """How many ways there are to match a text: `times` the length to some power."""

    times: float
    power: float
    peak: float = 0
    """The power where most are tried: what looks ahead tries some of its own."""

    def then(self, other: Ways) -> Ways:
        """The ways of one after the other."""
        power = self.power + other.power
        peak = max(self.peak, self.power + other.peak, power)
        return Ways(self.times * other.times, power, peak)


ONE = Ways(1, 0)
ENDLESS = Ways(1, inf, inf)


def searcher(pattern: str) -> Callable[[str], bool]:
    """What says whether a text has the pattern somewhere.

    Raises:
        BadPattern: it is none, or might run for ever.
    """
    try:
        native = re.compile(pattern)
        tree = _tree.parse(pattern)
        ways = _ways(tree, last=True)
    except (re.error, OverflowError) as error:
        raise BadPattern(str(error)) from None
    except RecursionError:
        msg = "it is nested too deep"
        raise BadPattern(msg) from None
    width = Ways(max(1, tree.getwidth()[0] / FEW), 0)
    start = ONE if _anchored(tree, native.flags) else Ways(1, 1, 1)
    ways = start.then(ways).then(width)
    if ways.peak == 0:
        return lambda text: native.search(text) is not None
    return _Searcher(native, tree, ways)


class _Searcher:
    """A pattern, and what reads the texts for which it has too many ways."""

    def __init__(self, native: re.Pattern[str], tree: Any, ways: Ways) -> None:
        self._native = native
        self._tree = tree
        self._short = _longest(ways, STEPS)
        self._long = _longest(ways, MANY_STEPS)
        if self._long < 1:
            try:
                self._automaton  # noqa: B018 (it is made now, to know that it can be)
            except Irregular as why:
                msg = f"it could run for ever: it has too many ways to match, and {why}"
                raise BadPattern(msg) from None

    @cached_property
    def _automaton(self) -> Automaton:
        return Automaton(self._tree, self._native.flags)

    def __call__(self, text: str) -> bool:
        if len(text) > self._short:
            try:
                return self._automaton.search(text)
            except Irregular as why:
                if len(text) > self._long:
                    words = f"a text of {len(text):,} characters is too long for"
                    msg = f"{words} the pattern {self._native.pattern!r}: {why}"
                    raise wrong(msg) from None
        return self._native.search(text) is not None


def _anchored(tree: Any, flags: int) -> bool:
    """Whether a pattern can only match at the start of a text."""
    if not len(tree) or flags & re.MULTILINE:
        return False
    op, what = tree[0]
    return str(op) == "AT" and str(what) in _STARTS


def _longest(ways: Ways, steps: float) -> float:
    """The longest text for which there are no more ways than that."""
    if ways.peak == inf or ways.times > steps:
        return 0
    return float((steps / ways.times) ** (1 / ways.peak))


def _ways(items: Any, *, last: bool) -> Ways:
    """The ways to match a sequence.

    Args:
        items: the pieces of a pattern.
        last: whether nothing follows that could fail, and make it try another way.
    """
    ways = ONE
    for i, (op, what) in enumerate(items):
        ways = ways.then(_piece(str(op), what, last and i == len(items) - 1))
    return ways


def _piece(op: str, what: Any, last: bool) -> Ways:
    if op in _REPEATS:
        return _repeated(*what, last=last)
    if op == "SUBPATTERN":
        return _ways(what[3], last=last)
    if op == "BRANCH":
        return _branched(what[1], last=last)
    if op in ("ASSERT", "ASSERT_NOT"):
        ahead = _ways(what[1], last=True)
        return Ways(ahead.times, 0, ahead.peak)  # once it holds, it is not asked again
    if op == "ATOMIC_GROUP":
        return _ways(what, last=True)
    if op == "GROUPREF_EXISTS":
        return _branched([what[1], what[2] or []], last=last)
    return ONE


def _branched(parts: list[Any], *, last: bool) -> Ways:
    """One of several, which are no choice where their first letters tell them apart."""
    found = [_ways(part, last=last) for part in parts]
    power, peak = max(w.power for w in found), max(w.peak for w in found)
    firsts = [part[0] for part in parts if len(part)]
    letters = {what for op, what in firsts if str(op) == "LITERAL"}
    many = max if len(letters) == len(parts) else sum
    return Ways(many(ways.times for ways in found), power, peak)


def _repeated(least: int, most: int, body: Any, *, last: bool) -> Ways:
    once = _ways(body, last=False)
    choices = most - least
    if most > 1 and not body.getwidth()[0]:
        return ENDLESS  # the text does not bound what takes nothing of it
    if once == ONE:
        if last or not choices:
            return ONE
        return Ways(choices + 1, 0) if choices < FEW else Ways(1, 1, 1)
    if most > FEW:
        return ENDLESS
    try:
        times = float(once.times) ** most * (choices + 1)
    except OverflowError:
        return ENDLESS
    power = once.power * most
    return Ways(times, power, max(power, once.peak + once.power * (most - 1)))
