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
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.request import refuse_twice
from sel.runs.given import given_to
from sel.runs.measures.measure import beside, functions, parameters
from sel.runs.measures.selections import Selections, check_size
from sel.streams.lines import STDIN, name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sel.records.ledger import Ledger
    from sel.request import Request
    from sel.streams.lines import Stream
    from sel.types import Indices


def run(request: Request) -> int:
    """Measure each selection against pool and targets."""
    main, *others = functions(request)
    asked, targets = request[Pool].pool, request[Targets].target
    refuse_twice(request, asked, *targets)
    if others and STDIN in request.inputs:
        msg = "--vectors and --per read selections again. Try: files, not a pipe"
        raise UsageError(msg)
    counting = Counting(request, request.method.load().collect, request.own["collect"])
    stream, ledger = request.reader.stream, request.ledgers.another
    chosen = [counting.of(stream([path]), ledger()) for path in request.inputs]
    liked = [counting.of(stream([path]), ledger()).total for path in targets]
    whole = stream([asked], again=True)
    pool = counting.of(whole, ledger())
    found = []
    for one, luck in zip(chosen, _luck(request, counting, whole, pool, chosen)):
        known = {"chosen": one.total, "pool": pool.total, "baselines": luck}
        known["targets"] = liked
        given = (
            known[p] if p in known else shared(request, p).whole()
            for p in parameters(main)
        )
        found.append({"selection": one.name, **main(*given, **request.own["measure"])})
    for function in others:
        handed = _Again(request, parameters(function))
        more = function(*handed.values(), **request.own[function.__name__])
        found = beside(found, handed.shown(more))
    request.write_rows(found)
    request.close(request.ledgers.close())
    return 0


class _Again(Selections):
    """Selections that were counted before."""

    def ledger(self) -> Ledger:
        """See Records."""
        return self.request.reader.ledger()


@dataclass
class Counted:
    """The summary of a stream."""

    name: str
    total: Any
    places: Indices
    """Where its records stand in it."""


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
        self._request, self._given = request, given_to(request, collect)
        self._collect, self._own = collect, own

    def _counted(self, part: Any) -> Any:
        return self._collect(*(kind.give(part) for kind in self._given), **self._own)

    def _mapped(self, stream: Stream, ledger: Ledger, work: Any, doing: str) -> Any:
        want = {k: one for kind in self._given for k, one in kind.wanted.items()}
        reader = self._request.reader
        for read in reader.mapped(stream, Projection(want), ledger, work, doing):
            yield read.result

    def many(self, stream: Stream, ledger: Ledger) -> int:
        """How many records of a stream can be counted."""
        return sum(self._mapped(stream, ledger, len, "counting"))

    def of(self, stream: Stream, ledger: Ledger, *, partial: bool = False) -> Counted:
        """The summary of a stream; DataError if it has no records and no others do."""
        total, places = None, [np.empty(0, np.int64)]

        def work(part: Any) -> Any:
            return self._counted(part), np.array(part.places, np.int64)

        for more, here in self._mapped(stream, ledger, work, "counting"):
            total = more if total is None else total + more
            places.append(here)
        ledger.close()
        if total is None and not partial:
            raise none_there(stream)
        return Counted(name(stream.sources[0]), total, np.concatenate(places))

    def each(self, stream: Stream, sets: Sequence[Indices]) -> list[Any]:
        """The summary of each of several sets of places of a stream, in one pass."""
        sums: list[Any] = [None] * len(sets)
        masks = [np.zeros(int(places.max(initial=-1)) + 1, bool) for places in sets]
        for mask, places in zip(masks, sets, strict=True):
            mask[places] = True

        def work(part: Any) -> list[Any]:
            here = np.array(part.places, np.int64)  # they rise
            some = (np.flatnonzero(m[here[here < len(m)]]) for m in masks)
            return [self._counted(part.take(places)) for places in some]

        ledger = self._request.reader.ledger()
        for counts in self._mapped(stream, ledger, work, "") if sets else ():
            both = zip(sums, counts, strict=True)
            sums = [b if a is None else a + b for a, b in both]
        return sums


def _luck(
    request: Request,
    counting: Counting,
    stream: Stream,
    pool: Counted,
    chosen: list[Counted],
) -> Iterator[list[Any]]:
    """For each selection summaries of random ones of the pool, as large."""
    seeds, size = request[Baselines].each, len(pool.places)
    for one in chosen:
        check_size(one.name, len(one.places), size)
    draws = (draw(size, len(one.places), seed) for one in chosen for seed in seeds)
    sums = iter(counting.each(stream, [pool.places[places] for places in draws]))
    return ([next(sums) for _ in seeds] for _ in chosen)
