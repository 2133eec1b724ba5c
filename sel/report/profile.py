"""A profile on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import printable

if TYPE_CHECKING:
    from rich.console import Console

MOST = 24  # fields shown
BAR = 28  # characters
EIGHTHS = " ▏▎▍▌▋▊▉█"


def show(found: dict[str, Any]) -> None:
    """Draw a profile: fields, lengths, duplicates, groups, what looks odd."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(f"{found['records']:,} records")
    _fields(console, found["fields"])
    _lengths(console, found["lengths"])
    _histogram(console, found["lengths"]["words"]["histogram"])
    _facts(console, found)
    for name, group in found["groups"].items():
        _group(console, name, group)
    _oddities(console, found)
    if found.get("where"):
        _where(console, found["where"])
    for name, drops in found.get("rules", {}).items():
        _rules(console, name, drops, found["records"])


def _table(
    console: Console, title: str, head: list[str], rows: list[list[str]]
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column(Text(printable(title)), overflow="ellipsis", no_wrap=True)
    for name in head:
        table.add_column(Text(name), justify="right", no_wrap=True)
    for first, *rest in rows:
        table.add_row(Text(printable(first)), *(Text(printable(cell)) for cell in rest))
    console.print(table)


def _fields(console: Console, fields: dict[str, Any]) -> None:
    rows = []
    for name, one in list(fields.items())[:MOST]:
        kinds = "/".join(kind for kind in one["types"] if kind != "null") or "null"
        middle = one.get("length_p50", one.get("mean"))
        most = one.get("length_max", one.get("max"))
        shares = [one["missing_share"], one["null_share"], one.get("empty_share")]
        ends = [_number(middle), _number(most)]
        rows.append([name, kinds, *map(_percent, shares), *ends])
    if len(fields) > MOST:
        rows.append([f"and {len(fields) - MOST} more", *[""] * 6])
    head = ["type", "missing", "null", "empty", "middle", "largest"]
    _table(console, "field", head, rows)


def _lengths(console: Console, lengths: dict[str, Any]) -> None:
    names = ["min", "p25", "p50", "p75", "p99", "max"]
    rows = [
        [unit, _number(one["sum"]), *(_number(one[name]) for name in names)]
        for unit, one in lengths.items()
    ]
    _table(console, "length in", ["sum", *names], rows)


def _histogram(console: Console, bins: list[tuple[int, int]]) -> None:
    most = max((count for _, count in bins), default=1)
    rows = [(f"{start:,}", bar(count / most), f"{count:,}") for start, count in bins]
    _bars(console, "words from", rows)


def _bars(console: Console, title: str, rows: list[tuple[str, str, str]]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column(
        Text(printable(title)), overflow="ellipsis", no_wrap=True, max_width=30
    )
    table.add_column("", width=BAR)
    table.add_column("", justify="right", no_wrap=True)
    for name, line, count in rows:
        table.add_row(Text(printable(name)), Text(line), Text(count))
    console.print(table)


def bar(share: float) -> str:
    """A bar as long as a share of BAR characters, to an eighth of one."""
    eighths = round(share * BAR * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    return EIGHTHS[8] * full + (EIGHTHS[rest] if rest else "")


def _facts(console: Console, found: dict[str, Any]) -> None:
    twins, odd = found["duplicates"], found["outliers"]
    about = "about " if twins["exact_estimated"] else ""
    exact = _percent(twins["exact_share"])
    near = _percent(twins["near_share"])
    console.print(
        f"duplicates    {about}{exact} are the same as a text before; "
        f"{about}{twins['distinct']:,} differ"
    )
    console.print(f"near ones     about {near}, of {twins['near_compared']:,} compared")
    console.print(
        f"outliers      {odd['short']:,} below {odd['below_words']:,.0f} words,"
        f" {odd['long']:,} above {odd['above_words']:,.0f}"
    )
    console.print()


def _group(console: Console, name: str, group: dict[str, Any]) -> None:
    most = max(group["shares"].values(), default=1.0)
    rows = [
        (value, bar(share / most), _percent(share))
        for value, share in group["shares"].items()
    ]
    _bars(console, name, rows)
    console.print(
        f"{group['coverage']:,} groups, as even as {group['effective']:.1f} equal ones;"
        f" Gini {group['gini']:.2f}\nhead share {_percent(group['head_share'])},"
        f" {group['long_tail']:,} in the long tail\n"
    )


def _oddities(console: Console, found: dict[str, Any]) -> None:
    rows = [
        [name, f"{one['records']:,}", _percent(one["share"]), f"{one['times']:,}"]
        for part in ("personal", "odd")
        for name, one in found[part].items()
        if one["records"]
    ]
    if rows:
        _table(console, "looks like", ["records", "share", "times"], rows)


def _where(console: Console, found: dict[str, Any]) -> None:
    rows = [
        [text, f"{one['records']:,}", _percent(one["share"]), f"{one['unknown']:,}"]
        for text, one in found.items()
    ]
    _table(console, "holds for", ["records", "share", "unknown"], rows)


def _rules(console: Console, name: str, found: dict[str, Any], n: int) -> None:
    rows = [
        [rule, _percent(one["first"] / n), *(f"{one[k]:,}" for k in _DROPPED)]
        for rule, one in found["dropped"].items()
        if one["any"]
    ]
    _table(console, f"dropped by {name}", ["share", *_DROPPED], rows)
    console.print(f"{found['kept']:,} kept, {_percent(found['kept_share'])}\n")


_DROPPED = ("first", "any", "alone")


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) >= 1e9:
        return f"{value:.2e}"
    whole = value == int(value) or abs(value) >= 1000
    return f"{value:,.0f}" if whole else f"{value:.3g}"


def _percent(share: float | None) -> str:
    if share is None:
        return ""
    if 0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return f"{share:.1%}" if share else "0"
