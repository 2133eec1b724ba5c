"""Measures of selections by what is collected of them, such as `sel eval match`.

`measure` is handed the summaries of a selection, of the pool, of each target and of
random selections of the same size. What else the method has is measured beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import UsageError
from sel.inputs import shared
from sel.maths.random.sampler import draw
from sel.options.chance import Baselines
from sel.options.evaluation import Pool, Targets
from sel.records.ledger import added
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.request import refuse_twice
from sel.runs import measures
from sel.runs.scorers import given_to
from sel.runs.selections import Selections, check_size
from sel.streams.lines import STDIN, name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sel.request import Request
    from sel.streams.lines import Source, Stream
    from sel.types import Indices


@dataclass
class Counted:
    """The summary of a stream."""

    name: str
    total: Any
    places: Indices
    """Where its records stand in it."""
    law: Mapping[str, int]


def run(request: Request) -> int:
    """Measure each selection against pool and targets."""
    module = request.method.load()
    main, *others = measures.functions(request)
    asked, targets = request[Pool].pool, request[Targets].target
    refuse_twice(request, asked, *targets)
    if others and STDIN in request.inputs:
        msg = "--vectors and --per read selections again. Try: files, not a pipe"
        raise UsageError(msg)
    counting = Counting(request, module.collect, request.own["collect"])
    chosen = [counting.of(path) for path in request.inputs]
    liked = [counting.of(path) for path in targets]
    stream = request.reader.stream([asked], again=True)
    pool = counting.of(asked, stream)
    baselines = _baselines(request, counting, stream, pool, chosen)
    found = []
    for one, luck in zip(chosen, baselines, strict=True):
        known = {"chosen": one.total, "pool": pool.total, "baselines": luck}
        known["targets"] = [target.total for target in liked]
        given = (
            known[p] if p in known else shared(request, p).whole()
            for p in measures.parameters(main)
        )
        result = main(*given, **request.own[main.__name__])
        found.append({"selection": one.name, **result})
    for function in others:
        handed = Selections(request, measures.parameters(function))
        more = function(*handed.values(), **request.own[function.__name__])
        found = measures.merged(found, handed.shown(more))
    request.write_rows(found)
    request.close(added(one.law for one in (*chosen, *liked, pool)))
    return 0


class Counting:
    """What a method collects of records.

    Args:
        request: says how to read.
        collect: from what the records give to a summary; summaries add with `+`.
        own: its options.
    """

    def __init__(
        self, request: Request, collect: Callable[..., Any], own: Mapping[str, Any]
    ) -> None:
        self._reader, self._given = request.reader, given_to(request, collect)
        self._collect, self._own = collect, own
        wanted = {k: one for kind in self._given for k, one in kind.wanted.items()}
        self._want = Projection(wanted)

    def _counted(self, part: Any) -> Any:
        return self._collect(*(kind.give(part) for kind in self._given), **self._own)

    def of(self, source: Source, stream: Stream | None = None) -> Counted:
        """The summary of an input; DataError if it has no records."""
        stream, ledger = stream or self._reader.stream([source]), self._reader.ledger()
        total, places = None, [np.empty(0, np.int64)]

        def work(part: Any) -> Any:
            return self._counted(part), np.array(part.places, np.int64)

        for read in self._reader.mapped(stream, self._want, ledger, work, "counting"):
            more, here = read.result
            total = more if total is None else total + more
            places.append(here)
        if total is None:
            raise none_there(stream)
        return Counted(name(source), total, np.concatenate(places), ledger.law())

    def each(self, stream: Stream, sets: Sequence[Indices]) -> list[Any]:
        """The summary of each of several sets of places of a stream, in one pass."""
        sums: list[Any] = [None] * len(sets)
        masks = []
        for places in sets:
            masks.append(np.zeros(int(places.max(initial=-1)) + 1, bool))
            masks[-1][places] = True

        def work(part: Any) -> list[Any]:
            here = np.array(part.places, np.int64)
            some = (_within(mask, here) for mask in masks)
            return [self._counted(part.take(places)) for places in some]

        reader = self._reader
        for read in reader.mapped(stream, self._want, reader.ledger(), work):
            both = zip(sums, read.result, strict=True)
            sums = [b if a is None else a + b for a, b in both]
        return sums


def _within(mask: Any, places: Indices) -> Indices:
    """Which of some places are in a set."""
    known: Indices = np.flatnonzero(mask[places[places < len(mask)]])
    return known


def _baselines(
    request: Request,
    counting: Counting,
    stream: Stream,
    pool: Counted,
    chosen: list[Counted],
) -> list[list[Any]]:
    """Summaries of random selections of the pool, as large as each selection."""
    seeds, size = request[Baselines].each, len(pool.places)
    for one in chosen:
        check_size(one.name, len(one.places), size)
    sets = [
        pool.places[draw(size, len(one.places), seed)]
        for one in chosen
        for seed in seeds
    ]
    sums = iter(counting.each(stream, sets) if sets else [])
    return [[next(sums) for _ in seeds] for _ in chosen]
