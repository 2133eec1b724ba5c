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
    return f"**{words}**" if low > 0 or high < 0 else words


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
        yield (
            f"As many bytes, chosen from {small} and from {large:,} records: the gain"
            " over random of the same pool, and how much more it is of the larger one."
        )
        moved = []
        for method, of in rows.items():
            a, b = (of[c] for c in same)
            more = [y - x for x, y in zip(a["gains"], b["gains"], strict=True)]
            moved.append([method, gain(a), gain(b), gain({"gains": more})])
        yield table(["method", f"{small} records", f"{large:,} records", "more"], moved)


def losers(rows: dict[str, dict[tuple[int, str], Row]], pool: int) -> str:
    """The methods whose interval is below 0 at some size of a pool."""
    found = [
        method
        for method, of in rows.items()
        if any(interval(r["gains"])[2] < 0 for c, r in of.items() if c[0] == pool)
    ]
    return ", ".join(found) or "none"


def share(cell: tuple[int, str]) -> float:
    """The size of a cell as a number."""
    return float(cell[1].rstrip("%"))


def plain(runs: dict[str, Any], done: dict[str, Any]) -> Iterator[str]:
    """A table of the recipes that have one pool each."""
    head = [
        "recipe",
        "task",
        "method",
        "figure",
        "random",
        "gain (95% interval)",
        "CPU s",
    ]
    body = []
    for name in runs:
        if asked_of(runs, name) == "targets":
            continue
        if name not in done:
            body.append([link(name), "", "", "not run", "", "", ""])
            continue
        for at, row in enumerate(done[name]["rows"]):
            size = f", {row['size']} labels" if "size" in row else ""
            first = [link(name), f"{done[name]['cpu']}"] if at == 0 else ["", ""]
            values = [f"{row[k]:.3f}" for k in ("value", "random")]
            about = [row["task"] + size, row["method"]]
            body.append([first[0], *about, *values, gain(row), first[1]])
    yield table(head, body)
    yield "The figures are:"
    yield "\n".join(
        f"- {name}: {done[name]['measure']} ({done[name]['better']} is better)"
        for name in runs
        if name in done and asked_of(runs, name) != "targets"
    )


def asked_of(runs: dict[str, Any], name: str) -> str:
    """The recipe of a run."""
    return str(runs[name].get("recipe", name))


def link(recipe: str) -> str:
    """A recipe, with the way to it."""
    return f"[{recipe}](../recipes/{recipe}.sh)"


def claims(papers: dict[str, Any], done: dict[str, Any]) -> str:
    """For each method what was found, and what its paper says."""
    body = []
    for method, paper in papers.items():
        of = [
            (run, row)
            for run in done.values()
            for row in run["rows"]
            if row["method"] == method
        ]
        widest = {row["task"]: row.get("pool") for _, row in of}
        for _, row in of:
            pools = [widest[row["task"]] or 0, row.get("pool") or 0]
            widest[row["task"]] = max(map(int, pools))
        shown = [
            f"{row['task']}: {gain(row)}"
            for _, row in of
            if row.get("size", "2%") in ("2%", "18")
            and int(row.get("pool", 0)) == widest[row["task"]]
        ]
        intervals = [(row, interval(row["gains"])) for _, row in of]
        lost = [where(row) for row, (_, _, high) in intervals if high < 0]
        body.append(
            [
                method,
                "; ".join(shown) or "not run",
                f"{sum(low > 0 for _, (_, low, _) in intervals)} of {len(of)}"
                if of
                else "",
                "; ".join(lost) or ("never" if of else ""),
                "; ".join(costs(of)),
                f"{paper['claim']} ({paper['source']})",
            ]
        )
    head = ["method", "task: gain (95% interval)", "gains", "loses to random"]
    return table([*head, "CPU s", "what the paper says"], body)


def costs(of: list[tuple[Row, Row]]) -> Iterator[str]:
    """CPU seconds of a ranking, and in brackets those of whole recipes."""
    rankings = [row["cpu"] for _, row in of if "cpu" in row]
    if rankings:
        yield f"{max(rankings):.1f}"
    yield from dict.fromkeys(f"({run['cpu']})" for run, row in of if "cpu" not in row)


def where(row: Row) -> str:
    """What a row is of, in a few words."""
    size = f" {row['size']}" if "size" in row else ""
    of = f" of {int(row['pool']):,}" if "pool" in row else ""
    return f"{row['task']}{size}{of}"


def table(head: list[str], body: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(asked: dict[str, Any], done: dict[str, Any]) -> str:
    """The whole page."""
    runs = asked["run"]
    parts = ["# Evidence", asked["about"].strip(), "## From a pool to a target"]
    parts.append(asked["frame"].strip())
    frames = [name for name in runs if asked_of(runs, name) == "targets"]
    ranked = [row["method"] for n in frames if n in done for row in done[n]["rows"]]
    known = list(dict.fromkeys(ranked))
    for name in frames:
        title = runs[name]["title"]
        if name in done:
            parts += grid(title, done[name], known)
        else:
            parts += [f"### {title}", "Not run."]
    parts += ["## Each in its own setting", *plain(runs, done)]
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
