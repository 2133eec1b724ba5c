"""Selections of one pool side by side: each is a set of the pool's rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel import catalog
from sel.cli import options
from sel.cli.common import matrices, results
from sel.cli.common.fitting import summarise
from sel.cli.diversify.pooling import Part
from sel.cli.eval import beyond, chosen, match, probe, sets
from sel.errors import DataError, OptionError, UsageError
from sel.maths.learning.classifiers import Labelled
from sel.maths.matrices.vectors import unit, usable
from sel.maths.random.noise import SeededNoise
from sel.maths.statistics import distances as distances_
from sel.streams import npy
from sel.streams.lines import STDIN

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.cli.eval.sets import Pool, Sets
    from sel.streams.npy import Matrix
    from sel.types import Indices


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("eval.match", "against"),
        ("eval.compare", "showing"),
        ("eval.beyond", "more"),
        ("eval.probe", "testing"),
        ("eval.chosen", "luck"),
        ("common.matrices", "checking"),
        *options.TEXTS,
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return (
        "[NAME=]FILE...",
        "selections of the pool, JSONL; those of one name are seeds",
    )


def showing(*, scores: str | None = None, report: str | None = None) -> Showing:
    """Scores and the page.

    Args:
        scores: fields with numbers, as dsir,quality; the first one orders examples.
        report: write a page of its own to FILE.html.
    """
    if report is not None and not report.endswith((".html", ".htm")):
        raise OptionError("--report", "a name that ends in .html", report)
    return Showing([one for one in (scores or "").split(",") if one], report)


@dataclass(frozen=True)
class Showing:
    """What else is looked at, and where it is shown."""

    scores: list[str]
    report: str | None


def run(call: Call) -> int:
    """Measure all selections, and draw them."""
    luck: chosen.Luck = call.groups["luck"]
    if not luck.seeds:
        raise OptionError("--seeds", "at least 2, to compare with chance", luck.seeds)
    asked: match.Against = call.groups["against"]
    asked.check(pool=True)
    testing, more = call.groups["testing"], call.groups["more"]
    if (testing or more.targets) and not more.vectors:
        msg = (
            "--target-vectors and --test are compared with --vectors FILE.npy. Give it"
        )
        raise UsageError(msg)
    files = call.files or [STDIN]
    matrices.check_standard_input([asked.whole, *asked.target], files)
    stream = call.reading.stream([asked.whole], again=True)
    label = testing.labels if testing else None
    wanted = sets.Wanted(call.groups["showing"].scores, more.domain, label)
    pool, found = sets.read(call, stream, files, wanted)
    if "random" in found:
        msg = "'random' is the name of chance here. Try: OTHER=FILE"
        raise UsageError(msg)
    selections = sets.Sets.of(found, len(pool), luck)
    matrix = _measure(call, pool, selections)
    ours, others = selections.split()
    rows = call.method.load().measure(selections.chosen, ours, others, len(pool))
    if call.groups["showing"].report:
        from sel.cli.eval import page

        page.write(call, pool, selections, rows, matrix)
    results.write(call, rows)
    call.close(pool.law, selections=len(files), pool=len(pool))
    return 0


def _measure(call: Call, pool: Pool, selections: Sets) -> Matrix | None:
    """Take every measure that was asked for of all sets; the matrix if there is one."""
    everything = selections.all
    if call.groups["against"].target:
        selections.add(_likeness(call, pool, everything))
    more, matrix = call.groups["more"], None
    if more.vectors:
        matrix = npy.read(more.vectors)
        rows = pool.rows
        if rows.max() >= len(matrix):
            msg = f"{pool.name} has row {rows.max():,}, {matrix.name} {len(matrix):,}"
            raise DataError(msg)
        selections.add(_spread(call, pool, matrix, everything))
        if call.groups["testing"]:
            selections.add(_probes(call, pool, matrix, everything))
    if more.domain:
        selections.add(_mixtures(call, pool, everything))
    plain: list[dict[str, float | None]] = []
    for rows in everything:
        said = {one: float(np.nanmean(v[rows])) for one, v in pool.scores.items()}
        plain.append({**said, "characters": float(pool.lengths[rows].mean())})
    selections.add(plain)
    return matrix


def _likeness(call: Call, pool: Pool, everything: list[Indices]) -> list[Any]:
    """The KL reduction of each set."""
    module = catalog.describe("eval", "match").load()
    targets = [
        summarise(call, call.reading.stream([path]), module.collect)
        for path in call.groups["against"].target
    ]
    masks = [np.ones(len(pool), bool)]
    for rows in everything:
        masks.append(np.zeros(len(pool), bool))
        masks[-1][rows] = True
    whole, *counts = match.counts_of(call, pool.stream, module.collect, masks)
    measured = [module.measure(one, whole, targets, []) for one in counts]
    return [{"kl_reduction": one["kl_reduction"]} for one in measured]


def _spread(
    call: Call, pool: Pool, matrix: Matrix, everything: list[Indices]
) -> list[dict[str, Any]]:
    """Coverage, and the distances to target vectors where there are some."""
    good = usable(matrix.rows[pool.rows])
    where = np.cumsum(good) - 1
    vectors = Part(matrix.rows, pool.rows[good])
    ours = [where[rows[good[rows]]] for rows in everything]
    module = catalog.describe("eval", "coverage").load()
    noise = SeededNoise(call.groups["luck"].seed)
    found = module.measure(vectors, ours, [[] for _ in ours], noise)
    said = [
        {k: v for k, v in one.items() if k not in ("records", "sample", "cells")}
        for one in found
    ]
    paths = call.groups["more"].targets
    if not paths:
        return said
    check = call.groups["checking"]
    targets = unit(np.concatenate(matrices.targets(paths, matrix, check=check)))
    known = distances_.mean_and_covariance(targets)
    part = distances_.at_most(targets, distances_.MOST)
    width = distances_.bandwidth(targets)
    for one, rows in zip(said, ours, strict=True):
        near = unit(vectors[rows])
        few = min(len(near), len(targets)) < 2
        one["frechet"] = (
            None
            if few
            else distances_.frechet(distances_.mean_and_covariance(near), known)
        )
        near = distances_.at_most(near, distances_.MOST)
        one["mmd"] = None if few else distances_.mmd(near, part, width)
    return said


def _mixtures(
    call: Call, pool: Pool, everything: list[Indices]
) -> list[dict[str, Any]]:
    """How far each set's mixture of domains is from the targets', or the pool's.

    Targets that have no domain of the pool say nothing of its mixture.
    """
    domain, targets = call.groups["more"].domain, call.groups["against"].target
    names = [one for path in targets for one in beyond.column(call, path, domain)]
    there = not set(names).isdisjoint(pool.domains)
    wanted = Counter(names if there else pool.domains)
    return [
        distances_.of_domains(Counter(pool.domains[i] for i in rows.tolist()), wanted)
        for rows in everything
    ]


def _probes(
    call: Call, pool: Pool, matrix: Matrix, everything: list[Indices]
) -> list[dict[str, Any]]:
    """What classifiers learn from each set."""
    test, names, codes = probe.tested(call, matrix, pool.labels)
    good = usable(matrix.rows[pool.rows])
    kept = [rows[good[rows]] for rows in everything]
    train = [Labelled(matrix.take(pool.rows[r]), codes[r]) for r in kept]
    module = catalog.describe("eval", "probe").load()
    noise = SeededNoise(call.groups["luck"].seed)
    found = module.measure(train, [[] for _ in train], test, names, noise)
    return [
        {
            f"{one['probe']}_{k}": one[k]
            for one in said
            for k in ("accuracy", "balanced")
        }
        for said in found
    ]
