"""How far runs, scorers and subsamples agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel.cli.common import matrices, results
from sel.cli.eval import sets
from sel.errors import UsageError
from sel.maths.random.noise import SeededNoise

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("eval.stability", "choosing"),
        ("options", "seed"),
        ("options", "text"),
        ("options", "reading"),
        ("options", "writing"),
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return (
        "[[NAME=]FILE]...",
        "runs of a choice, JSONL; those of one name belong together",
    )


def choosing(*, pool: str, scores: str | None = None) -> tuple[str, list[str]]:
    """What is chosen from.

    Args:
        pool: the records that the runs chose from.
        scores: fields of the pool with numbers, as dsir,quality, each of which chooses.
    """
    return pool, [one for one in (scores or "").split(",") if one]


def run(call: Call) -> int:
    """Compare runs and scorers."""
    path, scores = call.groups["choosing"]
    if not (call.files or scores):
        msg = "give runs of a choice, NAME=FILE NAME=FILE, or --scores FIELD,FIELD -k N"
        raise UsageError(msg)
    if call.files:
        matrices.check_standard_input([path], call.files)
    stream = call.reading.stream([path])
    pool, runs = sets.read(call, stream, call.files, sets.Wanted(scores))
    for name in runs:
        if name in scores:
            msg = f"{name} is one of the --scores, too. Try: OTHER={name}"
            raise UsageError(msg)
    found = call.method.load().measure(
        runs,
        pool.scores,
        len(pool),
        SeededNoise(call.groups["seed"]),
        **call.own["measure"],
    )
    results.write(call, found)
    call.close(pool.law, runs=len(call.files), pool=len(pool))
    return 0
