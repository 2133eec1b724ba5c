"""Rules over named numbers, and what becomes of them.

Numbers stand in a tree of names, as JSON has them; a rule names some by a path in
which `*` is any name.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

LARGEST = 1.7976931348623157e308  # that a float can hold
LIMITS = (
    *("min", "max", "above", "below", "equals"),
    *("min_ratio", "max_ratio", "drift", "change"),
)
RELATIVE = ("min_ratio", "max_ratio", "drift", "change")
"""Limits that are relative to a baseline."""


@dataclass(frozen=True)
class Rule:
    """What a measure may be."""

    measure: str
    name: str = ""
    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None
    equals: Any = None
    min_ratio: float | None = None
    """The least share of what the baseline has."""
    max_ratio: float | None = None
    drift: float | None = None
    """The largest relative change from the baseline, up or down."""
    change: float | None = None
    """The largest absolute change."""
    shown: str = ""
    """What messages call the measure; its path if empty."""

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
        known = {field.name for field in fields(cls)} - {"shown"}
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
    called = rule.shown or rule.measure
    name = rule.name or called
    if not numbers:
        msg = f"there is no {called}"
        yield Outcome(name, called, "", None, None, "fails", msg)
    for path, value in numbers:
        place = rule.shown or path
        if rule.shown and value is None:
            msg = f"{place} cannot be said: {_trouble(measures, path)}"
            yield Outcome(name, place, "", None, None, "fails", msg)
            continue
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
                words = f"{place} is {shown(value)}: {why}"
                limited = f"{limit} {shown(bound)}"
                yield Outcome(name, place, limited, value, last, status, words)


def _trouble(measures: Mapping[str, Any], path: str) -> str:
    """Why the share of records for which a condition holds is not known."""
    place = path.removesuffix(".share")
    facts = next(value for at, value in find(measures, place) if at == place)
    return f"{facts['unknown']:,} of the records cannot be judged, as {facts['why']}"


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
    if limit in ("above", "below"):
        fine = value > bound if limit == "above" else value < bound
        return _status(fine), f"must be {limit} {shown(bound)}"
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


PROFILE = {
    "by": list,
    "languages": bool,
    "tokenizer": str,
    "text": str,
    "tail": int,
    "rules": list,
    "where": list,
}
"""What a rules file may say of the profile that is taken of records."""
MEASURES = (
    *("records", "fields", "lengths", "outliers", "duplicates", "groups"),
    *("personal", "odd", "where", "rules"),
)
"""How the paths of a profile's measures begin."""

_KEEPS = re.compile(r"(preset|where)\s+(.+)\s+keeps", re.DOTALL)
_BOUNDS = {">=": "min", "<=": "max", ">": "above", "<": "below", "==": "equals"}
_TRY = 'Try: "language.de >= 0.9" or "preset fineweb keeps >= 0.6"'


def sentence(words: str, known: Collection[str]) -> tuple[Rule, dict[str, list[str]]]:
    """A rule in one line, such as `language.de >= 0.9`.

    Args:
        words: what is measured, one of >= <= > < ==, and a number.
        known: how the paths of measures begin that are there already.

    Returns:
        The rule, and what must be asked of the profile for it: --rules or --where.

    Raises:
        UsageError: it is no rule.
    """
    found = None
    for at in [m.end() for m in re.finditer(">=|<=|==|>|<", words)][-1:]:
        start = at - (2 if words[at - 2 : at] in _BOUNDS else 1)
        found = words[:start].strip(), words[start:at], words[at:].strip()
    try:
        number = float(found[2]) if found else math.nan
    except ValueError:
        number = math.nan
    if not found or not found[0] or not abs(number) <= LARGEST:
        msg = f"{words!r} is no rule. {_TRY}"
        raise UsageError(msg)
    subject, sign, _ = found
    path, asked = _subject(subject, known)
    whole = int(number) if number == int(number) else number
    limit: dict[str, Any] = {_BOUNDS[sign]: whole}
    return Rule(path, shown=subject if asked else "", **limit), asked


def _subject(subject: str, known: Collection[str]) -> tuple[str, dict[str, list[str]]]:
    """The path of what is measured, and what must be asked for it."""
    keeps = _KEEPS.fullmatch(subject)
    if keeps and keeps[1] == "preset":
        return f"rules.{keeps[2]}.kept_share", {"rules": [keeps[2]]}
    if keeps:
        condition = keeps[2]
    elif subject.partition(".")[0] in {*MEASURES, *known}:
        return subject, {}
    else:
        condition = _condition(subject)
    return f"where.{condition}.share", {"where": [condition]}


def _condition(subject: str) -> str:
    """The condition that FIELD.VALUE or FIELD_rate stands for."""
    if subject.endswith("_rate") and re.fullmatch(r"\w+(\.\w+)*", subject):
        field = subject.removesuffix("_rate")
        flat = field.replace(".", "_")
        return f"{field} > 0" if flat == field else f"get({field}, {flat}) > 0"
    field, dot, value = subject.rpartition(".")
    if not dot or not field or not value or " " in field:
        msg = f"{subject!r} names no measure. {_TRY}"
        raise UsageError(msg)
    text = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    plain = re.fullmatch(r"-?\d+|true|false", value)
    return f"{field} == {text}" + (f" or {field} == {value}" if plain else "")


def parsed(
    path: str, words: str, known: Collection[str] = ()
) -> tuple[list[Rule], dict[str, Any]]:
    """The rules of a file, and how it wants records profiled.

    Args:
        path: of the file.
        words: what it has.
        known: what the paths of --results begin with.

    Raises:
        UsageError: the file is not what it should be.
    """
    try:
        raw = tomllib.loads(words)
    except RecursionError:
        raise UsageError(no_toml(path, "it is nested too deep")) from None
    except ValueError as error:
        raise UsageError(no_toml(path, error)) from None
    if strange := sorted(set(raw) - {"rule", "rules", "profile"}):
        there = "[profile], rules and [[rule]]"
        msg = f"{path}: {strange[0]!r} is unknown. There are {there}"
        raise UsageError(msg)
    lines, tables = raw.get("rules", []), raw.get("rule", [])
    if not isinstance(lines, list) or not all(isinstance(one, str) for one in lines):
        msg = f"{path}: rules is a list of strings, tables are [[rule]]. {_TRY}"
        raise UsageError(msg)
    if not isinstance(tables, list) or not (tables or lines):
        msg = f'{path} has no rules. Try: rules = ["records >= 1"]'
        raise UsageError(msg)
    try:
        pairs = [sentence(line, known) for line in lines]
        rules = [rule for rule, _ in pairs]
        rules += [Rule.read(i, table) for i, table in enumerate(tables, 1)]
        return rules, _profiling(raw.get("profile", {}), [asked for _, asked in pairs])
    except UsageError as error:
        msg = f"{path}: {error}"
        raise UsageError(msg) from None


def no_toml(path: str, error: object) -> str:
    """What is said of a file that holds no rules."""
    return f"{path} is not TOML: {error}. Try: the rules first, then the records"


def _profiling(raw: Any, more: list[dict[str, list[str]]]) -> dict[str, Any]:
    """The options of `eval profile`, checked, with what rules ask for.

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
        if isinstance(value, list) and not all(isinstance(one, str) for one in value):
            msg = f"[profile]: {key} is a list of {_LISTS[key]}"
            raise UsageError(msg)
    asked = dict(raw)
    for key, values in (pair for one in more for pair in one.items()):
        asked[key] = list(dict.fromkeys([*asked.get(key, []), *values]))
    return asked


_LISTS = {"by": "fields", "rules": "presets", "where": "conditions"}
