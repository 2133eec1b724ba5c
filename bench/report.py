"""The results as tables and as JSON, with the machine that they were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import tools
from measure import own_peak

if TYPE_CHECKING:
    from measure import Usage
    from plan import Command, Goal, Job

OURS = ("numpy", "orjson", "typer")
PEERS = (
    *("data-selection", "nltk", "duckdb", "sqlite-utils", "csvkit", "llm"),
    *("apricot-select", "submodlib-py", "scikit-learn", "model2vec", "tokenizers"),
    "pyarrow",
)


@dataclass
class Result:
    """What came out of a job: a list of figures for each command, and problems."""

    job: Job
    sizes: dict[str, int]
    usages: dict[str, list[Usage]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    checks: list[tuple[str, bool]] = field(default_factory=list)


def machine() -> dict[str, str]:
    """The machine, the date and the versions, as pairs for a table."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    facts = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": str(cores or os.cpu_count()),
        "memory": f"{_memory():.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "Python": platform.python_version(),
    }
    here = Path(sys.executable)
    ours = {name: tools.version(name, here) or "not installed" for name in OURS}
    theirs = {name: tools.version(name) or "not installed" for name in PEERS}
    named = {name: _first_line(name) for name in ("jq", "sort")}
    return facts | ours | theirs | named


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _first_line(program: str) -> str:
    if tools.tools_missing((program,)):
        return "not on the PATH"
    argv = [program, "--version"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or ["unknown"])[0]


def values(result: Result, goal: Goal) -> list[float]:
    """The ratio of each round, or the peak; nothing if a command did not run."""
    over = [getattr(usage, goal.by) for usage in result.usages.get(goal.over, [])]
    if not goal.under:
        return over
    under = [getattr(usage, goal.by) for usage in result.usages.get(goal.under, [])]
    return [a / b for a, b in zip(over, under) if b]


def met(goal: Goal, found: list[float]) -> str:
    """Whether the median reaches the goal, in a word."""
    if goal.least is None and goal.most is None:
        return ""
    if not found:
        return "not measured"
    middle = median(found)
    low = goal.least is not None and middle < goal.least
    high = goal.most is not None and middle > goal.most
    return "**no**" if low or high else "yes"


def markdown(
    results: list[Result], about: dict[str, str], line: str, remarks: list[str]
) -> str:
    """The whole page."""
    goals = [_goal_row(r, goal) for r in results for goal in r.job.goals]
    head = ["job", "ratio", "of", "median", "min to max", "goal", "met"]
    parts = [
        "# Side by side with the peers",
        f"Made by `{line}`. Whole processes, run in turn; each figure is a median, each"
        " ratio the median of the ratios of single rounds. CPU is user plus system time"
        " of all processes of a command; peak is the largest single process, and never"
        f" below the {own_peak():.0f} MB of the program that measures. Commands run"
        " with one thread for each process and write to /dev/null.",
        *remarks,
        "## Goals",
        _table(head, goals),
        *[_section(result) for result in results],
        "## Machine",
        _table(["what", "value"], [[k, _cell(v)] for k, v in about.items()]),
    ]
    return "\n\n".join(parts) + "\n"


def _goal_row(result: Result, goal: Goal) -> list[str]:
    found = values(result, goal)
    digits = 0 if goal.by == "peak" and not goal.under else 2
    middle = f"{median(found):.{digits}f}" if found else ""
    spread = f"{min(found):.{digits}f} to {max(found):.{digits}f}" if found else ""
    unit = {"cpu": "CPU time", "wall": "wall time", "peak": "peak memory"}[goal.by]
    unit += "" if goal.under else ", MB" if goal.by == "peak" else ", s"
    least = f"at least {goal.least:g}" if goal.least is not None else ""
    most = f"at most {goal.most:g}" if goal.most is not None else ""
    words = [result.job.name, goal.words, unit, middle, spread, least or most]
    return [*map(_cell, words), met(goal, found)]


def _section(result: Result) -> str:
    head = ["command", "CPU s", "wall s", "peak MB", "MB per CPU s", "runs"]
    rows = [_command_row(result, command) for command in result.job.commands]
    lines = [f"## {result.job.title} (`{result.job.name}`)", result.job.about]
    lines.append(_table(head, rows))
    typed = [f"{c.name}:\n    {c.shown}" for c in result.job.commands]
    lines.append("```\n" + "\n".join(typed) + "\n```")
    answers = [
        f"{words}: {'yes' if same else '**NO**'}" for words, same in result.checks
    ]
    if answers:
        lines.append("Same answer? " + "; ".join(answers) + ".")
    return "\n\n".join(lines)


def _command_row(result: Result, command: Command) -> list[str]:
    found = result.usages.get(command.name)
    if not found:
        why = command.missing or result.problems.get(command.name, "not run")
        return [_cell(command.name), _cell(why), "", "", "", "0"]
    cpu = median(usage.cpu for usage in found)
    size = result.sizes.get(command.reads, 0) * command.times
    return [
        _cell(command.name),
        f"{cpu:.3f}",
        f"{median(usage.wall for usage in found):.3f}",
        f"{median(usage.peak for usage in found):.0f}",
        f"{size / 1e6 / cpu:.1f}" if size and cpu else "",
        str(len(found)),
    ]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def plain(results: list[Result], about: dict[str, str], line: str) -> dict[str, Any]:
    """The same, for machines: every figure of every round."""
    return {
        "command": line,
        "machine": about,
        "jobs": {result.job.name: _job(result) for result in results},
    }


def _job(result: Result) -> dict[str, Any]:
    commands = {
        command.name: {
            "shown": command.shown,
            "runs": [asdict(u) for u in result.usages.get(command.name, [])],
            "problem": command.missing or result.problems.get(command.name),
        }
        for command in result.job.commands
    }
    goals = [
        asdict(goal) | {"values": values(result, goal)} for goal in result.job.goals
    ]
    checks = [{"check": words, "same": same} for words, same in result.checks]
    return {"commands": commands, "goals": goals, "checks": checks}
