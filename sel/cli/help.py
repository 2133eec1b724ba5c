"""Help pages: what the catalog says of methods, as text for a terminal."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from sel import catalog
from sel.options.declare import options, own, title
from sel.runs import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.catalog import Method
    from sel.options.declare import Option

EXAMPLES = Path(__file__).with_name("examples.txt")
WIDTH = 80
LONGEST = 100
"""Columns of a page on a wider terminal: longer lines are hard to read."""
COLUMN = 26
"""Where the words on an option begin."""
ENDINGS = """\
0  done, and the answer is yes
1  done, and the answer is no (--fail-if-empty)
2  wrong command line; nothing was read
3  bad input data
4  the machine: file, disk, memory, a missing package"""


def columns() -> int:
    """How wide a page is here."""
    import os
    import sys

    if sys.stdout is None or not sys.stdout.isatty():
        return WIDTH
    try:
        return max(40, min(os.get_terminal_size(1).columns, LONGEST))
    except OSError:
        return WIDTH


def usage(method: Method) -> str:
    """The command line in short."""
    operands, _ = shapes.shape(method).operands
    return f"sel {method.command} {method.name} [OPTION]... {operands}".rstrip()


def sections(method: Method) -> Iterator[tuple[str, tuple[Option, ...]]]:
    """The options of a method, its own first, by headings."""
    takes = shapes.shape(method).takes
    groups = [(title(group), options(group)) for group in takes]
    known: set[str] = set()
    for heading, group in [("Method", own(method, takes)), *groups]:
        shown = tuple(one for one in group if one.name not in known)
        known |= {one.name for one in shown}
        if shown:
            yield heading, shown


def term(option: Option) -> str:
    """An option as it is typed."""
    names = ", ".join([*option.flags[::-1], *filter(None, [option.negation])])
    return f"{names} {option.value}".strip()


def words(option: Option) -> str:
    """What is said of an option, with its default."""
    default = option.default
    shown = default not in (None, False, True, (), "")
    tail = f" [{default}]" if shown else " (required)" if option.required else ""
    return option.help + tail


def page(method: Method, width: int = WIDTH) -> str:
    """The whole help of a method."""
    parts = [f"Usage: {usage(method)}", flowing(method.doc, width)]
    for heading, group in sections(method):
        lines = [_entry(term(option), words(option), width) for option in group]
        parts.append(f"{heading}:\n" + "\n".join(lines))
    if shown := examples(method):
        parts.append("Examples:\n" + "\n".join(f"  {line}" for line in shown))
    parts.append("Exit status:\n" + textwrap.indent(ENDINGS, "  "))
    return "\n\n".join(parts) + "\n"


def examples(method: Method) -> list[str]:
    """Commands that use a method, from its page in docs; none for a plugin."""
    start = f"{method.command} {method.name}\t"
    lines = EXAMPLES.read_text().splitlines()
    return [line.removeprefix(start) for line in lines if line.startswith(start)]


def overview(command: str, width: int = WIDTH) -> str:
    """The help of a command: its methods, each with its summary."""
    methods = list(catalog.methods(command, plugins=True))
    pad = max(len(method.name) for method in methods) + 4
    lines = []
    for method in methods:
        first, *more = textwrap.wrap(method.summary, width - pad) or [""]
        lines.append(f"  {method.name:{pad - 2}}{first}")
        lines += [" " * pad + line for line in more]
    return (
        f"Usage: sel {command} METHOD [OPTION]... [FILE]...\n\n"
        f"{flowing(catalog.summary(command), width)}\n\nMethods:\n"
        + "\n".join(lines)
        + f"\n\nSee sel {command} METHOD --help for the options of a method.\n"
    )


def flowing(text: str, width: int) -> str:
    """Paragraphs as wide as the page; indented ones stay as they are."""
    paragraphs = [
        paragraph
        if any(line[:1] == " " for line in paragraph.split("\n"))
        else textwrap.fill(paragraph, width, break_on_hyphens=False)
        for paragraph in text.split("\n\n")
    ]
    return "\n\n".join(paragraphs)


def _entry(left: str, right: str, width: int) -> str:
    body = textwrap.wrap(right, width - COLUMN, break_on_hyphens=False) or [""]
    lines = [f"{'':{COLUMN}}{line}" for line in body]
    if len(left) + 4 <= COLUMN:
        lines[0] = f"  {left:{COLUMN - 2}}{body[0]}"
        return "\n".join(lines)
    return "\n".join([f"  {left}", *lines])
