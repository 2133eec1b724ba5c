"""A regular expression as an automaton, made while it reads.

Its states are sets of places in the pattern (Thompson, Comm. ACM 11, 1968). What a
single character or a border is, Python's engine says, so that both agree.
"""

from __future__ import annotations

import re
from typing import Any

MOST = 3_000
"""Places in a pattern, and pieces looked at on the way."""
KNOWN = 500_000
"""Steps and places that are remembered; then it begins anew."""

_engine: Any = re._compiler  # type: ignore[attr-defined]
_tree: Any = re._parser  # type: ignore[attr-defined]
_CHARACTERS = ("LITERAL", "NOT_LITERAL", "ANY", "IN")


class Irregular(ValueError):
    """Why there is no automaton for a pattern."""


class _Found(Exception):
    """The pattern has been matched."""


class _State(dict[str, "_State"]):
    """A set of places, after a character; knows the next for each character."""

    def __init__(self, places: frozenset[int], before: str, whole: Automaton) -> None:
        self.places = places
        self.before = before
        self._whole = whole

    def __missing__(self, character: str) -> _State:
        found = self._whole.step(self, character)
        self[character] = found
        return found


class _Place:
    """A place: go on to others, where a test allows.

    Args:
        test: a pattern for one character or for a border; None where there is none.
        takes: whether the test takes a character.
        to: where to go on.
    """

    __slots__ = ("takes", "test", "to")

    def __init__(
        self, test: re.Pattern[str] | None, to: list[int], *, takes: bool = False
    ) -> None:
        self.test = test
        self.takes = takes
        self.to = to


class Automaton:
    """Says whether a text has a pattern somewhere.

    Args:
        tree: the parsed pattern.
        flags: its flags.

    Raises:
        Irregular: it does more than go from left to right.
    """

    def __init__(self, tree: Any, flags: int) -> None:
        self._flags = flags & ~re.DEBUG
        self._parser_state = tree.state
        self._places: list[_Place] = []
        self._tests: dict[str, re.Pattern[str]] = {}
        self._seen = 0
        self._end = self._add(None, [])
        self._start = self._sequence(tree, self._end, ())
        self._borders = any(p.test and not p.takes for p in self._places)
        self._states: dict[tuple[frozenset[int], str], _State] = {}
        self._held = 0

    def search(self, text: str) -> bool:
        """Whether the pattern is somewhere in a text."""
        state = self._state(frozenset(), "")
        ends = text.endswith("\n")
        try:
            for character in text[:-1] if ends else text:
                state = state[character]
            if ends:
                state = self.step(state, "\n", last=True)
            self._closed(state, "")
        except _Found:
            return True
        return False

    def step(self, state: _State, character: str, *, last: bool = False) -> _State:
        """The state after another character.

        Raises:
            _Found: the pattern has been matched.
        """
        after = character if last else character + "x"
        to: set[int] = set()
        for number in self._closed(state, after):
            place = self._places[number]
            if place.takes and place.test and place.test.match(character):
                to.update(place.to)
        self._held += 1 + len(to)
        if self._held > KNOWN:
            self._forget()
        return self._state(frozenset(to), _stand_in(character) if self._borders else "")

    def _forget(self) -> None:
        for state in self._states.values():
            state.clear()  # they hold one another
        self._states = {}
        self._held = 0

    def _state(self, places: frozenset[int], before: str) -> _State:
        key = places, before
        if key not in self._states:
            self._states[key] = _State(places, before, self)
        return self._states[key]

    def _closed(self, state: _State, after: str) -> set[int]:
        """The places that can be reached without a character."""
        around, at = state.before + after, len(state.before)
        left_over = [*state.places, self._start]
        seen: set[int] = set()
        while left_over:
            number = left_over.pop()
            if number in seen:
                continue
            seen.add(number)
            place = self._places[number]
            if number == self._end:
                raise _Found
            if not place.takes and (not place.test or place.test.match(around, at)):
                left_over += place.to
        return seen

    def _add(
        self, test: re.Pattern[str] | None, to: list[int], *, takes: bool = False
    ) -> int:
        self._places.append(_Place(test, to, takes=takes))
        return len(self._places) - 1

    def _sequence(self, items: Any, then: int, flags: tuple[Any, ...]) -> int:
        """Where a sequence begins that goes on at a place."""
        self._seen += 1 + len(items)
        if self._seen > MOST:
            msg = f"it has more than {MOST:,} places"
            raise Irregular(msg)
        for op, what in reversed(list(items)):
            then = self._piece(op, what, then, flags)
        return then

    def _piece(self, op: Any, what: Any, then: int, flags: tuple[Any, ...]) -> int:
        name = str(op)
        if name in _CHARACTERS:
            return self._add(self._test(op, what, flags), [then], takes=True)
        if name == "AT":
            return self._add(self._test(op, what, flags), [then])
        if name == "BRANCH":
            parts = [self._sequence(part, then, flags) for part in what[1]]
            return self._add(None, parts)
        if name == "SUBPATTERN":
            _, more, less, body = what
            return self._sequence(body, then, (*flags, (more, less)))
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            return self._repeat(what, then, flags)
        msg = "it looks ahead or back, or clings to what it took"
        raise Irregular(msg)

    def _repeat(self, what: Any, then: int, flags: tuple[Any, ...]) -> int:
        least, most, body = what
        copies = least if most is _tree.MAXREPEAT else most
        if copies > MOST:
            msg = f"it repeats something {copies:,} times"
            raise Irregular(msg)
        at = then
        if most is _tree.MAXREPEAT:
            at = self._add(None, [then])
            self._places[at].to.append(self._sequence(body, at, flags))
        else:
            for _ in range(most - least):
                at = self._add(None, [then, self._sequence(body, at, flags)])
        for _ in range(least):
            at = self._sequence(body, at, flags)
        return at

    def _test(self, op: Any, what: Any, flags: tuple[Any, ...]) -> re.Pattern[str]:
        """A pattern for a single piece."""
        key = repr((op, what, flags))
        if key not in self._tests:
            one = _tree.SubPattern(self._parser_state, [(op, what)])
            for more, less in reversed(flags):
                inner = _tree.SUBPATTERN, (None, more, less, one)
                one = _tree.SubPattern(self._parser_state, [inner])
            self._tests[key] = _engine.compile(one, self._flags)
        return self._tests[key]


def _stand_in(character: str) -> str:
    """A character that borders on the same things."""
    if character == "\n":
        return character
    if character == "_" or character.isalnum():
        return "a" if character.isascii() else "é"
    return " "
