"""Tables for a terminal."""

from __future__ import annotations

from typing import Any


def show(rows: list[dict[str, Any]]) -> None:
    """Draw rows with the same keys; nothing in them is taken for markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in rows[0]:
        left = isinstance(rows[0][name], str)
        table.add_column(Text(name), justify="left" if left else "right")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    Console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, int):
        return f"{value:,}"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(value))
