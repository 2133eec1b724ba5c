"""Runs by names and values, and command lines inside an option, joined by pipes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from sel import catalog
from sel.errors import OptionError, UsageError
from sel.options.declare import every, number
from sel.request import NAMED, Request
from sel.runs.shapes import Shape, shape
from sel.values import value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sel.catalog import Method
    from sel.options.declare import Option
    from sel.streams.lines import Source

INSTEAD = {
    "load": ("target", "pos", "neg"),
    "train": ("pos", "neg"),
    "labels": ("pos", "neg"),
    "trajectories": ("vectors",),
}
"""Options that bring what others would, which are then not given."""


def asked(
    method: Method, run: Shape, sources: list[Source], given: Mapping[str, Any]
) -> Request:
    """A request that says nothing, with the defaults of what is not given.

    Raises:
        UsageError: an option that must be given is not, or a value cannot be.
    """
    known = every(method, run.takes)
    values = {one.name: one.default for one in known} | {"quiet": True} | dict(given)
    for one in known:
        if one.required and values[one.name] is None:
            words = one.help[:1].lower() + one.help[1:]
            name = one.name.rstrip("_")
            msg = f"{method.command} {method.name} needs {name}: {words}"
            raise UsageError(msg)
    return Request(method, sources, values, run.takes)


@value
class Stage:
    """A command of a pipeline, ready to be run."""

    method: Method
    shape: Shape
    given: Mapping[str, Any]
    """Its options, by name."""
    operands: tuple[str, ...]
    """What stands before the records, such as a condition."""

    @property
    def takes(self) -> set[str]:
        """The names of all its options."""
        return {one.name for one in every(self.method, self.shape.takes)}

    @property
    def lacks(self) -> set[str]:
        """The names of the options that are not given."""
        there = self.given.keys()
        brought = {x for name in there & set(INSTEAD) for x in INSTEAD[name]}
        return self.takes - there - brought

    def run(self, source: str, output: str, known: Mapping[str, Any]) -> Request:
        """Run it; what is known is given to the options of those names.

        Args:
            source: the records.
            output: the file that it writes.
            known: values for options that it takes and that were not given.
        """
        lacks, kinds = self.lacks, every(self.method, self.shape.takes)
        more = {
            one.name: _fitting(one, known[one.name])
            for one in kinds
            if one.name in lacks & known.keys()
            and (one.name, one.value) != ("model", "FILE")  # of another kind
        }
        given = {**more, **self.given, "output": output}
        request = asked(self.method, self.shape, [*self.operands, source], given)
        self.shape.run(request)
        return request


def _fitting(one: Option, given: Any) -> Any:
    """The first of a list, where the option takes a single value."""
    return given[0] if type(given) is list and one.kind != "list[str]" else given


def parsed(text: str, commands: Sequence[str]) -> list[Stage]:
    """The stages of `score length | pick top --by length`.

    Args:
        text: as a shell reads it.
        commands: those that there may be.

    Raises:
        UsageError: there is no such method, or no such option of it.
    """
    reader = shlex.shlex(text, posix=True, punctuation_chars="|")
    reader.whitespace_split, reader.commenters = True, ""
    stages: list[list[str]] = [[]]
    try:
        for word in reader:
            if word == "|":
                stages.append([])
            else:
                stages[-1].append(word)
    except ValueError as error:
        msg = f"{text!r} cannot be read: {error}"
        raise UsageError(msg) from None
    return [_stage(words, commands) for words in stages]


def _stage(words: list[str], commands: Sequence[str]) -> Stage:
    command, *rest = words[words[:1] == ["sel"] :] or [""]
    if command not in commands or not rest:
        msg = (
            f"{' '.join(words)!r} is not METHOD [OPTION]... of {' or '.join(commands)}"
        )
        raise UsageError(msg)
    method = catalog.describe(command, rest[0])
    run = shape(method)
    known = every(method, run.takes)
    flags = {flag: one for one in known for flag in (*one.flags, one.negation)}
    given, operands = _read(rest[1:], flags, f"{command} {method.name}")
    if len(operands) != (f"sel {command} {method.name}" in NAMED):
        there = " ".join(operands) or "no condition or weights"
        msg = f"{' '.join(words)!r} has {there}. Try: options alone, the rest is given"
        raise UsageError(msg)
    return Stage(method, run, given, tuple(operands))


def _read(
    words: Iterable[str], flags: Mapping[str, Option], title: str
) -> tuple[dict[str, Any], list[str]]:
    """Options with their values, and what else there is."""
    given: dict[str, Any] = {}
    operands: list[str] = []
    rest = iter(words)
    for word in rest:
        flag, equals, text = word.partition("=")
        if not word.startswith("-"):
            operands.append(word)
            continue
        if flag not in flags:
            msg = f"{title} has no option {flag}"
            raise UsageError(msg)
        one = flags[flag]
        if one.kind == "bool":
            given[one.name] = flag != one.negation
            continue
        if not equals and (text := next(rest, "")) == "":
            msg = f"{title}: {flag} needs a value"
            raise UsageError(msg)
        known = _value(one, text)
        several = one.kind == "list[str]"
        given[one.name] = [*given.get(one.name, []), known] if several else known
    return given, operands


def _value(one: Option, text: str) -> Any:
    if one.kind in ("int", "Count"):
        return number(text)
    if one.choices and text not in one.choices:
        raise OptionError(one.name, f"one of {', '.join(one.choices)}", text)
    if one.kind != "float":
        return text
    try:
        return float(text)
    except ValueError:
        raise OptionError(one.name, "a number", text) from None
