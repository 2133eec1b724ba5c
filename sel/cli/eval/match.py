"""Measures of selections by pool and target, beside random selections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli import options
from sel.cli.common import blocks, results
from sel.cli.common.fitting import summarise
from sel.cli.eval import beyond
from sel.engine import local
from sel.errors import DataError
from sel.maths.chance import draw
from sel.streams.lines import name
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.cli.eval.chosen import Luck
    from sel.streams.lines import Stream

Masks = list[tuple[int, Any]]
"""Pairs of the number of a selection and the pool's rows in one random selection."""


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("eval.match", "against"),
        ("eval.chosen", "luck"),
        ("eval.beyond", "more"),
        ("common.matrices", "checking"),
        *options.TEXTS,
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return "SELECTION...", "selections, JSONL; standard input if there is none"


def against(*, target: list[str], pool: str) -> Against:
    """What selections are compared with.

    Args:
        target: records to be like; may be given several times.
        pool: the records that the selections were chosen from.
    """
    return Against(list(target), pool)


@dataclass(frozen=True)
class Against:
    """Target and pool."""

    target: list[str]
    pool: str


def run(call: Call) -> int:
    """Measure each selection against pool and target."""
    module = call.method.load()
    asked: Against = call.groups["against"]

    def collect(texts: list[str]) -> Any:
        return module.collect(texts, **call.own["collect"])

    def whole(path: str) -> Any:
        return summarise(call, call.reading.stream([path]), collect)

    paths = call.files or ["-"]
    chosen = [whole(path) for path in paths]
    targets = [whole(path) for path in asked.target]
    stream = call.reading.stream([asked.pool], again=True)
    pool = summarise(call, stream, collect)
    baselines = _baselines(call, stream, collect, pool, chosen)
    more = beyond.measured(call, [one.texts for one in chosen])
    rows = [
        {"selection": name(path), **module.measure(one, pool, targets, chance), **extra}
        for path, one, chance, extra in zip(paths, chosen, baselines, more, strict=True)
    ]
    results.write(call, rows)
    read = sum(one.texts for one in (*chosen, *targets, pool))
    law = {"read": read, "kept": read, "dropped": 0, "rejected": 0, "blank": 0}
    call.close(law)
    return 0


def _baselines(
    call: Call,
    stream: Stream,
    collect: Callable[[list[str]], Any],
    pool: Any,
    chosen: list[Any],
) -> list[list[Any]]:
    """Counts of random selections of the pool, as large as each selection."""
    luck: Luck = call.groups["luck"]
    masks: Masks = []
    for i, one in enumerate(chosen):
        if one.texts > pool.texts:
            msg = (
                f"a selection has {one.texts:,} records and its pool {pool.texts:,}."
                " Try: the --pool that it was chosen from"
            )
            raise DataError(msg)
        for seed in luck.each:
            mask = np.zeros(pool.texts, bool)
            mask[draw(pool.texts, one.texts, seed)] = True
            masks.append((i, mask))
    found: list[list[Any]] = [[] for _ in chosen]
    sums: list[Any] = [None] * len(masks)
    if not masks:
        return found
    source = stream.blocks()
    work = _counting(call, collect, masks)
    for counts in local.mapped(work, _placed(call, source), call.groups["jobs"]):
        sums = [b if a is None else a + b for a, b in zip(sums, counts, strict=True)]
    for (i, _), total in zip(masks, sums, strict=True):
        found[i].append(total)
    return found


def _placed(call: Call, source: Any) -> Any:
    """Blocks, each with the number of usable records before it."""
    before = 0
    for block in source:
        yield before, block
        # Only the records that were counted have a place.
        parsed = parse(block, call.reading.max_line)
        before += len(blocks.texts(parsed, call.groups["text"])[0])


def _counting(
    call: Call, collect: Callable[[list[str]], Any], masks: Masks
) -> Callable[[Any], list[Any]]:
    def work(placed: Any) -> list[Any]:
        before, block = placed
        parsed = parse(block, call.reading.max_line)
        texts, _ = blocks.texts(parsed, call.groups["text"])
        here = slice(before, before + len(texts))
        chosen = [np.flatnonzero(mask[here]).tolist() for _, mask in masks]
        return [collect([texts[i] for i in rows]) for rows in chosen]

    return work
