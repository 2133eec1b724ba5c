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
from sel.maths.matrices.vectors import Some, unit, usable
from sel.maths.random import sampler
from sel.maths.random.noise import SeededNoise
from sel.maths.statistics import distances
from sel.options.chance import Baselines
from sel.options.evaluation import Mixture, Page, Pool, Targets, Testing
from sel.options.vectors import TargetVectors, Vectors
from sel.records import fields, pooled, samples
from sel.request import refuse_twice
from sel.runs import describing
from sel.runs.measures.matching import Counting
from sel.runs.measures.measure import parameters
from sel.runs.measures.sets import Sets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.request import Request
    from sel.types import Indices

Values = dict[str, float | None]
"""The measures of a set."""
LENGTH = "characters"
"""The column of how long the texts of the pool are."""
NO_MEASURES = ("records", "sample", "cells")


def run(request: Request) -> int:
    """Measure all choices, and draw them."""
    luck = request[Baselines]
    if not luck.seeds:
        raise OptionError("seeds", "at least 2, to compare with chance", luck.seeds)
    more = request[TargetVectors].target_vectors or request[Testing].labels
    if more and not request[Vectors].vectors:
        msg = (
            "--target-vectors and --test are compared with --vectors FILE.npy. Give it"
        )
        raise UsageError(msg)
    refuse_twice(request, request[Pool].pool, *(request[Targets].target or ()))
    found = _sets(request)
    size, law = len(found.pool), request.ledgers.law()
    sizes = sorted({len(files[0]) for files in found.chosen.values()})
    drawn = {n: [sampler.draw(size, n, seed) for seed in luck.each] for n in sizes}
    values, randoms = _split(request, found, drawn)
    known = {"selections": found.chosen, "values": values, "randoms": randoms}
    known["pool"] = size
    measure = request.method.load().measure
    rows = measure(*(known[name] for name in parameters(measure)))
    if path := request[Page].report:
        from sel.report import selections

        drawing = _drawn(request, found, drawn)
        selections.write(
            path, drawing, rows, describing.command_line(request), luck.seed
        )
    request.write_rows(rows)
    request.ledgers.close()
    request.close(law, selections=len(request.inputs), pool=size)
    return 0


def _sets(request: Request) -> Sets:
    """The pool with all that is measured of it, and the choices."""
    domain, label = request[Mixture].per, request[Testing].labels
    more: dict[str, Any] = {LENGTH: shared(request, "texts").wanted["texts"].then(len)}
    more |= {"domains": fields.name(domain)} if domain else {}
    more |= {"labels": fields.value(label)} if label else {}
    found = Sets(request, request[Page].fields, more, again=True)
    for one in map(str, request.inputs):
        found.add(one)
    if "random" in found.chosen:
        msg = "'random' is the name of chance here. Try: OTHER=FILE"
        raise UsageError(msg)
    return found


def _split(request: Request, found: Sets, drawn: dict[int, list[Indices]]) -> Any:
    """The measures by the name of the choice: its own, and those of random ones."""
    chosen = found.chosen
    every = [rows for files in (*chosen.values(), *drawn.values()) for rows in files]
    values = iter(_measured(request, found, every))
    ours = {name: [next(values) for _ in files] for name, files in chosen.items()}
    luck = {size: [next(values) for _ in draws] for size, draws in drawn.items()}
    return ours, {name: luck[len(files[0])] for name, files in chosen.items()}


def _measured(request: Request, found: Sets, every: list[Indices]) -> list[Values]:
    """Every measure that was asked for, of sets of the pool's records."""
    asked = {
        _likeness: request[Targets].target,
        _spread: request[Vectors].vectors,
        _probes: request[Testing].labels,
        _mixtures: request[Mixture].per,
        _plain: True,
    }
    values: list[Values] = [{} for _ in every]
    for take, wanted in asked.items():
        for one, more in zip(values, take(request, found, every) if wanted else ()):
            one |= more
    return values


def _module(name: str) -> Any:
    return catalog.describe("eval", name).load()


def _likeness(request: Request, found: Sets, every: list[Indices]) -> Iterator[Values]:
    """The KL reduction of each set."""
    module, reader, places = _module("match"), request.reader, found.pool.places
    counting = Counting(request, module.collect, {})
    targets = [
        counting.of(reader.stream([path]), reader.ledger()).total
        for path in request[Targets].target
    ]
    sets = [places, *(places[rows] for rows in every)]
    whole, *counts = counting.each(found.stream, sets)
    for one in counts:
        reduction = module.measure(one, whole, targets, [])["kl_reduction"]
        yield {"kl_reduction": reduction}


def _good(request: Request, found: Sets) -> Any:
    """Which records of the pool have a vector that can be used."""
    matrix, pool = shared(request, "vectors").matrix, found.pool
    if pool.rows.max() >= len(matrix):
        last, size = f"{pool.rows.max():,}", f"{len(matrix):,}"
        msg = f"{pool.name} has row {last}, {matrix.name} {size}"
        raise DataError(msg)
    return usable(matrix.rows[pool.rows])


def _spread(request: Request, found: Sets, every: list[Indices]) -> Iterator[Values]:
    """Coverage, and the distances to target vectors where there are some."""
    good = _good(request, found)
    where = np.cumsum(good) - 1
    vectors = Some(shared(request, "vectors").whole(), found.pool.rows[good])
    ours = [where[places[good[places]]] for places in every]
    noise, none = SeededNoise(request[Baselines].seed), [()] * len(ours)
    covered = _module("coverage").measure(vectors, ours, none, noise)
    targets = shared(request, "target_vectors").whole()
    apart = None if targets is None else distances.Apart(unit(targets))
    for one, places in zip(covered, ours, strict=True):
        said = {k: v for k, v in one.items() if k not in NO_MEASURES}
        yield said | (apart.known(unit(vectors[places])) if apart else {})


def _probes(request: Request, found: Sets, every: list[Indices]) -> Iterator[Values]:
    """What classifiers learn from each set."""
    labelled, test = (shared(request, one) for one in ("labelled", "test_labelled"))
    labelled.know(found.pool)
    test.prepare()
    good = _good(request, found)
    train = [labelled.give(found.pool.take(rows[good[rows]])) for rows in every]
    noise, none = SeededNoise(request[Baselines].seed), [()] * len(train)
    names, tested = labelled.known.names, test.whole()
    for said in _module("probe").measure(train, none, tested, names, noise):
        wanted = ("accuracy", "balanced")
        yield {f"{one['probe']}_{k}": one[k] for one in said for k in wanted}


def _mixtures(request: Request, found: Sets, every: list[Indices]) -> Iterator[Values]:
    """How far each set's mixture of domains is from the targets', or the pool's.

    Targets that have no domain of the pool say nothing of its mixture.
    """
    ours, reader, theirs = found.pool["domains"], request.reader, []
    if paths := request[Targets].target:
        kinds = [shared(request, "domains")]
        stream = reader.stream(paths)
        theirs = samples.read(reader, stream, reader.ledger(), kinds)["domains"]
    wanted = Counter(ours if set(theirs).isdisjoint(ours) else theirs)
    for rows in every:
        yield dict(
            distances.of_domains(Counter(ours[i] for i in rows.tolist()), wanted)
        )


def _plain(request: Request, found: Sets, every: list[Indices]) -> Iterator[Values]:
    """Means of scores and of lengths."""
    del request
    lengths = np.array(found.pool[LENGTH])
    for rows in every:
        known = {k: v[rows][~np.isnan(v[rows])] for k, v in found.scores.items()}
        means = {k: float(v.mean()) if len(v) else None for k, v in known.items()}
        yield {**means, "characters": float(lengths[rows].mean())}


def _drawn(request: Request, found: Sets, drawn: dict[int, list[Indices]]) -> Any:
    """What the page shows."""
    from sel.report.selections import Drawn

    pool, domain = found.pool, request[Mixture].per
    places = pool.places.tolist()
    index = {place: i for i, place in enumerate(places)}
    wanted = shared(request, "texts").wanted["texts"]

    def texts(most: Any) -> dict[int, str]:
        at = {places[i]: size for i, size in most.items()}
        some = pooled.beginnings(request.reader, found.stream, wanted, at)
        return {index[place]: text for place, text in some.items()}

    vectors = shared(request, "vectors")
    return Drawn(
        pool.name,
        pool.rows,
        np.array(pool[LENGTH]),
        found.scores,
        domain,
        pool["domains"] if domain else [],
        vectors.whole() if vectors.there else None,
        {name: files[0] for name, files in found.chosen.items()},
        next(iter(drawn.values()))[0],
        texts,
    )
