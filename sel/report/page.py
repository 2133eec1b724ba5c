"""A page that stands alone: tables as HTML, and charts by Chart.js, which it carries.

All text is escaped here, or reaches the page as JSON and is set as text. A policy in
the page (CSP) lets run only the scripts and the style that are written here, by their
hashes, and lets it open no network.
"""

from __future__ import annotations

import os
import time
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from sel.report.measures import better, measures
from sel.streams.json import written
from sel.version import VERSION

ASSETS = Path(__file__).parent / "assets"
SHADES = 9  # of overlap


@dataclass(frozen=True)
class Page:
    """What is on the page."""

    title: str
    series: list[str]
    """The pool, the selections, a random one: in the order of their colours."""
    results: list[dict[str, Any]]
    """Of `eval compare`."""
    charts: list[dict[str, Any]]
    map: list[list[Any]]
    examples: dict[str, dict[str, list[list[Any]]]]
    made: str
    """How: the command."""
    seed: int


def html(page: Page) -> str:
    """The whole page."""
    style = (ASSETS / "page.css").read_text()
    library = (ASSETS / "chart.min.js").read_text()
    script = (ASSETS / "page.js").read_text()
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hash(style)}; script-src {_hash(library)} {_hash(script)}"
    )
    drawn = {"series": page.series, "charts": page.charts, "map": page.map}
    data = written(drawn).decode().replace("<", "\\u003c")
    body = "\n".join(
        [
            _tag("header", _tag("h1", escape(page.title)) + _controls(page)),
            "<main>",
            _measures(page),
            _pairs(page),
            *(_chart(i, one) for i, one in enumerate(page.charts)),
            _map() if page.map else "",
            _examples(page),
            "</main>",
            _made(page),
        ]
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(page.title)}</title>
<style>{style}</style>
</head>
<body>
{body}
<script type="application/json" id="data">{data}</script>
<script>{library}</script>
<script>{script}</script>
</body>
</html>
"""


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def _tag(name: str, inner: str, **attributes: str | int) -> str:
    """An element; its inside is HTML, its attributes are text."""
    named = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{named}>{inner}</{name}>"


def _section(title: str, *inner: str) -> str:
    return _tag("section", _tag("h2", escape(title)) + "".join(inner))


def _table(head: list[str], rows: list[list[str]], caption: str) -> str:
    """A table that scrolls by itself; cells are HTML, the first of a row heads it."""
    top = "".join(_tag("th", escape(one), scope="col") for one in head)
    body = "".join(
        _tag("tr", _tag("th", first, scope="row") + "".join(cells))
        for first, *cells in rows
    )
    inner = _tag("thead", _tag("tr", top)) + _tag("tbody", body)
    table = _tag("table", inner, aria_label=caption)
    words = _tag("p", escape(caption), class_="caption")
    return words + _tag(
        "div", table, class_="scroll", tabindex=0, role="region", aria_label=caption
    )


def _made(page: Page) -> str:
    """Which release made the page, when, and by what command."""
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    day = datetime.fromtimestamp(seconds, UTC).date().isoformat()
    words = f"Made by sel {VERSION} on {day} with seed {page.seed}: "
    return _tag("footer", escape(words) + _tag("code", escape(page.made)))


def _controls(page: Page) -> str:
    boxes = "".join(
        _tag(
            "label",
            f'<input type="checkbox" data-series="{i}" checked>'
            + _tag("span", "", class_=f"swatch s{_shade(page, i)}")
            + escape(name),
        )
        for i, name in enumerate(page.series)
    )
    shown = _tag("fieldset", _tag("legend", "Shown") + boxes)
    field = '<input type="search" id="filter" autocomplete="off">'
    search = _tag("label", "Texts that contain " + field)
    found = _tag("output", "", id="found", aria_live="polite")
    return _tag("form", shown + _tag("p", search + " " + found), id="controls")


def _shade(page: Page, i: int) -> str:
    if i == 0:
        return "pool"
    return "random" if i == len(page.series) - 1 else str((i - 1) % 8)


def _measures(page: Page) -> str:
    """A row for each measure, a column for each selection."""
    ours = [row for row in page.results if "against" not in row]
    rows = [[escape("records"), *(_cell(_number(row["records"])) for row in ours)]]
    for name in measures(ours[0]):
        good = better(name)
        sign = {1: " \N{UPWARDS ARROW}", -1: " \N{DOWNWARDS ARROW}", 0: ""}[good]
        cells = [_measure(row, name, good) for row in ours]
        rows.append([escape(name) + sign, *cells])
    caption = (
        "Each measure with the mean of random selections of the same size and the "
        "range of 95% of them. \N{UPWARDS ARROW} high is good, \N{DOWNWARDS ARROW} low "
        "is; marked: better or worse than that range."
    )
    names = [row["selection"] for row in ours]
    return _section("Measures", _table(["measure", *names], rows, caption))


def _measure(row: dict[str, Any], name: str, good: int) -> str:
    value, mean = row.get(name), row.get(f"{name}_random")
    if value is None or mean is None:
        return _cell(_number(value))
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    side = (value > high) - (value < low)
    mark = {1: "better ", -1: "worse ", 0: ""}[side * good]
    chance = f"{_number(mean)} ({_number(low)} to {_number(high)})"
    inner = _tag("small", mark) + _tag("strong", _number(value))
    inner += "<br>" + _tag("small", chance)
    return _cell(inner, {1: "good", -1: "bad", 0: ""}[side * good])


def _cell(inner: str, kind: str = "") -> str:
    return _tag("td", inner, class_=kind) if kind else _tag("td", inner)


def _number(value: float | None) -> str:
    if value is None:
        return "\N{EN DASH}"
    words = f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
    return words.replace("-", "\N{MINUS SIGN}")


def _pairs(page: Page) -> str:
    """What selections have in common, and differences that are known seed by seed."""
    found = {
        (row["selection"], row["against"]): row
        for row in page.results
        if "shared" in row
    }
    if not found:
        return ""
    names = [row["selection"] for row in page.results if "against" not in row]
    rows = []
    for a in names:
        cells = []
        for b in names:
            row = found.get((a, b)) or found.get((b, a))
            cells.append(_cell(*(_shared(row) if row else ("", ""))))
        rows.append([escape(a), *cells])
    caption = (
        "Records that two selections share: how many, as a share of the records in "
        "either (Jaccard), and how many they would share by chance."
    )
    return _section("Overlap", _table(["", *names], rows, caption))


def _shared(row: dict[str, Any]) -> tuple[str, str]:
    said = f"{_number(row['shared'])} ({row['jaccard']:.0%})"
    chance = _tag("small", f"by chance {_number(row['shared_by_chance'])}")
    return said + "<br>" + chance, f"h{round(row['jaccard'] * SHADES)}"


def _chart(i: int, chart: dict[str, Any]) -> str:
    canvas = _tag("canvas", "", id=f"chart{i}", role="img", aria_label=chart["title"])
    numbers = ""
    if chart["kind"] == "bars":
        rows = [
            [escape(name), *(_cell(f"{share:.1%}") for share in shares)]
            for name, shares in chart["bars"].items()
        ]
        numbers = _table(["", *chart["labels"]], rows, f"{chart['title']}, in numbers")
    elif "quantiles" in chart:
        rows = [
            [escape(name), *(_cell(_number(value)) for value in values)]
            for name, values in chart["quantiles"].items()
        ]
        head = ["", "5%", "25%", "50%", "75%", "95%"]
        numbers = _table(head, rows, f"{chart['title']}: quantiles")
    if numbers:
        numbers = _tag("details", _tag("summary", "Numbers") + numbers)
    return _section(chart["title"], _tag("div", canvas, class_="plot"), numbers)


def _map() -> str:
    canvas = _tag(
        "canvas",
        "",
        id="map",
        tabindex=0,
        role="application",
        aria_label="Map of the pool: the arrow keys go from point to point",
        aria_describedby="point",
    )
    words = (
        "The plane of most variance (PCA) of the vectors. A part of the pool is drawn, "
        "and of each selection. The arrow keys go from point to point."
    )
    point = _tag("p", "", id="point", aria_live="polite")
    plot = _tag("div", canvas, class_="plot tall")
    return _section("Map", _tag("p", words), plot, point)


def _examples(page: Page) -> str:
    parts = []
    for name, places in page.examples.items():
        inner = ""
        for place, rows in places.items():
            items = "".join(_example(*row) for row in rows)
            inner += _tag("h4", escape(place)) + _tag("ol", items)
        series = page.series.index(name)
        head = _tag("h3", escape(name))
        parts.append(_tag("article", head + inner, data_series=series))
    return _section("Examples", _tag("div", "".join(parts), class_="examples"))


def _example(row: int, score: float | None, text: str) -> str:
    said = f"row {row:,}" + ("" if score is None else f", {_number(score)}")
    return _tag("li", _tag("small", escape(said)) + " " + _tag("span", escape(text)))
