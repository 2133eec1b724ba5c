"""Selections measured by what classifiers learn from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import blocks, results
from sel.cli.eval import chosen
from sel.errors import DataError, UsageError
from sel.maths.learning.classifiers import Labelled
from sel.maths.random import sampler
from sel.maths.random.noise import SeededNoise
from sel.streams import npy

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.cli.eval.chosen import Chosen
    from sel.streams.npy import Matrix


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("common.matrices", "matrix"),
        ("eval.probe", "testing"),
        ("eval.probe", "whole"),
        ("eval.chosen", "luck"),
        ("eval.probe", "spending"),
        ("common.matrices", "checking"),
        ("options", "reading"),
        ("options", "writing"),
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return "SELECTION...", "selections, JSONL; standard input if there is none"


def testing(
    *,
    labels: str | None = None,
    test: str | None = None,
    test_records: str | None = None,
) -> Testing | None:
    """Labels.

    Args:
        labels: field of the class, in all records.
        test: matrix of the test records (.npy).
        test_records: the test records [as --test, with .jsonl].
    """
    if labels and test:
        return Testing(labels, test, test_records)
    if labels or test or test_records:
        msg = "--labels FIELD and --test FILE.npy go together"
        raise UsageError(msg)
    return None


@dataclass(frozen=True)
class Testing:
    """What selections are tested with."""

    labels: str
    test: str
    records: str | None


def whole(*, pool: str | None = None) -> str | None:
    """The pool.

    Args:
        pool: all records of --vectors, for random selections [as --vectors].
    """
    return pool


def spending(*, cost: str | None = None) -> list[str]:
    """Cost.

    Args:
        cost: fields with numbers to add up beside the accuracy, as tokens,seconds.
    """
    return [name for name in (cost or "").split(",") if name]


def run(call: Call) -> int:
    """Train on each selection, and test."""
    asked: Testing | None = call.groups["testing"]
    if not asked:
        msg = "give --labels FIELD, and --test FILE.npy to test with"
        raise UsageError(msg)
    paths = call.files or ["-"]
    matrix = npy.read(call.groups["matrix"])
    costs = call.groups["spending"]
    ours = [chosen.read(call, path, matrix, [asked.labels, *costs]) for path in paths]
    other, test = _read_test(call, asked, matrix)
    luck: chosen.Luck = call.groups["luck"]
    everything = [*ours, test]
    if luck.seeds:
        where = _beside(
            call.groups["whole"], call.groups["matrix"], "--pool FILE, or --seeds 0,"
        )
        pool = chosen.read(call, where, matrix, [asked.labels])
        chosen.check_sizes(ours, len(pool.rows))
        everything.append(pool)
    labels = [one.values[asked.labels] for one in everything]
    names, coded = classes_of(labels)
    randoms: list[Any] = [[] for _ in ours]
    if luck.seeds:
        randoms = [_randoms(matrix, pool, coded[-1], one, luck) for one in ours]
    found = call.method.load().measure(
        [_labelled(matrix, one, code) for one, code in zip(ours, coded, strict=False)],
        randoms,
        _labelled(other, test, coded[len(ours)]),
        names,
        SeededNoise(luck.seed),
        **call.own["measure"],
    )
    rows = [
        {**_spent(one, costs), **more}
        for one, each in zip(ours, found, strict=True)
        for more in each
    ]
    results.write(call, rows)
    call.close(chosen.added(one.law for one in everything), classes=len(names))
    return 0


def _beside(given: str | None, matrix: str, option: str) -> str:
    """The records of a matrix: those given, or the file of the same name."""
    path = given or str(Path(matrix).with_suffix(".jsonl"))
    if not given and not Path(path).exists():
        msg = f"the records of {matrix} are not in {path}. Try: {option} to say where"
        raise UsageError(msg)
    return path


def tested(
    call: Call, matrix: Matrix, labels: list[Any]
) -> tuple[Labelled, list[str], Any]:
    """What to test with, the names of all classes, and the classes of a pool.

    Args:
        call: says what to test with.
        matrix: vectors of the pool.
        labels: of its records.
    """
    asked: Testing = call.groups["testing"]
    other, test = _read_test(call, asked, matrix)
    names, (ours, theirs) = classes_of([labels, test.values[asked.labels]])
    return _labelled(other, test, theirs), names, ours


def _read_test(call: Call, asked: Testing, matrix: Matrix) -> tuple[Matrix, Chosen]:
    other = npy.read(asked.test)
    npy.check_like(matrix, other, cards=call.groups["checking"])
    beside = _beside(asked.records, asked.test, "--test-records")
    test = chosen.read(call, beside, other, [asked.labels])
    if not len(test.rows):
        msg = f"{test.name} has no record that can be tested with"
        raise DataError(msg)
    return other, test


def classes_of(labels: list[list[Any]]) -> tuple[list[str], list[Any]]:
    """The names of all classes, numbers in their order and then others; their codes."""
    there = {blocks.named(value): value for some in labels for value in some}
    names = sorted(there, key=lambda name: _order(there[name], name))
    codes = {name: code for code, name in enumerate(names)}
    return names, [
        np.array([codes[blocks.named(value)] for value in some], np.int64)
        for some in labels
    ]


def _order(value: Any, name: str) -> tuple[bool, float, str]:
    number = type(value) in (int, float)
    return (not number, value if number else 0, name)


def _labelled(matrix: Matrix, one: Chosen, codes: Any) -> Labelled:
    return Labelled(np.asarray(matrix.rows[one.rows], np.float32), codes)


def _randoms(
    matrix: Matrix, pool: Chosen, codes: Any, one: Chosen, luck: chosen.Luck
) -> list[Labelled]:
    """Random selections of the pool, as large as one."""
    found = []
    for seed in luck.each:
        places = sampler.draw(len(pool.rows), len(one.rows), seed)
        rows = np.asarray(matrix.rows[pool.rows[places]], np.float32)
        found.append(Labelled(rows, codes[places]))
    return found


def _spent(one: Chosen, costs: list[str]) -> dict[str, Any]:
    """What a selection costs."""
    spent = {}
    for name in costs:
        numbers = one.values[name]
        if set(map(type, numbers)) - {int, float}:
            msg = f"{one.name}: field {name!r} of --cost is not always a number"
            raise DataError(msg)
        spent[name] = sum(numbers)
    return {
        "selection": one.name,
        "records": len(one.rows),
        "bytes": one.bytes,
        **spent,
    }
