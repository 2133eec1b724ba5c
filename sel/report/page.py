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
NONE = "'none'"


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
    library = (ASSETS / "chart.min.js").read_text()
    script = (ASSETS / "page.js").read_text()
    drawn = {"series": page.series, "charts": page.charts, "map": page.map}
    data = written(drawn).decode().replace("<", "\\u003c")
    body = "\n".join(
        [
            tag("header", tag("h1", escape(page.title)) + _controls(page)),
            "<main>",
            _measures(page),
            _pairs(page),
            *(_chart(i, one) for i, one in enumerate(page.charts)),
            _map() if page.map else "",
            _examples(page),
            "</main>",
            made(page.made, page.seed),
            f'<script type="application/json" id="data">{data}</script>',
        ]
    )
    return document(page.title, body, library, script)


def document(title: str, body: str, *scripts: str) -> str:
    """A page that runs the scripts and nothing else; its body is HTML."""
    style = (ASSETS / "page.css").read_text()
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hash(style)}; script-src {' '.join(map(_hash, scripts)) or NONE}"
    )
    end = "\n".join(f"<script>{script}</script>" for script in scripts)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
{body}
{end}
</body>
</html>
"""


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def tag(name: str, inner: str, **attributes: str | int) -> str:
    """An element; its inside is HTML, its attributes are text."""
    named = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{named}>{inner}</{name}>"


def section(title: str, *inner: str) -> str:
    """A part of the page; its inside is HTML."""
    return tag("section", tag("h2", escape(title)) + "".join(inner))


def table(head: list[str], rows: list[list[str]], caption: str) -> str:
    """A table that scrolls by itself; cells are HTML, the first of a row heads it."""
    top = "".join(tag("th", escape(one), scope="col") for one in head)
    body = "".join(
        tag("tr", tag("th", first, scope="row") + "".join(cells))
        for first, *cells in rows
    )
    inner = tag("thead", tag("tr", top)) + tag("tbody", body)
    whole = tag("table", inner, aria_label=caption)
    words = tag("p", escape(caption), class_="caption")
    return words + tag(
        "div", whole, class_="scroll", tabindex=0, role="region", aria_label=caption
    )


def made(command: str, seed: int) -> str:
    """Which release made the page, when, and by what command."""
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    day = datetime.fromtimestamp(seconds, UTC).date().isoformat()
    words = f"Made by sel {VERSION} on {day} with seed {seed}: "
    return tag("footer", escape(words) + tag("code", escape(command)))


def _controls(page: Page) -> str:
    boxes = "".join(
        tag(
            "label",
            f'<input type="checkbox" data-series="{i}" checked>'
            + tag("span", "", class_=f"swatch s{_shade(page, i)}")
            + escape(name),
        )
        for i, name in enumerate(page.series)
    )
    shown = tag("fieldset", tag("legend", "Shown") + boxes)
    field = '<input type="search" id="filter" autocomplete="off">'
    search = tag("label", "Texts that contain " + field)
    found = tag("output", "", id="found", aria_live="polite")
    return tag("form", shown + tag("p", search + " " + found), id="controls")


def _shade(page: Page, i: int) -> str:
    if i == 0:
        return "pool"
    return "random" if i == len(page.series) - 1 else str((i - 1) % 8)


def _measures(page: Page) -> str:
    """A row for each measure, a column for each selection."""
    ours = [row for row in page.results if "against" not in row]
    rows = [[escape("records"), *(cell(number(row["records"])) for row in ours)]]
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
    return section("Measures", table(["measure", *names], rows, caption))


def _measure(row: dict[str, Any], name: str, good: int) -> str:
    value, mean = row.get(name), row.get(f"{name}_random")
    if value is None or mean is None:
        return cell(number(value))
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    side = (value > high) - (value < low)
    mark = {1: "better ", -1: "worse ", 0: ""}[side * good]
    chance = f"{number(mean)} ({number(low)} to {number(high)})"
    inner = tag("small", mark) + tag("strong", number(value))
    inner += "<br>" + tag("small", chance)
    return cell(inner, {1: "good", -1: "bad", 0: ""}[side * good])


def cell(inner: str, kind: str = "") -> str:
    """A cell of a table; its inside is HTML."""
    return tag("td", inner, class_=kind) if kind else tag("td", inner)


def number(value: float | None) -> str:
    """A number as it is read."""
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
            cells.append(cell(*(_shared(row) if row else ("", ""))))
        rows.append([escape(a), *cells])
    caption = (
        "Records that two selections share: how many, as a share of the records in "
        "either (Jaccard), and how many they would share by chance."
    )
    return section("Overlap", table(["", *names], rows, caption))


def _shared(row: dict[str, Any]) -> tuple[str, str]:
    said = f"{number(row['shared'])} ({row['jaccard']:.0%})"
    chance = tag("small", f"by chance {number(row['shared_by_chance'])}")
    return said + "<br>" + chance, f"h{round(row['jaccard'] * SHADES)}"


def _chart(i: int, chart: dict[str, Any]) -> str:
    canvas = tag("canvas", "", id=f"chart{i}", role="img", aria_label=chart["title"])
    numbers = ""
    if chart["kind"] == "bars":
        rows = [
            [escape(name), *(cell(f"{share:.1%}") for share in shares)]
            for name, shares in chart["bars"].items()
        ]
        numbers = table(["", *chart["labels"]], rows, f"{chart['title']}, in numbers")
    elif "quantiles" in chart:
        rows = [
            [escape(name), *(cell(number(value)) for value in values)]
            for name, values in chart["quantiles"].items()
        ]
        head = ["", "5%", "25%", "50%", "75%", "95%"]
        numbers = table(head, rows, f"{chart['title']}: quantiles")
    if numbers:
        numbers = tag("details", tag("summary", "Numbers") + numbers)
    return section(chart["title"], tag("div", canvas, class_="plot"), numbers)


def _map() -> str:
    canvas = tag(
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
    point = tag("p", "", id="point", aria_live="polite")
    plot = tag("div", canvas, class_="plot tall")
    return section("Map", tag("p", words), plot, point)


def _examples(page: Page) -> str:
    parts = []
    for name, places in page.examples.items():
        inner = ""
        for place, rows in places.items():
            items = "".join(_example(*row) for row in rows)
            inner += tag("h4", escape(place)) + tag("ol", items)
        series = page.series.index(name)
        head = tag("h3", escape(name))
        parts.append(tag("article", head + inner, data_series=series))
    return section("Examples", tag("div", "".join(parts), class_="examples"))


def _example(row: int, score: float | None, text: str) -> str:
    said = f"row {row:,}" + ("" if score is None else f", {number(score)}")
    return tag("li", tag("small", escape(said)) + " " + tag("span", escape(text)))
