"""`sel eval compare`: other measures, taken of several choices and of random ones.

Each choice is a set of the pool's records, and so is each random one: what is measured
is measured of all sets in the same way.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from sel import catalog
from sel.errors import DataError, OptionError, UsageError
from sel.inputs import shared
from sel.maths.matrices.vectors import unit, usable
from sel.maths.random import sampler
from sel.maths.random.noise import SeededNoise
from sel.maths.statistics import distances
from sel.options.chance import Baselines
from sel.options.evaluation import Mixture, Page, Pool, Targets, Testing
from sel.options.vectors import TargetVectors, Vectors
from sel.records import fields, pooled
from sel.records.ledger import added
from sel.request import refuse_twice
from sel.runs import sets
from sel.runs.matching import Counting
from sel.runs.measures import held, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.request import Request
    from sel.runs.sets import Sets
    from sel.types import Indices

Values = dict[str, float | None]
"""The measures of a set."""
NO_MEASURES = ("records", "sample", "cells")


def run(request: Request) -> int:
    """Measure all choices, and draw them."""
    luck, page = request[Baselines], request[Page]
    if not luck.seeds:
        raise OptionError("seeds", "at least 2, to compare with chance", luck.seeds)
    more = request[TargetVectors].target_vectors or request[Testing].labels
    if more and not request[Vectors].vectors:
        msg = (
            "--target-vectors and --test are compared with --vectors FILE.npy. Give it"
        )
        raise UsageError(msg)
    refuse_twice(request, request[Pool].pool, *(request[Targets].target or ()))
    found = _read(request)
    if "random" in found.chosen:
        msg = "'random' is the name of chance here. Try: OTHER=FILE"
        raise UsageError(msg)
    sizes = sorted({len(files[0]) for files in found.chosen.values()})
    drawn = {n: [sampler.draw(len(found), n, s) for s in luck.each] for n in sizes}
    known = {**_split(_Measuring(request, found), drawn), "selections": found.chosen}
    known["pool"] = len(found)
    measure = request.method.load().measure
    rows = measure(*(known[name] for name in parameters(measure)))
    if page.report:
        from sel.report import selections

        selections.write(page.report, _drawn(request, found, drawn), rows)
    request.write_rows(rows)
    files = len(request.inputs)
    request.close(added(found.laws), selections=files, pool=len(found))
    return 0


def _read(request: Request) -> Sets:
    """The pool with all that is measured of it, and the choices."""
    domain, label = request[Mixture].per, request[Testing].labels
    more: dict[str, Any] = {"domains": fields.name(domain)} if domain else {}
    more |= {"labels": fields.value(label)} if label else {}
    scores = request[Page].fields
    return sets.read(request, request.inputs, scores, more, again=True)


def _split(
    measuring: _Measuring, drawn: dict[int, list[Indices]]
) -> dict[str, dict[str, list[Values]]]:
    """The measures by the name of the choice: its own, and those of random ones."""
    chosen = measuring.sets.chosen
    every = [rows for files in (*chosen.values(), *drawn.values()) for rows in files]
    values = iter(measuring.measured(every))
    ours = {name: [next(values) for _ in files] for name, files in chosen.items()}
    luck = {size: [next(values) for _ in draws] for size, draws in drawn.items()}
    randoms = {name: luck[len(files[0])] for name, files in chosen.items()}
    return {"values": ours, "randoms": randoms}


class _Measuring:
    """Takes every measure that was asked for."""

    def __init__(self, request: Request, found: Sets) -> None:
        self.request, self.sets, self.pool = request, found, found.pool

    def measured(self, every: list[Indices]) -> list[Values]:
        """The measures of sets of the pool's records."""
        request = self.request
        taken = [self._likeness] if request[Targets].target else []
        if request[Vectors].vectors:
            taken.append(self._spread)
        if request[Testing].labels:
            taken.append(self._probes)
        if request[Mixture].per:
            taken.append(self._mixtures)
        values: list[Values] = [{} for _ in every]
        for take in (*taken, self._plain):
            for one, more in zip(values, take(every), strict=True):
                one |= more
        return values

    def _likeness(self, every: list[Indices]) -> Iterator[Values]:
        """The KL reduction of each set."""
        module = catalog.describe("eval", "match").load()
        counting = Counting(self.request, module.collect, {})
        paths = self.request[Targets].target
        targets = [counting.of(path).total for path in paths]
        places = self.pool.places
        whole, *counts = counting.each(
            self.sets.stream, [places, *(places[rows] for rows in every)]
        )
        for one in counts:
            reduction = module.measure(one, whole, targets, [])["kl_reduction"]
            yield {"kl_reduction": reduction}

    @property
    def _good(self) -> Any:
        """Which records of the pool have a vector that can be used."""
        matrix, pool = shared(self.request, "vectors").matrix, self.pool
        if pool.rows.max() >= len(matrix):
            msg = f"{pool.name} has row {pool.rows.max():,}, {matrix.name} "
            raise DataError(msg + f"{len(matrix):,}")
        return usable(matrix.rows[pool.rows])

    def _spread(self, every: list[Indices]) -> Iterator[Values]:
        """Coverage, and the distances to target vectors where there are some."""
        rows, good = shared(self.request, "vectors").whole(), self._good
        where = np.cumsum(good) - 1
        vectors = Some(rows, self.pool.rows[good])
        ours = [where[places[good[places]]] for places in every]
        module = catalog.describe("eval", "coverage").load()
        noise = SeededNoise(self.request[Baselines].seed)
        found = module.measure(vectors, ours, [[] for _ in ours], noise)
        targets = shared(self.request, "target_vectors").whole()
        apart = None if targets is None else distances.Apart(unit(targets))
        for one, places in zip(found, ours, strict=True):
            said = {k: v for k, v in one.items() if k not in NO_MEASURES}
            yield said | (apart.known(unit(vectors[places])) if apart else {})

    def _probes(self, every: list[Indices]) -> Iterator[Values]:
        """What classifiers learn from each set."""
        request, good = self.request, self._good
        labelled, test = (shared(request, n) for n in ("labelled", "test_labelled"))
        labelled.know(self.pool)
        test.prepare()
        train = [labelled.give(self.pool.take(rows[good[rows]])) for rows in every]
        module = catalog.describe("eval", "probe").load()
        noise, luck = SeededNoise(request[Baselines].seed), [[] for _ in train]  # type: ignore[var-annotated]
        found = module.measure(train, luck, test.whole(), labelled.names, noise)
        for said in found:
            yield {
                f"{one['probe']}_{k}": one[k]
                for one in said
                for k in ("accuracy", "balanced")
            }

    def _mixtures(self, every: list[Indices]) -> Iterator[Values]:
        """How far each set's mixture of domains is from the targets', or the pool's.

        Targets that have no domain of the pool say nothing of its mixture.
        """
        request, ours = self.request, self.pool["domains"]
        paths = list(request[Targets].target or ())
        domains = [shared(request, "domains")]
        theirs = held(request, paths, domains)["domains"] if paths else []
        there = not set(theirs).isdisjoint(ours)
        wanted = Counter(theirs if there else ours)
        for rows in every:
            known = Counter(ours[i] for i in rows.tolist())
            yield dict(distances.of_domains(known, wanted))

    def _plain(self, every: list[Indices]) -> Iterator[Values]:
        """Means of scores and of lengths."""
        lengths = self.sets.lengths
        for rows in every:
            scores = self.sets.scores.items()
            said: Values = {one: float(np.nanmean(v[rows])) for one, v in scores}
            yield {**said, "characters": float(lengths[rows].mean())}


def _drawn(request: Request, found: Sets, drawn: dict[int, list[Indices]]) -> Any:
    """What the page shows."""
    from sel.report.selections import Drawn

    pool, field = found.pool, request[Mixture].per
    index = {int(place): i for i, place in enumerate(pool.places)}
    texts = shared(request, "texts").wanted["texts"]

    def beginnings(wanted: Any) -> dict[int, str]:
        at = {int(pool.places[i]): size for i, size in wanted.items()}
        some = pooled.beginnings(request.reader, found.stream, texts, at)
        return {index[place]: text for place, text in some.items()}

    vectors = shared(request, "vectors")
    return Drawn(
        pool.name,
        pool.rows,
        found.lengths,
        found.scores,
        field,
        pool["domains"] if field else [],
        vectors.whole() if vectors.there else None,
        {name: files[0] for name, files in found.chosen.items()},
        next(iter(drawn.values()))[0],
        beginnings,
    )


class Some:
    """Some rows of a mapped matrix, copied only when they are asked for."""

    def __init__(self, rows: Any, places: Indices) -> None:
        self._rows, self._places = rows, places
        self.shape = (len(places), rows.shape[1])

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, here: Any) -> Any:
        return self._rows[self._places[here]]
