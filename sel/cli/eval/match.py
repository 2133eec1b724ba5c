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
from sel.errors import DataError, UsageError
from sel.maths.random.sampler import draw
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


def against(*, pool: str | None = None, target: list[str] | None = None) -> Against:
    """What selections are compared with.

    Args:
        pool: the records that the selections were chosen from.
        target: records to be like; may be given several times.
    """
    return Against(pool, list(target or ()))


@dataclass(frozen=True)
class Against:
    """Pool and targets."""

    pool: str | None
    target: list[str]

    @property
    def whole(self) -> str:
        """The pool, where there must be one."""
        assert self.pool
        return self.pool

    def check(self, *, pool: bool = False, target: bool = False) -> None:
        """Refuse to go on without what is needed."""
        if pool and not self.pool:
            msg = "give --pool FILE, the records that the selections were chosen from"
            raise UsageError(msg)
        if target and not self.target:
            msg = "give --target FILE, the records to be like"
            raise UsageError(msg)


def run(call: Call) -> int:
    """Measure each selection against pool and target."""
    module = call.method.load()
    asked: Against = call.groups["against"]
    asked.check(pool=True, target=True)

    def collect(texts: list[str]) -> Any:
        return module.collect(texts, **call.own["collect"])

    def whole(path: str) -> Any:
        return summarise(call, call.reading.stream([path]), collect)

    paths = call.files or ["-"]
    chosen = [whole(path) for path in paths]
    targets = [whole(path) for path in asked.target]
    stream = call.reading.stream([asked.whole], again=True)
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


def check_size(chosen: int, pool: int) -> None:
    """Refuse a selection that is larger than its pool."""
    if chosen > pool:
        msg = (
            f"a selection has {chosen:,} records and its pool {pool:,}."
            " Try: the --pool that it was chosen from"
        )
        raise DataError(msg)


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
        check_size(one.texts, pool.texts)
        for seed in luck.each:
            mask = np.zeros(pool.texts, bool)
            mask[draw(pool.texts, one.texts, seed)] = True
            masks.append((i, mask))
    found: list[list[Any]] = [[] for _ in chosen]
    sums = counts_of(call, stream, collect, [mask for _, mask in masks])
    for (i, _), total in zip(masks, sums, strict=True):
        found[i].append(total)
    return found


def counts_of(
    call: Call,
    stream: Stream,
    collect: Callable[[list[str]], Any],
    masks: list[Any],
) -> list[Any]:
    """The summary of the texts of each selection of a pool, in one pass.

    Args:
        call: says how to read.
        stream: the pool.
        collect: texts to a summary; summaries add with `+`.
        masks: for each selection, which usable records of the pool it has.
    """
    sums: list[Any] = [None] * len(masks)
    if not masks:
        return sums
    source = _placed(call, stream.blocks())
    work = _counting(call, collect, masks)
    for counts in local.mapped(work, source, call.groups["jobs"]):
        sums = [b if a is None else a + b for a, b in zip(sums, counts, strict=True)]
    return sums


def _placed(call: Call, source: Any) -> Any:
    """Blocks, each with the number of usable records before it."""
    before = 0
    for block in source:
        yield before, block
        # Only the records that were counted have a place.
        parsed = parse(block, call.reading.max_line)
        before += len(blocks.texts(parsed, call.groups["text"])[0])


def _counting(
    call: Call, collect: Callable[[list[str]], Any], masks: list[Any]
) -> Callable[[Any], list[Any]]:
    def work(placed: Any) -> list[Any]:
        before, block = placed
        parsed = parse(block, call.reading.max_line)
        texts, _ = blocks.texts(parsed, call.groups["text"])
        here = slice(before, before + len(texts))
        chosen = [np.flatnonzero(mask[here]).tolist() for mask in masks]
        return [collect([texts[i] for i in rows]) for rows in chosen]

    return work
