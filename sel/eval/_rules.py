"""Rules over named numbers, and what becomes of them.

Numbers stand in a tree of names, as JSON has them; a rule names some by a path in
which `*` is any name.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LARGEST = 1.7976931348623157e308  # that a float can hold
LIMITS = ("min", "max", "equals", "min_ratio", "max_ratio", "drift", "change")
RELATIVE = ("min_ratio", "max_ratio", "drift", "change")
"""Limits that are relative to a baseline."""


@dataclass(frozen=True)
class Rule:
    """What a measure may be."""

    measure: str
    name: str = ""
    min: float | None = None
    max: float | None = None
    equals: Any = None
    min_ratio: float | None = None
    """The least share of what the baseline has."""
    max_ratio: float | None = None
    drift: float | None = None
    """The largest relative change from the baseline, up or down."""
    change: float | None = None
    """The largest absolute change."""

    @classmethod
    def read(cls, number: int, raw: Any) -> Rule:
        """From a table of a rules file, checked.

        Raises:
            UsageError: it is not a rule; the message says which.
        """
        place = f"rule {number}"
        if not isinstance(raw, dict) or not isinstance(raw.get("measure"), str):
            msg = f'{place} names no measure. Try: measure = "records"'
            raise UsageError(msg)
        known = {field.name for field in fields(cls)}
        if strange := sorted(set(raw) - known):
            msg = f"{place}: {strange[0]!r} is unknown. There are {', '.join(LIMITS)}"
            raise UsageError(msg)
        limits = [name for name in LIMITS if name in raw]
        if not limits:
            msg = f"{place} has no limit. Try: min = 0, or one of {', '.join(LIMITS)}"
            raise UsageError(msg)
        for name in limits:
            if name != "equals" and not _number(raw[name]):
                msg = f"{place}: {name} must be a number, got {raw[name]!r}"
                raise UsageError(msg)
        if not isinstance(raw.get("name", ""), str):
            msg = f"{place}: name must be a string, got {raw['name']!r}"
            raise UsageError(msg)
        return cls(**raw)


@dataclass(frozen=True)
class Outcome:
    """One limit of a rule, held against one number."""

    rule: str
    measure: str
    limit: str
    value: Any
    baseline: Any
    status: str
    """holds, fails, or skipped where there is not a baseline."""
    message: str

    @property
    def fails(self) -> bool:
        """Whether the rule does not hold."""
        return self.status == "fails"


def find(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The values that a path names, each with its whole path."""
    if isinstance(tree, dict):
        for name, inner in tree.items():
            for first in (name, "*"):
                if path == first:
                    yield name, inner
                elif path.startswith(first + "."):
                    rest = path[len(first) + 1 :]
                    yield from ((f"{name}.{p}", v) for p, v in find(inner, rest))


def judge(
    rule: Rule, measures: Mapping[str, Any], baseline: Mapping[str, Any] | None
) -> Iterator[Outcome]:
    """Hold each limit of a rule against each number that it names."""
    numbers = list(find(measures, rule.measure))
    name = rule.name or rule.measure
    if not numbers:
        msg = f"there is no {rule.measure}"
        yield Outcome(name, rule.measure, "", None, None, "fails", msg)
    for path, value in numbers:
        before = dict(find(baseline, path)) if baseline is not None else {}
        for limit in LIMITS:
            bound = getattr(rule, limit)
            if bound is not None:
                last = before.get(path) if limit in RELATIVE else None
                skip = limit in RELATIVE and baseline is None
                status, why = (
                    ("skipped", "there is not a baseline")
                    if skip
                    else _held(limit, bound, value, last)
                )
                words = f"{path} is {shown(value)}: {why}"
                yield Outcome(
                    name, path, f"{limit} {shown(bound)}", value, last, status, words
                )


def _held(limit: str, bound: Any, value: Any, last: Any) -> tuple[str, str]:
    """Whether a number keeps a limit, and the reason in words."""
    if limit == "equals":
        fine = type(value) is type(bound) and value == bound
        fine = fine or (_number(value) and _number(bound) and value == bound)
        return _status(fine), f"must be {shown(bound)}"
    if not _number(value):
        return "fails", "that is not a number"
    if limit in ("min", "max"):
        fine = value >= bound if limit == "min" else value <= bound
        return _status(fine), f"must be at {_END[limit]} {shown(bound)}"
    if not _number(last):
        return "fails", "the baseline has no such number"
    return _beside(limit, bound, value, last)


_END = {"min": "least", "max": "most", "min_ratio": "least", "max_ratio": "most"}


def _beside(limit: str, bound: float, value: float, last: float) -> tuple[str, str]:
    was = f"it was {shown(last)}"
    if limit in _END:
        edge = bound * last
        fine = value >= edge if limit == "min_ratio" else value <= edge
        return _status(fine), f"{was}; must be at {_END[limit]} {shown(edge)}"
    moved = abs(value - last)
    reach = bound * abs(last) if limit == "drift" else bound
    words = f"by at most {shown(bound)}" + (" of it" if limit == "drift" else "")
    return _status(moved <= reach), f"{was}; may change {words}"


def _status(fine: bool) -> str:
    return "holds" if fine else "fails"


def _number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= LARGEST


def shown(value: Any) -> str:
    """A value as people read it."""
    if type(value) is int:
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


PROFILE = {"by": list, "languages": bool, "tokenizer": str, "text": str, "tail": int}
"""What a rules file may say of the profile that is taken of records."""


def parsed(path: str, words: str) -> tuple[list[Rule], dict[str, Any]]:
    """The rules of a file, and how it wants records profiled.

    Raises:
        UsageError: the file is not what it should be.
    """
    try:
        raw = tomllib.loads(words)
    except RecursionError:
        raise UsageError(no_toml(path, "it is nested too deep")) from None
    except ValueError as error:
        raise UsageError(no_toml(path, error)) from None
    if strange := sorted(set(raw) - {"rule", "profile"}):
        msg = f"{path}: {strange[0]!r} is unknown. There are [profile] and [[rule]]"
        raise UsageError(msg)
    tables = raw.get("rule", [])
    if not isinstance(tables, list) or not tables:
        msg = f'{path} has no rules. Try: [[rule]], measure = "records", min = 1'
        raise UsageError(msg)
    try:
        rules = [Rule.read(i, table) for i, table in enumerate(tables, 1)]
        return rules, _profiling(raw.get("profile", {}))
    except UsageError as error:
        msg = f"{path}: {error}"
        raise UsageError(msg) from None


def no_toml(path: str, error: object) -> str:
    """What is said of a file that holds no rules."""
    return f"{path} is not TOML: {error}. Try: the rules first, then the records"


def _profiling(raw: Any) -> dict[str, Any]:
    """The options of `eval profile`, checked.

    Raises:
        UsageError: one is unknown or of the wrong type.
    """
    if not isinstance(raw, dict):
        msg = "[profile] is not at a table"
        raise UsageError(msg)
    for key, value in raw.items():
        if key not in PROFILE:
            msg = f"[profile]: {key!r} is unknown. There are {', '.join(PROFILE)}"
            raise UsageError(msg)
        if type(value) is not PROFILE[key]:
            msg = f"[profile]: {key} has a wrong value, {value!r}"
            raise UsageError(msg)
    if not all(isinstance(path, str) for path in raw.get("by", [])):
        msg = "[profile]: by is a list of fields"
        raise UsageError(msg)
    return dict(raw)
