"""CSV and Parquet in and out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plan import Check, Command, Goal, Job, script, sel

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan

K = 10_000
STEMS = ("long", "short")
PACKAGE = "pyarrow"


def _made(plan: Plan) -> Command:
    """Both kinds of tables, of the same records."""
    size = plan.sizes.table
    scripts = [
        script(stem, f"tables.py make {size} {stem}", package=PACKAGE) for stem in STEMS
    ]
    lines = [" ".join(one.argv) for one in scripts]
    shown = " && ".join(one.shown for one in scripts)
    argv = ("sh", "-c", " && ".join(lines))
    return Command("the tables", argv, shown, missing=scripts[0].missing)


def _needing(command: Command, package: str) -> Command:
    """A command of ours, which cannot be run where a package is not there."""
    import importlib.util

    there = command.missing or importlib.util.find_spec(package)
    return command if there else replace(command, missing=f"no {package}")


def top(ending: str) -> Callable[[Plan], Job]:
    """The best rows of a table, as a table."""

    def job(plan: Plan) -> Job:
        commands, goals, checks = [], [], []
        for stem in STEMS:
            reads = f"{stem}.{ending}"
            ours_to, theirs_to = f"sel-{reads}", f"peer-{reads}"
            ours = sel(
                f"sel, {stem}", f"pick top -k {K} --by score -q -o {ours_to}", reads
            )
            ours = _needing(ours, PACKAGE)
            line = f"tables.py top {K} {reads} {theirs_to}"
            peer = script(f"pyarrow, {stem}", line, reads, package=PACKAGE)
            commands += [ours, peer]
            words = f"{peer.name} / {ours.name}"
            goals.append(Goal(words, peer.name, ours.name, least=0.5))
            goals.append(Goal(f"peak of {ours.name}", ours.name, by="peak", most=300))
            files = ours_to, theirs_to
            same = "the same rows"
            checks.append(Check(same, "tables", ours.name, peer.name, files))
        return Job(
            ending,
            f"{ending.upper() if ending == 'csv' else 'Parquet'}: read, pick top"
            f" -k {K:,}, write",
            "pyarrow holds the whole table; sel reads it in pieces, and says which row"
            " is a bad one.",
            commands,
            goals,
            checks,
            rounds=plan.rounds(5),
            before=_made(plan),
        )

    return job


JOBS: dict[str, Callable[[Plan], Job]] = {
    "csv": top("csv"),
    "parquet": top("parquet"),
}
