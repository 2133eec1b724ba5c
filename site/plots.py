"""Plots of docs/evidence.json, as SVG in the colours of the page."""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
WIDTH, LEFT, RIGHT, LINE = 720, 170, 30, 20
sys.path.insert(0, str(ROOT / "recipes"))

from evidence import figures, settings  # noqa: E402 (of the recipes)
from paired import interval  # noqa: E402

ABOUT = (
    "Gains over random with their 95% intervals: right of the dotted line is better. "
    "Of several sizes it is that of 2% of the larger pool, or of 18 labels."
)


def plots() -> Iterator[str]:
    """A plot for each run: the gain over random of each method, with its interval.

    Of several sizes it is that of 2% of the largest pool, or of 18 labels.
    """
    runs = settings()["run"]
    yield ABOUT
    for name, run in figures().items():
        whole = max(int(row.get("pool", 0)) for row in run["rows"])
        lines = []
        for row in run["rows"]:
            pool, size = int(row.get("pool", 0)), row.get("size", "2%")
            if pool == whole and size in ("2%", "18") and len(row["gains"]) > 1:
                task = "" if pool else f", {row['task']}"
                lines.append((row["method"] + task, interval(row["gains"])))
        if lines:
            words = [run["measure"], *filter(None, [runs[name].get("note")])]
            yield f"<h3>{escape(name)}</h3>\n<p>{escape(': '.join(words))}</p>"
            yield drawn(sorted(lines, key=lambda one: -one[1][0]))


def drawn(rows: list[tuple[str, tuple[float, float, float]]]) -> str:
    """Dots with intervals, and a line at 0."""
    low = min(0.0, *(bounds[1] for _, bounds in rows))
    high = max(0.0, *(bounds[2] for _, bounds in rows))

    def x(value: float) -> float:
        share = (value - low) / ((high - low) or 1.0)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def line(start: float, end: float, top: int, bottom: int, more: str = "") -> str:
        ends = f'x1="{x(start)}" x2="{x(end)}" y1="{top}" y2="{bottom}"'
        return f'<line {ends} stroke="currentColor"{more}/>'

    def text(at: float, y: int, anchor: str, words: str) -> str:
        return f'<text x="{at}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'

    bottom = LINE * len(rows)
    box = f'viewBox="0 0 {WIDTH} {bottom + LINE}" style="max-width: {WIDTH}px"'
    parts = [f'<svg {box} font-size="12" fill="currentColor">']
    parts.append(line(0.0, 0.0, 0, bottom, ' stroke-dasharray="2 3"'))
    for at, (name, (middle, least, most)) in enumerate(rows):
        y = LINE * at + LINE // 2
        said = f"{middle:+.3f} ({least:+.3f} to {most:+.3f})"
        dot = f'<circle cx="{x(middle)}" cy="{y}" r="4"><title>{said}</title></circle>'
        parts += [text(LEFT - 10, y + 4, "end", name), line(least, most, y, y), dot]
    ends = {x(value): f"{value:.3g}" for value in (low, high, 0.0)}
    parts += [
        text(at, bottom + LINE - 4, "middle", words) for at, words in ends.items()
    ]
    return "\n".join([*parts, "</svg>"])
