"""From the words of a command line to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from sel.cli.console import Terminal, complain
from sel.options.declare import Option, every, number
from sel.options.writing import Writing
from sel.runs import shapes

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.catalog import Method

RENAMED = {
    "--centre": "--center",
    "--ranks": "--ranked",
    "--group-field": "--per",
    "--key": "--on",
    "--domain": "--per",
    "--rule": "--where",
    "--order": "--ngrams",
}
"""Names that options once had, which are understood where they mean nothing else."""


def renamed(method: Method, argv: list[str]) -> list[str]:
    """A command line with the new names of options that had another one."""
    known = {flag for one in declared(method) for flag in one.flags}
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

    shape = shapes.shape(method)
    asked = declared(method)

    def run(**values: Any) -> Callable[[], int]:
        given = {one.name: _value(one, values[one.name]) for one in asked}
        return lambda: shape.run(_request(method, shape, values["files"] or [], given))

    kind = Parameter.KEYWORD_ONLY
    metavar, words = shape.operands
    about = typer.Argument(metavar=metavar, help=words)
    files = Parameter(
        "files", kind, default=None, annotation=Annotated[list[str] | None, about]
    )
    parameters = [files]
    for one in asked:
        shown = Parameter.empty if one.required else _shown(one.default)
        parameters.append(
            Parameter(one.name, kind, default=shown, annotation=_annotation(one))
        )
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def declared(method: Method) -> list[Option]:
    """All options of a method."""
    return every(method, shapes.shape(method).takes)


def _count(value: str | float) -> float:
    return number(value) if isinstance(value, str) else value


def _request(
    method: Method, shape: shapes.Shape, files: list[str], given: dict[str, Any]
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
        plain, more["parser"] = int, _count  # type: ignore[assignment]
    if one.negation:
        flags = [f"{one.flag}/{one.negation}"]
    return Annotated[plain | None, typer.Option(*flags, **more)]  # type: ignore[call-overload]
