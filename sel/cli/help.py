"""Help pages: what the catalog says of a method, as text for a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from sel import runs
from sel.options.declare import options, title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.catalog import Method
    from sel.options.declare import Option

WIDTH = 88
ENDINGS = """\
0  done, and the answer is yes
1  done, and the answer is no (--fail-if-empty)
2  wrong command line, nothing was read
3  bad input data
4  the machine: file, disk, memory, a missing package"""


def page_of(method: Method) -> Any:
    """A Typer command class whose help is the page of the method."""
    from typer.core import TyperCommand

    class Page(TyperCommand):
        def format_help(self, ctx: Any, formatter: Any) -> None:
            del ctx
            formatter.write(page(method))

    return Page


def usage(method: Method) -> str:
    """The command line in short."""
    operands, _ = runs.shape(method).operands
    return f"sel {method.command} {method.name} [OPTION]... {operands}"


def sections(method: Method) -> Iterator[tuple[str, tuple[Option, ...]]]:
    """The options of a method, its own first, by headings."""
    if method.options:
        yield "Method", method.options
    own = {one.name for one in method.options}
    for group in runs.shape(method).takes:
        shown = tuple(one for one in options(group) if one.name not in own)
        if shown:
            yield title(group), shown


def term(option: Option) -> str:
    """An option as it is typed."""
    names = ", ".join([*option.flags[::-1], *filter(None, [option.negation])])
    return f"{names} {option.value}".strip()


def words(option: Option) -> str:
    """What is said of an option, with its default."""
    default = option.default
    shown = default not in (None, False, (), "")
    tail = f" [{default}]" if shown else " (required)" if option.required else ""
    return option.help + tail


def page(method: Method) -> str:
    """The whole help of a method."""
    parts = [f"Usage: {usage(method)}", method.doc]
    for heading, group in sections(method):
        lines = [_entry(term(option), words(option)) for option in group]
        parts.append(f"{heading}:\n" + "\n".join(lines))
    parts.append("Exit status:\n" + textwrap.indent(ENDINGS, "  "))
    return "\n\n".join(parts) + "\n"


def _entry(left: str, right: str) -> str:
    pad = 26
    body = textwrap.wrap(right, WIDTH - pad) or [""]
    lines = [f"{'':{pad}}{line}" for line in body]
    if len(left) + 4 <= pad:
        lines[0] = f"  {left:{pad - 2}}{body[0]}"
        return "\n".join(lines)
    return "\n".join([f"  {left}", *lines])
