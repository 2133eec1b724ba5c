"""Runs every recipe, and writes docs/evidence.json and docs/evidence.md.

usage: evidence.py run [NAME...]   the runs of evidence.toml without figures yet, or
                                   these; one that was stopped goes on, in .evidence
       evidence.py write           the page, from what docs/evidence.json says
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

from paired import interval

HERE = Path(__file__).resolve().parent
FIGURES, PAGE = (HERE.parent / "docs" / f"evidence.{kind}" for kind in ("json", "md"))
Row = dict[str, Any]


def settings() -> dict[str, Any]:
    """What is run, and what the papers say."""
    return tomllib.loads((HERE / "evidence.toml").read_text(encoding="utf-8"))


def figures() -> dict[str, Any]:
    """What was measured, by the name of the run."""
    return json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}


def run(name: str, asked: dict[str, Any], work: Path) -> None:
    """Run a recipe in its folder, and keep its figures."""
    place = work / name
    place.mkdir(parents=True, exist_ok=True)
    spent = place / "cpu"
    env = os.environ | {"PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}
    env |= asked.get("settings", {}) | {"JSON": str(place / "figures.json")}
    recipe = HERE / f"{asked.get('recipe', name)}.sh"
    before = used()
    try:
        command = ["bash", recipe]  # the first one on the PATH, as a user's
        subprocess.run(command, cwd=place, env=env, check=True)  # noqa: S603
    finally:
        already = float(spent.read_text()) if spent.exists() else 0.0
        spent.write_text(str(already + used() - before))
    found = json.loads((place / "figures.json").read_text(encoding="utf-8"))
    found |= {"cpu": round(float(spent.read_text())), "made_on": machine()}
    kept = figures() | {name: found}
    lines = (f"{json.dumps(k)}: {told(v)}" for k, v in sorted(kept.items()))
    FIGURES.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


def told(found: dict[str, Any]) -> str:
    """The figures of a run as JSON, a row on each line."""
    head = json.dumps({k: v for k, v in found.items() if k != "rows"})
    rows = ",\n".join(json.dumps(row) for row in found["rows"])
    return f'{head[:-1]}, "rows": [\n{rows}]}}'


def used() -> float:
    """CPU seconds of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def machine() -> str:
    """The machine, in a few words."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return f"{(names or [platform.machine()])[0]}, Python {platform.python_version()}"


def gain(row: Row, digits: int = 3) -> str:
    """A gain with its interval; bold where the interval leaves out 0."""
    middle, low, high = interval(row["gains"])
    words = f"{middle:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"
    return f"**{words}**" if sign(row) else words


def grid(name: str, found: dict[str, Any], known: list[str]) -> Iterator[str]:
    """Methods by pools and sizes, and how each moves as the pool grows."""
    rows: dict[str, dict[tuple[int, str], Row]] = {}
    for row in found["rows"]:
        rows.setdefault(row["method"], {})[int(row["pool"]), row["size"]] = row
    cells = sorted(
        {c for of in rows.values() for c in of}, key=lambda c: (c[0], share(c))
    )
    small, large = cells[0][0], cells[-1][0]
    yield f"### {name}"
    yield f"Figure: {found['measure']}; in all {found['cpu']} CPU seconds."
    head = ["method", *(f"{size} of {pool:,}" for pool, size in cells), "CPU s"]
    some = next(iter(rows.values()))
    body = [["random, bits", *(f"{some[c]['random']:.3f}" for c in cells), ""]]
    for method in known:
        if of := rows.get(method):
            spent = mean(row["cpu"] for (pool, _), row in of.items() if pool == large)
            body.append([method, *(gain(of[c], 2) for c in cells), f"{spent:.1f}"])
        else:
            body.append([method, "needs other records", *[""] * len(cells)])
    yield table(head, body)
    words = [f"of {pool:,} records {losers(rows, pool)}" for pool in (small, large)]
    yield f"Below random at some size: {'; '.join(words)}."
    same = [(small, "10%"), (large, "1%")]
    if all(c in cells for c in same):
        yield "#### As the pool grows"
        yield (
            f"As many bytes, chosen from {small} and from {large:,} records: the gain"
            " over random of the same pool, and how much more it is of the larger one."
        )
        moved, signs = [], {}
        for method, of in rows.items():
            a, b = (of[c] for c in same)
            more = apart(b, a)
            signs[method] = sign(more)
            moved.append([method, gain(a), gain(b), gain(more)])
        yield table(["method", f"{small} records", f"{large:,} records", "more"], moved)
        grew, shrank = (
            ", ".join(m for m, way in signs.items() if way == wanted) or "none"
            for wanted in (1, -1)
        )
        yield (
            f"As the pool grows tenfold, gains more: {grew}; gains less, or loses more:"
            f" {shrank}. Of the others it cannot be told."
        )


def apart(one: Row, other: Row) -> Row:
    """By how much the gains of one row are above those of another, seed by seed."""
    pairs = zip(one["gains"], other["gains"], strict=True)
    return {"gains": [x - y for x, y in pairs]}


def sign(row: Row) -> int:
    """1 where the interval of a gain is above 0, -1 below, and 0 where 0 is in it."""
    _, low, high = interval(row["gains"])
    return int(low > 0) - int(high < 0)


def losers(rows: dict[str, dict[tuple[int, str], Row]], pool: int) -> str:
    """The methods whose interval is below 0 at some size of a pool."""
    found = [
        method
        for method, of in rows.items()
        if any(sign(r) < 0 for c, r in of.items() if c[0] == pool)
    ]
    return ", ".join(found) or "none"


def share(cell: tuple[int, str]) -> float:
    """The size of a cell as a number."""
    return float(cell[1].rstrip("%"))


def plain(asked_for: dict[str, Any], done: dict[str, Any]) -> Iterator[str]:
    """A table of the recipes that have one pool each."""
    runs, papers = asked_for["run"], asked_for["method"]
    head = ["recipe", "task", "method", "chosen", "figure", "random"]
    head += ["gain (95% interval)", "seeds", "CPU s"]
    body = []
    for name, asked in runs.items():
        if asked_of(runs, name) == "targets":
            continue
        if name not in done:
            body.append(
                [link(name), "", "", asked["chosen"], "", "", "not run", "", ""]
            )
            continue
        for at, row in enumerate(done[name]["rows"]):
            first = [link(name), f"{done[name]['cpu']}"] if at == 0 else ["", ""]
            values = [f"{row[k]:.3f}" for k in ("value", "random")]
            size = f"{row['size']} of " if "size" in row else ""
            chosen = papers[row["method"]].get("chosen", asked["chosen"])
            about = [row["task"], row["method"], size + chosen]
            found = [gain(row), f"{len(row['gains'])}"]
            body.append([first[0], *about, *values, *found, first[1]])
    yield table(head, body)
    yield "The figures are:"
    yield "\n".join(
        f"- {name}: {done[name]['measure']} ({told_by(asked, done[name])})"
        for name, asked in runs.items()
        if name in done and asked_of(runs, name) != "targets"
    )


def told_by(asked: dict[str, Any], found: dict[str, Any]) -> str:
    """Which way the figures of a run are better, or how else to read them."""
    return str(asked.get("note") or f"{found['better']} is better")


def asked_of(runs: dict[str, Any], name: str) -> str:
    """The recipe of a run."""
    return str(runs[name].get("recipe", name))


def link(recipe: str) -> str:
    """A recipe, with the way to it."""
    return f"[{recipe}](../recipes/{recipe}.sh)"


def rows_of(method: str, done: dict[str, Any]) -> list[tuple[Row, Row]]:
    """The runs of a method, with its rows."""
    runs = done.values()
    return [(run, r) for run in runs for r in run["rows"] if r["method"] == method]


def losses(asked: dict[str, Any], done: dict[str, Any]) -> str:
    """For each method how often it is above random, and where it is below."""
    contests = {k: v for k, v in done.items() if "note" not in asked["run"][k]}
    body = []
    for method, paper in asked["method"].items():
        of = rows_of(method, contests)
        if not of or paper["source"] == "no paper":
            continue
        signs = [sign(row) for _, row in of]
        places: dict[tuple[str, str], list[str]] = {}
        for run, row in (one for one, way in zip(of, signs, strict=True) if way < 0):
            pool = f" of {int(row['pool']):,}" if "pool" in row else ""
            places.setdefault((task(run, row), pool), []).append(row.get("size", ""))
        told = [
            f"{name} {', '.join(n)}{of}".strip() for (name, of), n in places.items()
        ]
        counts = [signs.count(way) for way in (1, 0, -1)]
        rank = -counts[2] / len(of), counts[0] / len(of)
        body.append((rank, [method, *map(str, counts), "; ".join(told)]))
    body.sort(key=lambda one: one[0])
    head = ["method", "above", "cannot be told", "below", "where it is below"]
    return table(head, [line for _, line in body])


def beside(asked: dict[str, Any], done: dict[str, Any]) -> str:
    """Methods beside others that their papers, or a reader, would compare them with."""
    body = []
    for method, paper in asked["method"].items():
        for other in paper.get("beside", []):
            for run, row in rows_of(method, done):
                size, pool = row.get("size"), row.get("pool")
                for one in run["rows"]:
                    about = one["method"], one["task"], one.get("size"), one.get("pool")
                    if about == (other, row["task"], size, pool) and headline(run, row):
                        found = [where(run, row), method, other]
                        found.append(gain(apart(row, one)))
                        body.append(found)
    head = ["recipe, task", "method", "beside", "gain over that (95% interval)"]
    return table(head, body)


def headline(run: dict[str, Any], row: Row) -> bool:
    """Whether a row is one of those that are told of several sizes."""
    of = [int(r.get("pool", 0)) for r in run["rows"] if r["task"] == row["task"]]
    size = row.get("size", "2%")
    return size in ("2%", "18") and int(row.get("pool", 0)) == max(of)


def claims(papers: dict[str, Any], done: dict[str, Any]) -> str:
    """For each method what was found, and what its paper says."""
    body = []
    for method, paper in papers.items():
        of = rows_of(method, done)
        some = [(task(run, row), gain(row)) for run, row in of if headline(run, row)]
        told = "; ".join(f"{name}: {found}" for name, found in some) or "not run"
        said = f"{paper['claim']} ({paper['source']})"
        body.append([method, told, "; ".join(costs(of)), said])
    head = ["method", "recipe, task: gain (95% interval)", "CPU s"]
    head.append("what the paper says")
    return table(head, body)


def costs(of: list[tuple[Row, Row]]) -> Iterator[str]:
    """CPU seconds of a ranking, and in brackets those of whole recipes."""
    rankings = [row["cpu"] for _, row in of if "cpu" in row]
    if rankings:
        yield f"{max(rankings):.1f}"
    yield from dict.fromkeys(f"({run['cpu']})" for run, row in of if "cpu" not in row)


def task(run: Row, row: Row) -> str:
    """The recipe and the task of a row."""
    return f"{run['recipe']}, {row['task']}"


def where(run: Row, row: Row) -> str:
    """What a row is of, in a few words."""
    size = f" {row['size']}" if "size" in row else ""
    of = f" of {int(row['pool']):,}" if "pool" in row else ""
    return f"{task(run, row)}{size}{of}"


def table(head: list[str], body: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(asked: dict[str, Any], done: dict[str, Any]) -> str:
    """The whole page."""
    runs = asked["run"]
    parts = ["# Evidence", asked["about"].strip(), "## Which methods lose to random"]
    parts += [asked["losses"].strip(), losses(asked, done)]
    parts += ["## From a pool to a target", asked["frame"].strip()]
    frames = [name for name in runs if asked_of(runs, name) == "targets"]
    ranked = [row["method"] for n in frames if n in done for row in done[n]["rows"]]
    known = list(dict.fromkeys(ranked))
    for name in frames:
        title = runs[name]["title"]
        if name in done:
            parts += grid(title, done[name], known)
        else:
            parts += [f"### {title}", "Not run."]
    parts += ["## Each in its own setting", asked["own"].strip(), *plain(asked, done)]
    parts += ["## Beside one another", asked["pairs"].strip(), beside(asked, done)]
    parts += ["## What the papers say", asked["reading"].strip()]
    parts.append(claims(asked["method"], done))
    where_ = sorted({found["made_on"] for found in done.values()})
    parts.append(f"Made on {'; '.join(where_)}.")
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Do what is asked."""
    what, *names = sys.argv[1:] or ["write"]
    asked = settings()
    if what == "run":
        for name in names or [name for name in asked["run"] if name not in figures()]:
            run(name, asked["run"][name], HERE.parent / ".evidence")
    PAGE.write_text(page(asked, figures()), encoding="utf-8")


if __name__ == "__main__":
    main()
