"""Tables for a terminal."""

from __future__ import annotations

from typing import Any


def show(rows: list[dict[str, Any]]) -> None:
    """Draw each row as a column, headed by its first value; no markup is obeyed."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    first, *measures = rows[0]
    table = Table()
    table.add_column(Text(first))
    for row in rows:
        table.add_column(Text(_cell(row[first])), justify="right")
    for measure in measures:
        if any(isinstance(row.get(measure), list | dict) for row in rows):
            continue  # what a cell cannot hold
        table.add_row(
            Text(measure), *(Text(_cell(row.get(measure, ""))) for row in rows)
        )
    Console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, int):
        return f"{value:,}"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(value))
