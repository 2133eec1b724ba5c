"""How an option is declared, and what the help, the man pages and the parser read.

An option of a method is a keyword-only parameter of one of its functions. One that
methods share is a field of a frozen dataclass, a group, made by `option`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from math import ceil
from typing import Any, NamedTuple, TypeVar, dataclass_transform

from sel.errors import UsageError
from sel.values import with_fields

SHORT = {"k": "-k", "output": "-o", "quiet": "-q", "jobs": "-j"}

SUFFIXES = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}

Count = int
"""A number of things: 1500, 10k, 1M and 1e6 are understood."""


T = TypeVar("T", bound=type)


class Declared(NamedTuple):
    """What is said of an option where it is declared."""

    help: str
    default: Any
    metavar: str = ""
    writes: str = ""
    required: bool = False


def option(
    help: str,  # noqa: A002
    default: Any = None,
    *,
    metavar: str = "",
    writes: str = "",
) -> Any:
    """A field that is an option.

    Args:
        help: what is said of it.
        default: its value where it is not given.
        metavar: what stands for its value in the help; by its type if empty. FILE is
            a file that is read, unless `writes` says what is written to it.
        writes: one of the kinds of sel.streams.endings.
    """
    return Declared(_sentence(help), default, metavar, writes)


def required(help: str, *, metavar: str = "") -> Any:  # noqa: A002
    """A field that is an option which must be given."""
    return Declared(_sentence(help), None, metavar, required=True)


def _sentence(words: str) -> str:
    return words if words[-1] in ".]" else f"{words}."


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(option, required)
)
def group(cls: T) -> T:
    """Make a class a group of options: a value, all of keywords."""
    declared: dict[str, tuple[str, Declared]] = {}
    for above in reversed(cls.__mro__):
        declared |= vars(above).get("declared", {})
    for name, kind in cls.__annotations__.items():
        declared[name] = kind, getattr(cls, name)
        setattr(cls, name, getattr(cls, name).default)
    cls.declared = declared  # type: ignore[attr-defined]
    return with_fields(
        cls, {name: said.required for name, (_, said) in declared.items()}
    )


class Option(NamedTuple):
    """An option, as the command line shows it."""

    name: str
    owner: str
    """The function or the group that takes it."""
    type: str
    default: Any
    required: bool
    help: str
    metavar: str = ""
    writes: str = ""
    """What is written to the file that it names, if it names one."""

    @property
    def flag(self) -> str:
        """The long form on the command line."""
        if len(self.name) == 1:
            return SHORT[self.name]
        return "--" + self.name.rstrip("_").replace("_", "-")

    @property
    def flags(self) -> list[str]:
        """How it may be typed, the negation aside."""
        short = SHORT.get(self.name)
        return list(dict.fromkeys(filter(None, [self.flag, short])))

    @property
    def negation(self) -> str:
        """What turns it off, where it is on by default."""
        return f"--no-{self.flag[2:]}" if self.kind == "bool" and self.default else ""

    @property
    def kind(self) -> str:
        """Its type, without None."""
        return self.type.removesuffix(" | None")

    @property
    def choices(self) -> tuple[str, ...]:
        """The values a Literal allows."""
        kind = self.kind
        return _literals(kind) if kind[:8] == "Literal[" else ()

    @property
    def value(self) -> str:
        """What stands for its value in the help; nothing for a switch."""
        if self.kind == "bool":
            return ""
        if self.choices:
            return "|".join(self.choices)
        numbers = {"int": "N", "Count": "N", "float": "X"}
        return self.metavar or numbers.get(self.kind, self.name.rstrip("_").upper())


@cache
def _literals(kind: str) -> tuple[str, ...]:
    return tuple(ast.literal_eval(f"({kind[8:-1]},)"))


@cache
def options(group: Any) -> tuple[Option, ...]:
    """The options of a group."""
    return tuple(
        Option(
            name,
            group.__name__,
            kind.replace("'", '"'),
            said.default,
            said.required,
            said.help,
            said.metavar,
            said.writes,
        )
        for name, (kind, said) in group.declared.items()
    )


def every(method: Any, takes: Iterable[type]) -> list[Option]:
    """All options of a method, those of the groups it is run with first.

    One that a group has as well is that of the group: the run hands it on.

    Args:
        method: of the catalog.
        takes: groups of options.
    """
    shared = {one.name: one for group in takes for one in options(group)}
    return [*shared.values(), *own(method, takes)]


def own(method: Any, takes: Iterable[type]) -> tuple[Option, ...]:
    """The options of a method that no group has."""
    shared = {one.name for group in takes for one in options(group)}
    return tuple(one for one in method.options if one.name not in shared)


LARGEST = 1 << 63
"""A whole number must be smaller."""


class Share(float):
    """A part of all records, as 5%, where a number of records is asked for."""

    def of(self, records: int) -> int:
        """How many of so many records it is, rounded up."""
        return ceil(self * records - 1e-9)

    def __repr__(self) -> str:
        return f"{self * 100:g}%"


def number(text: str) -> int | Share:
    """A whole number; 10k, 1M, 2G, 2B, 1T and 1e6 are understood, and 5% is a share.

    Raises:
        UsageError: it is none.
    """
    if text.endswith("%"):
        try:
            share = float(text[:-1]) / 100
        except ValueError:
            share = -1.0
        if not 0 < share <= 1:
            msg = f"{text!r} is not a share of the records. Try: 5%"
            raise UsageError(msg)
        return Share(share)
    factor = SUFFIXES.get(text[-1:], 1)
    digits = (text[:-1] if factor > 1 else text).replace("_", "")
    try:
        value = (int(digits) if digits.isdecimal() else float(digits)) * factor
        if value == int(value) and abs(value) < LARGEST:
            return int(value)
    except (ValueError, OverflowError):
        pass
    msg = f"{text!r} is not a whole number. Try: 1500, 10k or 1e6"
    raise UsageError(msg)


def title(group: type) -> str:
    """The heading of a group: its docstring's first line."""
    return (group.__doc__ or "").partition("\n")[0].rstrip(".")
