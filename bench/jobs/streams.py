"""DSIR, picking, splicing, start-up and memory."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import tools
from plan import HERE, Check, Command, Goal, Job, few, help_of, script, sel, shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan

SORT = "LC_ALL=C sort -s -k1,1"
CUT = "cut -f2-"


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


def ngramlm(plan: Plan) -> Job:
    """The perplexity of n-grams of words, against KenLM with the same model."""
    words = "score ngramlm --target target.jsonl --order 5 --jobs 1 -q"
    ours = sel("sel score ngramlm", words, "slice.jsonl")
    kenlm = script(
        "kenlm",
        "kenlm_score.py target.arpa slice.jsonl",
        "slice.jsonl",
        package="kenlm",
    )
    return Job(
        "ngramlm",
        "Perplexity under a model of 5-grams",
        "Both split texts into words and write every record. KenLM reads the model from"
        " an ARPA file, which sel's was written to; sel makes it anew from the target.",
        [ours, kenlm],
        [Goal(f"kenlm / {ours.name}", kenlm.name, ours.name, least=1)],
        [
            Check(
                "99% of perplexities equal to 1%",
                "fields",
                kenlm.name,
                ours.name,
                ("ngramlm", "0.99"),
            )
        ],
        rounds=plan.rounds(3),
        before=script("arpa", "arpa.py target.jsonl 5 target.arpa"),
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


def where(stem: str) -> Callable[[Plan], Job]:
    """The records for which a condition holds, a tenth of all."""

    def job(plan: Plan) -> Job:
        reads, least = f"{stem}.jsonl", 0.9
        ours = sel("sel pick where", f"pick where score>{least} -q", reads)
        ours = replace(ours, shown=f"sel pick where 'score>{least}' -q {reads}")
        best = sel("sel pick top", "pick top -k 1000 --by score -q", reads)
        jq = shell("jq", f"jq -c 'select(.score > {least})' {reads}", reads, "jq")
        words = f"duckdb_where.py {least} {reads}"
        duck = script("duckdb", words, reads, package="duckdb")
        peers = [few(jq), duck]
        return Job(
            f"where-{stem}",
            f"pick where 'score > {least}', {stem} records",
            "A tenth of the records passes. jq writes its own form of each, so only"
            " their number is compared; sel and duckdb pass on the lines themselves."
            " sel pick top reads the same field and writes 1,000 records: what is"
            " above it is the condition, and the writing.",
            [ours, best, *peers],
            [
                Goal("jq / sel pick where", jq.name, ours.name, least=5),
                Goal("duckdb / sel pick where", duck.name, ours.name),
                Goal("sel pick where / sel pick top", ours.name, best.name, most=1.3),
            ],
            [
                Check("as many records", "count", ours.name, jq.name),
                Check("the same records", "lines", ours.name, duck.name),
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
    "ngramlm": ngramlm,
    "jobs": two,
    "top-long": top("long"),
    "top-short": top("short"),
    "where-short": where("short"),
    "sample-long": sample("long"),
    "sample-short": sample("short"),
    "splice-long": splice("long"),
    "splice-short": splice("short"),
    "start": start,
    "memory": memory,
}
