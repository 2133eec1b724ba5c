"""Tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import printable

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

SHARED = ("shared", "shared_by_chance", "jaccard")
LISTED = ("domain", "attribute")
"""Rows that begin with one of these are many: each is a line."""


def show(rows: list[dict[str, Any]]) -> None:
    """Draw each row as a column, headed by its first value; no markup is obeyed.

    Pairs of rows follow: what they share, a line each, and how they differ.
    """
    listed = [row for row in rows if next(iter(row), "") in LISTED]
    if listed:
        names = dict.fromkeys(name for row in listed for name in row)
        _lines(list(names), listed)
        rows = [row for row in rows if row not in listed]
    pairs = [row for row in rows if "against" in row]
    _columns([row for row in rows if row not in pairs], 1)
    if shared := [row for row in pairs if SHARED[0] in row]:
        _lines(["selection", "against", *SHARED], shared)
    rest = [{k: v for k, v in row.items() if k not in SHARED} for row in pairs]
    _columns([row for row in rest if len(row) > len(("selection", "against"))], 2)


def _lines(names: list[str], rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(*names)
    for row in rows:
        table.add_row(*(_text(_cell(row.get(name, ""))) for name in names))
    _print(table)


def _columns(rows: list[dict[str, Any]], heads: int) -> None:
    """A table with a column for each row; a range stands below its value."""
    from rich.table import Table

    if not rows:
        return
    first = list(rows[0])[:heads]
    table = Table()
    table.add_column(_text("\n".join(first)))
    for row in rows:
        head = "\n".join(_cell(row[name]) for name in first)
        table.add_column(_text(head), justify="right")
    measures = dict.fromkeys(name for row in rows for name in row if name not in first)
    for measure in measures:
        if any(isinstance(row.get(measure), list | dict) for row in rows):
            continue  # what a cell cannot hold
        name, _, end = measure.rpartition("_")
        random = f"{name}_random" in measures
        if end == "low" and (random or name in measures):
            title = "  random, 95%" if random else "  95%"
            cells = [_range(row, name) for row in rows]
            table.add_row(title, *(_text(cell, "dim") for cell in cells))
        elif end not in ("random", "high") or f"{name}_low" not in measures:
            cells = [_cell(row.get(measure, "")) for row in rows]
            table.add_row(_text(_cell(measure)), *map(_text, cells))
    _print(table)


def _range(row: dict[str, Any], name: str) -> str:
    if f"{name}_low" not in row:
        return ""
    low, high = _cell(row[f"{name}_low"]), _cell(row[f"{name}_high"])
    mean = f"{name}_random"
    return (_cell(row[mean]) + "\n" if mean in row else "") + f"{low} .. {high}"


def _text(value: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(value, style=style)


def _print(table: Table) -> None:
    from rich.console import Console

    Console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        size = abs(value)
        return f"{value:,.{4 if size < 10 else 2 if size < 1000 else 0}f}"
    if isinstance(value, int):
        return f"{value:,}"
    return printable(str(value))
