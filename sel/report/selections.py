"""The page of `eval compare`: what is drawn of selections and of their pool."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import valid
from sel.maths.matrices.vectors import unit, usable
from sel.report import page, plotting
from sel.streams.atomic import AtomicFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sel.types import Indices

LIMIT = 500_000  # bytes of a page
MARKS = 1_200  # points of the map, at first
FEW = 3  # examples of each place
SNIPPET, EXAMPLE = 140, 420  # bytes of a text on the map, and as an example
BARS = 12  # groups that have bars of their own


@dataclass(frozen=True)
class Drawn:
    """A pool of n records, and selections of their places."""

    name: str
    rows: Indices
    """What the records are called."""
    lengths: Any
    """Characters of each text."""
    scores: Mapping[str, Any]
    field: str | None
    """Whose values are the domains."""
    domains: list[str]
    """Of each record; none where there is not a field."""
    vectors: Any
    """(m, d), of which the records have `rows`; or None."""
    chosen: Mapping[str, Indices]
    random: Indices
    texts: Callable[[Mapping[int, int]], dict[int, str]]
    """The beginnings of the texts at some places, each of so many bytes."""

    def __len__(self) -> int:
        return len(self.rows)


def write(
    path: str, pool: Drawn, rows: list[dict[str, Any]], made: str, seed: int
) -> None:
    """Write the page; it has fewer points where it would be too large."""
    series = {"pool": np.arange(len(pool)), **pool.chosen, "random": pool.random}
    chosen = list(pool.chosen)
    picked = {name: _examples(pool, series[name]) for name in chosen}
    plane = _plane(pool)
    marks = MARKS
    while True:
        points = _points(plane, series, chosen, marks)
        wanted = dict.fromkeys(points.tolist(), SNIPPET)
        for places in picked.values():
            for ours in places.values():
                wanted |= dict.fromkeys(ours.tolist(), EXAMPLE)
        texts = pool.texts(wanted)
        html = page.html(
            page.Page(
                title=f"{len(chosen)} selections of {pool.name}",
                series=list(series),
                results=rows,
                charts=list(_charts(pool, series)),
                map=_map(plane, series, points, texts),
                examples=_shown(pool, picked, texts),
                made=made,
                seed=seed,
            )
        )
        data = valid(html).encode()
        if len(data) < LIMIT or not marks:
            break
        marks = marks // 2 if len(points) else 0
    file = AtomicFile(Path(path))
    file.start(0)
    file.write(data)
    file.commit()


def _charts(pool: Drawn, series: dict[str, Indices]) -> Iterator[dict[str, Any]]:
    """Distributions, then curves by rank, then shares of groups."""
    columns = {"characters": pool.lengths.astype(np.float64), **pool.scores}
    for name, values in columns.items():
        spread = name == "characters"
        bounds = plotting.edges(values, spread=spread)
        middles = np.sqrt(bounds[1:] * bounds[:-1]) if spread else _middles(bounds)
        yield {
            "title": f"Distribution of {name}",
            "x": name,
            "y": "share of records",
            "log": spread,
            "kind": "steps",
            "lines": {
                one: _pairs(middles, plotting.shares(values[rows], bounds))
                for one, rows in series.items()
            },
            "quantiles": {
                one: plotting.quantiles(values[rows]) for one, rows in series.items()
            },
        }
    for name, values in pool.scores.items():
        yield {
            "title": f"{name} by rank",
            "x": "rank, as a share of the records",
            "y": name,
            "log": False,
            "kind": "line",
            "lines": {
                one: _pairs(*plotting.by_rank(values[rows]))
                for one, rows in series.items()
            },
        }
    if pool.field:
        yield _groups(pool.field, pool.domains, series)


def _middles(bounds: Any) -> Any:
    return (bounds[1:] + bounds[:-1]) / 2


def _pairs(xs: Any, ys: Any) -> list[list[float]]:
    return [[float(f"{x:.6g}"), float(f"{y:.6g}")] for x, y in zip(xs, ys, strict=True)]


def _groups(
    field: str, domains: list[str], series: dict[str, Indices]
) -> dict[str, Any]:
    """The share of each group; those beyond BARS are one bar."""
    names, codes, counts = np.unique(domains, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    shown = order[:BARS]
    labels = [str(names[i]) for i in shown]
    bars = {}
    for one, rows in series.items():
        parts = np.bincount(codes[rows], minlength=len(names)) / max(len(rows), 1)
        rest = [parts[order[BARS:]].sum()] if len(order) > BARS else []
        bars[one] = [round(float(x), 5) for x in (*parts[shown], *rest)]
    if len(order) > BARS:
        labels.append(f"{len(order) - BARS} others")
    title = f"Shares of {field}"
    return {"title": title, "kind": "bars", "labels": labels, "bars": bars}


def _plane(pool: Drawn) -> Any:
    """Where the records lie, shape (n, 2), NaN where they have no vector; or None."""
    if pool.vectors is None:
        return None
    rows = np.asarray(pool.vectors[pool.rows], np.float32)
    good = usable(rows)
    found = np.full((len(rows), 2), np.nan, np.float32)
    found[good] = plotting.plane(unit(rows[good]))
    return found


def _points(
    plane: Any, series: dict[str, Indices], chosen: list[str], most: int
) -> Indices:
    """The records that are drawn: half of them chosen, as many of each selection."""
    if plane is None or not most:
        return np.empty(0, np.int64)
    there = np.isfinite(plane[:, 0])
    each = max(most // (2 * len(chosen)), 1)
    parts = [plotting.evenly(np.unique(series[name]), each) for name in chosen]
    rows = np.unique(np.concatenate(parts))
    more = max(most - len(rows), 0)
    rows = np.union1d(rows, plotting.evenly(np.arange(len(plane)), more))
    found: Indices = rows[there[rows]]
    return found


def _map(
    plane: Any, series: dict[str, Indices], points: Indices, texts: dict[int, str]
) -> list[list[Any]]:
    """For each point: x, y, which of the series have it, its text."""
    has = [np.isin(points, rows).tolist() for rows in series.values()]
    return [
        [
            float(f"{plane[row, 0]:.4g}"),
            float(f"{plane[row, 1]:.4g}"),
            [j for j, some in enumerate(has) if some[i]],
            texts[row],
        ]
        for i, row in enumerate(points.tolist())
    ]


def _examples(pool: Drawn, rows: Indices) -> dict[str, Indices]:
    """Records from the top, the middle and the bottom, and those nearly chosen.

    By the first of the scores; without one by the order of the selection, and the
    records that were left are then any.
    """
    left = np.setdiff1d(np.arange(len(pool)), rows)
    for values in pool.scores.values():
        known = np.nan_to_num(values, nan=-np.inf)
        rows = rows[np.argsort(-known[rows], kind="stable")]
        left = left[np.argsort(-known[left], kind="stable")][:FEW]
        break
    middle = max(len(rows) // 2 - FEW // 2, 0)
    return {
        "top": rows[:FEW],
        "middle": rows[middle : middle + FEW],
        "bottom": rows[-FEW:],
        "border, not chosen" if pool.scores else "not chosen": plotting.evenly(
            left, FEW
        ),
    }


def _shown(
    pool: Drawn, picked: dict[str, dict[str, Indices]], texts: dict[int, str]
) -> dict[str, dict[str, list[list[Any]]]]:
    """By selection and place: the row of each example, its score, its text."""
    scores = next(iter(pool.scores.values()), None)
    return {
        name: {
            place: [
                [
                    int(pool.rows[row]),
                    None if scores is None else float(scores[row]),
                    texts[row],
                ]
                for row in rows.tolist()
            ]
            for place, rows in places.items()
        }
        for name, places in picked.items()
    }
