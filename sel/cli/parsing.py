"""From the words of a command line to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from sel import runs
from sel.cli.console import Terminal, complain
from sel.errors import UsageError
from sel.options.declare import Option, options
from sel.options.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.catalog import Method

SUFFIXES = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}

RENAMED = {
    "--centre": "--center",
    "--ranks": "--ranked",
    "--group-field": "--per",
    "--key": "--on",
    "--domain": "--per",
    "--rule": "--where",
    "--order": "--ngrams",
}
"""Options that once had another name, which is understood where it means nothing else
and not shown."""


def count(value: str | int) -> int:
    """A whole number; 10k, 1M, 2G, 1T and 1e6 are understood."""
    if isinstance(value, int):
        return value
    factor = SUFFIXES.get(value[-1:], 1)
    digits = value[:-1] if factor > 1 else value
    try:
        number = float(digits.replace("_", "")) * factor
        if number != int(number):
            raise ValueError
    except (ValueError, OverflowError):
        msg = f"{value!r} is not a whole number. Try: 1500, 10k or 1M"
        raise UsageError(msg) from None
    return int(number)


def renamed(method: Method, argv: list[str]) -> list[str]:
    """A command line with the new names of options that had another one."""
    known = {flag for one in every(method) for flag in one.flags}
    words = []
    for word in argv:
        flag, equals, value = word.partition("=")
        new = RENAMED.get(flag)
        if new in known and flag not in known:
            title = f"sel {method.command} {method.name}"
            complain(title, f"{flag} is now called {new}")
            word = f"{new}{equals}{value}"
        words.append(word)
    return words


def command(method: Method) -> Any:
    """A function that Typer reads a method's options from."""
    from inspect import Parameter, Signature

    import typer

    shape = runs.shape(method)
    declared = every(method)

    def run(**values: Any) -> Callable[[], int]:
        given = {one.name: _value(one, values[one.name]) for one in declared}
        return lambda: shape.run(_request(method, shape, values["files"] or [], given))

    kind = Parameter.KEYWORD_ONLY
    metavar, words = shape.operands
    about = typer.Argument(metavar=metavar, help=words)
    files = Parameter(
        "files", kind, default=None, annotation=Annotated[list[str] | None, about]
    )
    parameters = [files]
    for one in declared:
        shown = Parameter.empty if one.required else _shown(one.default)
        parameters.append(
            Parameter(one.name, kind, default=shown, annotation=_annotation(one))
        )
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def every(method: Method) -> list[Option]:
    """All options of a method, its own first."""
    shared = (one for group in runs.shape(method).takes for one in options(group))
    return list({one.name: one for one in (*method.options, *shared)}.values())


def _request(
    method: Method, shape: runs.Shape, files: list[str], given: dict[str, Any]
) -> Any:
    from sel.request import Request

    title = f"sel {method.command} {method.name}"
    quiet = given.get("quiet", False) and Writing in shape.takes
    return Request(method, list(files), given, shape.takes, Terminal(title, quiet))


def _value(one: Option, value: Any) -> Any:
    return one.default if value is None or value == [] else value


def _shown(default: Any) -> Any:
    return None if default == () else default


def _annotation(one: Option) -> Any:
    """What Typer makes an option of."""
    import typer

    flags, more = one.flags, {"help": one.help}
    plain: Any = {"float": float, "bool": bool, "list[str]": list[str]}.get(
        one.kind, str
    )
    if one.choices:
        plain = Literal[one.choices]
    if one.kind in ("int", "Count"):
        plain, more["parser"] = int, count  # type: ignore[assignment]
    if one.negation:
        flags = [f"{one.flag}/{one.negation}"]
    return Annotated[plain | None, typer.Option(*flags, **more)]  # type: ignore[call-overload]
