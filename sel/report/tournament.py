"""What came of a tournament, on a terminal and as a page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from sel.errors import printable, valid
from sel.report import page
from sel.report.page import number
from sel.streams.atomic import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = dict[str, Any]
HEAD = ("gain", "95%", "95% of all", "records", "CPU s")
WIDE, TALL = 180, 22  # of the drawing of an interval, in pixels
ABOUT = (
    "Gain is how much better than random choices of the same size in the same round; "
    "its 95% interval is paired. The wide interval holds for all methods and sizes at "
    "once: where it is above 0, the upright line, the method is supported."
)


def show(*rows: Row) -> None:
    """Draw a table for each size, and the verdict below."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False)
    *lines, last = rows
    for size, some in _sizes(lines):
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
        table.add_column(Text(printable(size)), overflow="fold")
        for name in (last["figure"], *HEAD):
            table.add_column(Text(name), justify="right")
        for row in some:
            if "failed" not in row:
                cells = [row["method"], *_cells(row, last["figure"])]
                style = "bold" if row.get("supported") else ""
                table.add_row(*(Text(printable(one)) for one in cells), style=style)
        console.print(table)
        for one in _failed(some):
            console.print(printable(one))
    console.print(printable(last["verdict"]))


def write(path: str, rows: Sequence[Row], made: str, seed: int) -> None:
    """Write the page."""
    *lines, last = rows
    title = f"Methods that choose from {last['pool']:,} records, judged by "
    title += f"{last['judge']}"
    gains = [row for row in lines if "gain" in row]
    ends = [abs(row[f"sure_{end}"]) for row in gains for end in ("low", "high")]
    scale = max(ends, default=0) or 1.0
    body = [
        page.tag("header", page.tag("h1", escape(title))),
        "<main>",
        page.tag("p", page.tag("strong", escape(last["verdict"]))),
        page.tag("p", escape(ABOUT), class_="caption"),
        *(_section(size, some, last["figure"], scale) for size, some in _sizes(lines)),
        "</main>",
        page.made(made, seed),
    ]
    html = page.document(title, "\n".join(body))
    write_whole(path, valid(html).encode())


def _sizes(lines: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for size in dict.fromkeys(row["size"] for row in lines):
        yield size, [row for row in lines if row["size"] == size]


def _cells(row: Row, figure: str) -> list[str]:
    """The numbers of a method, in words, below HEAD."""
    gains = [""] * 3
    if "gain" in row:
        gains = [_signed(row["gain"]), _range(row, "gain"), _range(row, "sure")]
    cost = number(row["cpu_seconds"])
    if "embedding_seconds" in row:
        cost += f" + {number(row['embedding_seconds'])}"
    return [number(row[figure]), *gains, number(row["records"]), cost]


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value)


def _range(row: Row, name: str) -> str:
    return f"{_signed(row[f'{name}_low'])} to {_signed(row[f'{name}_high'])}"


def _section(size: str, rows: list[Row], figure: str, scale: float) -> str:
    """A table of the methods at a size, with their intervals drawn."""
    done = [row for row in rows if "failed" not in row]
    body = []
    for row in done:
        told = _cells(row, figure)
        if "bytes" in row:
            told[-2] += f" of {row['bytes']:,.0f} bytes"
        cells = [page.cell(page.tag("small", escape(one))) for one in told]
        kind = "good" if row.get("supported") else ""
        drawn = page.cell(_drawn(row, scale) if "gain" in row else "", kind)
        name = escape(row["method"])
        body.append([page.tag("strong", name) if kind else name, drawn, *cells])
    rounds = max((row["seeds"] for row in done), default=0)
    words = f"{figure} at {size}, the mean of {rounds} rounds, and gain over random; "
    words += "CPU seconds of a choice, and once of its vectors"
    table = page.table(["method", "", figure, *HEAD], body, words)
    failed = (page.tag("p", escape(one)) for one in _failed(rows))
    return page.section(size, table, *failed)


def _failed(rows: Sequence[Row]) -> list[str]:
    return [f"{r['method']} failed: {r['failed']}" for r in rows if "failed" in r]


def _drawn(row: Row, scale: float) -> str:
    """Both intervals, and 0."""

    def at(value: float) -> str:
        return f"{(value / scale + 1) / 2 * (WIDE - 8) + 4:.1f}"

    def line(low: float, high: float, kind: str) -> str:
        return f'<line x1="{at(low)}" x2="{at(high)}" y1="11" y2="11" class="{kind}"/>'

    words = f"gain {_signed(row['gain'])}, {_range(row, 'sure')}"
    return (
        f'<svg width="{WIDE}" height="{TALL}" role="img" aria-label="{escape(words)}">'
        f'<line x1="{at(0)}" x2="{at(0)}" y1="0" y2="{TALL}" class="zero"/>'
        + line(row["sure_low"], row["sure_high"], "sure")
        + line(row["gain_low"], row["gain_high"], "near")
        + f'<circle cx="{at(row["gain"])}" cy="11" r="4"/></svg>'
    )
