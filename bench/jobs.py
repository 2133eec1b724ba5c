"""What is measured: commands, side by side, and the goals their ratios must meet."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import tools

if TYPE_CHECKING:
    from collections.abc import Callable

    from inputs import Sizes

HERE = Path(__file__).parent
SEL = Path(sys.executable).with_name("sel")
PEERS = HERE / "peers"
SORT = "LC_ALL=C sort -s -k1,1"
CUT = "cut -f2-"


@dataclass(frozen=True)
class Command:
    """A whole process, or a pipeline.

    Args:
        name: what the tables call it.
        argv: how it is started.
        shown: how a person would type it.
        reads: the input, for the rate; no rate if there is none.
        times: how often the input is read as an operand.
        rounds: run it no more often than this.
        feed: what writes its standard input.
        missing: why it cannot be run; empty if it can.
    """

    name: str
    argv: tuple[str, ...]
    shown: str
    reads: str = ""
    times: int = 1
    rounds: int = 99
    feed: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Goal:
    """A ratio of what two commands cost, or a peak, and where it should lie.

    Args:
        words: what is compared.
        over: the command whose cost is divided.
        under: the command whose cost divides; empty for a peak, which is in MB.
        by: the cost that counts.
        least: the ratio should be at least this.
        most: the ratio should be at most this.
    """

    words: str
    over: str
    under: str = ""
    by: Literal["cpu", "wall", "peak"] = "cpu"
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Check:
    """Two commands must have given the same answer; agree.py says so."""

    words: str
    how: str
    over: str
    under: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """Commands that are run in turn, round after round.

    Args:
        name: what --only calls it.
        title: what the tables call it.
        about: what is fair in it, and what is not.
        commands: what is run, in this order in each round.
        goals: what is made of the figures.
        checks: what must be equal after the warm-up.
        rounds: how often each command is run.
        warm: run each command once more, before, and check its answer.
        before: makes what the commands need.
    """

    name: str
    title: str
    about: str
    commands: list[Command]
    goals: list[Goal] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    rounds: int = 5
    warm: bool = True
    before: Command | None = None


@dataclass(frozen=True)
class Plan:
    """What the jobs depend on."""

    sizes: Sizes
    quick: bool

    def rounds(self, full: int) -> int:
        """How many rounds; few when quick."""
        return min(full, 3) if self.quick else full


def sel(name: str, words: str, reads: str = "", times: int = 1) -> Command:
    """A command of this project."""
    missing = "" if SEL.exists() else f"there is no {SEL.name} next to python"
    argv = (str(SEL), *words.split(), *[reads] * bool(reads) * times)
    shown = " ".join(("sel", *argv[1:]))
    return Command(name, argv, shown, reads, times, missing=missing)


def script(name: str, words: str, reads: str = "", *, package: str = "") -> Command:
    """A script of bench/peers; with a package, run by the peers' Python."""
    file, *more = words.split()
    python = str(tools.PYTHON) if package else sys.executable
    missing = "" if not package or tools.version(package) else f"no {package}"
    shown = f"python peers/{words}"
    argv = (python, str(PEERS / file), *more)
    return Command(name, argv, shown, reads, missing=missing)


def shell(name: str, line: str, reads: str, *needs: str) -> Command:
    """A pipeline of programs."""
    gone = tools.tools_missing(needs)
    missing = f"not on the PATH: {', '.join(gone)}" if gone else ""
    return Command(name, ("sh", "-c", line), line, reads, missing=missing)


def help_of(program: str, package: str) -> Command:
    """The help of a peer's program."""
    path = tools.HOME / "bin" / program
    missing = "" if path.exists() else f"no {package}"
    return Command(
        f"{program} --help", (str(path), "--help"), f"{program} --help", missing=missing
    )


def few(command: Command, rounds: int = 3) -> Command:
    """The same command, run less often."""
    return replace(command, rounds=rounds)


def dsir(plan: Plan) -> Job:
    """Fit and score, against the authors' package."""
    plain = "score dsir --target target.jsonl --jobs 1 --min-length 0"
    official = script(
        "data-selection",
        "dsir_official.py slice.jsonl target.jsonl official.npy",
        "slice.jsonl",
        package="data-selection",
    )
    ours = [
        sel("sel, fast hash", f"{plain} -q", "slice.jsonl"),
        sel("sel, sha256", f"{plain} --hash sha256 -q", "slice.jsonl"),
    ]
    leasts = (20, 3)
    same = ("official.npy", "dsir")
    return Job(
        "dsir",
        "DSIR: fit and score in one process",
        "The pool's head is read twice and each record gets its weight. The authors'"
        " package writes an array; sel also parses, checks and writes every record.",
        [official, *ours],
        [
            Goal(f"data-selection / {c.name}", official.name, c.name, least=least)
            for c, least in zip(ours, leasts, strict=True)
        ],
        [
            Check("weights equal to 1e-9", "weights", official.name, c.name, same)
            for c in ours[1:]
        ],
        rounds=plan.rounds(3),
    )


def two(plan: Plan) -> Job:
    """Two processes against one."""
    commands, goals, checks = [], [], []
    for copies in (1,) if plan.quick else (1, 4):
        label = "the pool" if copies == 1 else f"the pool {copies} times"
        one, both = (
            sel(
                f"--jobs {jobs}, {label}",
                f"score dsir --target target.jsonl --jobs {jobs} -q",
                "pool.jsonl",
                copies,
            )
            for jobs in (1, 2)
        )
        commands += [one, both]
        words = f"one process / two, {label}"
        goals.append(Goal(words, one.name, both.name, "wall", 1.7))
        goals.append(Goal(f"CPU of two / one, {label}", both.name, one.name))
        checks.append(Check("the same lines", "lines", one.name, both.name))
    return Job(
        "jobs",
        "DSIR: two processes against one",
        "Wall time; needs two idle cores.",
        commands,
        goals,
        checks,
        rounds=plan.rounds(5),
    )


def top(stem: str) -> Callable[[Plan], Job]:
    """The 1,000 best of many."""

    def job(plan: Plan) -> Job:
        reads, k = f"{stem}.jsonl", 1000
        ours = sel("sel pick top", f"pick top -k {k} --by score -q", reads)
        bare = script("heap.py", f"heap.py {k} {reads}", reads)
        jq = shell(
            "jq | sort",
            f"jq .score {reads} | paste - {reads} | {SORT}gr -S 512M"
            f" | head -n {k} | {CUT}",
            reads,
            *tools.TOOLS,
        )
        sort = shell(
            "sort, decorated",
            f"{SORT}nr {stem}.tsv | head -n {k} | {CUT}",
            f"{stem}.tsv",
            "sort",
            "head",
            "cut",
        )
        duck = script("duckdb", f"duckdb_top.py {k} {reads}", reads, package="duckdb")
        peers = [bare, few(jq), few(sort), duck]
        leasts = (0.9, 5, None, 1)
        return Job(
            f"top-{stem}",
            f"pick top -k {k}, {stem} records",
            "All write the whole records that win. heap.py is the bare loop: orjson"
            " and a heap, no checks. jq only reads the score, and paste joins it to"
            " the line that it came from: printing the record with jq takes longer."
            " It must be sort -g: jq writes small numbers as 1e-06, which -n misreads;"
            " without -S, sort spills what a pipe brings to disk, which takes longer."
            " sort on a decorated file is spared the parsing altogether, which is"
            " no like for like; it has no goal.",
            [ours, *peers],
            [
                Goal(f"{peer.name} / sel pick top", peer.name, ours.name, least=least)
                for peer, least in zip(peers, leasts, strict=True)
            ],
            [
                Check("the same records", "lines", ours.name, peer.name)
                for peer in peers
            ],
            rounds=plan.rounds(5),
        )

    return job


def sample(stem: str) -> Callable[[Plan], Job]:
    """A weighted sample of 1,000."""

    def job(plan: Plan) -> Job:
        reads, k = f"{stem}.jsonl", 1000
        ours = sel("sel pick sample", f"pick sample -k {k} --by score -q", reads)
        bare = script("heap.py --sample", f"heap.py --sample {k} {reads}", reads)
        words = "heap.py --sample / sel pick sample"
        return Job(
            f"sample-{stem}",
            f"pick sample -k {k}, {stem} records",
            "Gumbel noise on each score, then the best. heap.py takes its noise from"
            " the generator of Python, sel from a hash of seed and record.",
            [ours, bare],
            [Goal(words, bare.name, ours.name, least=0.9)],
            [Check("as many records", "count", ours.name, bare.name)],
            rounds=plan.rounds(5),
        )

    return job


def splice(stem: str) -> Callable[[Plan], Job]:
    """A new field in every record."""

    def job(plan: Plan) -> Job:
        reads = f"{stem}.jsonl"
        commands, goals, checks = [], [], []
        for method, how in (("random", "count"), ("length", "lines")):
            ours = sel(f"sel score {method}", f"score {method} --jobs 1 -q", reads)
            bare = script(f"splice.py {method}", f"splice.py {method} {reads}", reads)
            commands += [ours, bare]
            words = f"{bare.name} / {ours.name}"
            goals.append(Goal(words, bare.name, ours.name, least=0.9))
            same = "as many records" if how == "count" else "the same lines"
            checks.append(Check(same, how, ours.name, bare.name))
        return Job(
            f"splice-{stem}",
            f"score random and length, {stem} records",
            "splice.py is the bare loop: orjson, a slice and a write, no checks.",
            commands,
            goals,
            checks,
            rounds=plan.rounds(5),
        )

    return job


def start(plan: Plan) -> Job:
    """What it costs to begin."""
    python = Command("python", (sys.executable, "-c", "pass"), "python -c pass")
    duck = Command(
        "import duckdb",
        (str(tools.PYTHON), "-c", "import duckdb"),
        "python -c 'import duckdb'",
        missing="" if tools.version("duckdb") else "no duckdb",
    )
    top_help = sel("sel --help", "--help")
    tiny = sel("sel pick top", "pick top -k 2 --by score -q", "tiny.jsonl")
    tiny = replace(tiny, reads="")
    pages = [sel("sel score --help", "score --help")]
    pages.append(sel("sel score dsir --help", "score dsir --help"))
    peers = [
        help_of("sqlite-utils", "sqlite-utils"),
        help_of("csvsort", "csvkit"),
        help_of("llm", "llm"),
        duck,
    ]
    return Job(
        "start",
        "Start-up",
        "The baseline is the interpreter that runs sel, with nothing to do.",
        [python, top_help, tiny, *pages, *peers],
        [
            Goal("sel --help / python -c pass", top_help.name, python.name, most=3),
            Goal("sel pick top / python -c pass", tiny.name, python.name, most=8),
            *[Goal(f"{c.name} / python -c pass", c.name, python.name) for c in pages],
            *[Goal(f"{c.name} / sel --help", c.name, top_help.name) for c in peers],
        ],
        rounds=plan.rounds(15),
    )


def memory(plan: Plan) -> Job:
    """What a long stream takes."""
    works = {
        "score dsir": "score dsir --load state.npz --jobs 2 -q",
        "pick top": "pick top -k 10000 --by score -q",
        "pick sample": "pick sample -k 10000 --by score -q",
    }
    commands, goals = [], []
    for name, words in works.items():
        pair = [
            _fed(sel(f"{name}, {lines:,} lines", words), lines)
            for lines in (plan.sizes.few_lines, plan.sizes.lines)
        ]
        few_lines, many = pair
        commands += pair
        goals.append(Goal(many.name, many.name, by="peak", most=300))
        words = f"peak, {plan.sizes.lines:,} lines / {plan.sizes.few_lines:,}"
        goals.append(Goal(f"{name}: {words}", many.name, few_lines.name, "peak"))
    return Job(
        "memory",
        "Memory for a stream without end",
        "Records come from a process that makes them up, 200 bytes of text each, and"
        " are stored nowhere. The figure is the peak of the largest single process."
        " Its CPU time counts sel alone.",
        commands,
        goals,
        rounds=1,
        warm=False,
        before=sel(
            "the state",
            "score dsir --target target.jsonl --save state.npz -o /dev/null -q",
            "slice.jsonl",
        ),
    )


def _fed(command: Command, lines: int) -> Command:
    feed = (sys.executable, str(HERE / "generate.py"), str(lines), "pool.jsonl")
    shown = f"python generate.py {lines} pool.jsonl | {command.shown}"
    return replace(command, feed=feed, shown=shown)


JOBS: dict[str, Callable[[Plan], Job]] = {
    "dsir": dsir,
    "jobs": two,
    "top-long": top("long"),
    "top-short": top("short"),
    "sample-long": sample("long"),
    "sample-short": sample("short"),
    "splice-long": splice("long"),
    "splice-short": splice("short"),
    "start": start,
    "memory": memory,
}
