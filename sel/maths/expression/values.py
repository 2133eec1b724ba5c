"""Single values: what they are, and what is said where they will not do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from math import inf, isfinite
from typing import Any, Final

Path = tuple[str | int, ...]
"""The names and places that lead to a field, from the record down."""


class Absent(Enum):
    """What stands in a column where a record lacks the field."""

    MISSING = "missing"


MISSING: Final = Absent.MISSING


class Unjudged(ValueError):
    """A record that the condition cannot judge.

    Args:
        reason: field-missing or field-type.
        message: which field, and what is wrong with it.
        path: the field that is missing.
    """

    def __init__(self, reason: str, message: str, path: Path | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.path = path


class Null(Unjudged):
    """A null where a number was needed."""


def at(record: Mapping[str, Any], path: Path) -> Any:
    """What stands at a path of a record, or MISSING."""
    value: Any = record
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return value


def gathered(records: list[Any], paths: tuple[Path, ...]) -> dict[Path, list[Any]]:
    """The columns of some records."""
    columns: dict[Path, list[Any]] = {}
    for path in paths:
        name = path[0]
        if len(path) == 1 and isinstance(name, str):
            columns[path] = [record.get(name, MISSING) for record in records]
        else:
            columns[path] = [at(record, path) for record in records]
    return columns


def lacking(path: Path) -> Unjudged:
    """What is said of a record that lacks a field."""
    shown = ".".join(map(str, path))
    words = f"field {shown!r} is missing. Try: has({shown}) or get({shown}, 0)"
    return Unjudged("field-missing", words, path)


def wrong(message: str) -> Unjudged:
    """What is said of a record with a value that will not do."""
    return Unjudged("field-type", message)


_WORDS = {None: "null", True: "true", False: "false"}


def word(value: Any) -> str:
    """A value as a message shows it."""
    if value is None or type(value) is bool:
        return _WORDS[value]
    try:
        shown = repr(value)
    except (ValueError, RecursionError):  # Python does not write out such numbers
        kinds = {int: "a huge number", list: "a deep list", dict: "a deep object"}
        return kinds.get(type(value), "a value")
    return shown if len(shown) <= 40 else shown[:37] + "..."


def number(value: Any) -> Any:
    """The value, which must be a number."""
    if type(value) is int or type(value) is float:
        return value
    kind = Null if value is None else Unjudged
    raise kind("field-type", f"{word(value)} is not a number")


def string(value: Any) -> str:
    """The value, which must be a string."""
    if type(value) is str:
        return value
    raise wrong(f"{word(value)} is not a string")


def truth(value: Any, text: str) -> bool:
    """The value, which must be true or false."""
    if value is True or value is False:
        return value
    raise wrong(f"{text!r} gives {word(value)}, not true or false")


def floating(value: Any) -> float:
    """A number as a float."""
    try:
        return float(number(value))
    except OverflowError:
        raise wrong(f"{word(value)} is too large for a float") from None


def whole(value: Any) -> int:
    """A number, rounded."""
    known = number(value)
    try:
        rounded: int = round(known)
    except (OverflowError, ValueError):
        raise wrong(f"{word(value)} cannot be rounded") from None
    return rounded


def sized(value: Any) -> int:
    """How long a string, a list or an object is."""
    if isinstance(value, str | list | dict):
        return len(value)
    raise wrong(f"{word(value)} has no length")


def computed(sign: str, work: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Arithmetic that says so where it has no finite result."""

    def compute(left: Any, right: Any) -> Any:
        try:
            result = work(number(left), number(right))
        except ZeroDivisionError:
            raise wrong(f"{word(left)} {sign} 0 divides by zero") from None
        except OverflowError:
            result = inf
        if type(result) is float and not isfinite(result):
            raise wrong(f"{word(left)} {sign} {word(right)} is not a finite number")
        return result

    return compute


def ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison of two numbers or of two strings."""

    def judge(left: Any, right: Any) -> bool:
        if type(left) is str and type(right) is str:
            return test(left, right)
        return test(number(left), number(right))

    return judge


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same, at any depth; true is not 1."""
    left_over = [(left, right)]
    while left_over:
        one, other = left_over.pop()
        if isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            left_over += zip(one, other)
        elif isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            left_over += [(value, other[key]) for key, value in one.items()]
        elif (type(one) is bool) is not (type(other) is bool) or one != other:
            return False
    return True


def inside(left: Any, right: Any) -> bool:
    """Whether a string, a list or the names of an object contain a value."""
    if type(right) is str:
        return string(left) in right
    if isinstance(right, list | dict):
        return any(equal(left, element) for element in right)
    raise wrong(f"{word(right)} is not a string, list or object")
