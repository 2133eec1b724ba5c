"""Classes of a pool by what the vectors of a target map to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli import options
from sel.cli.common import blocks, matrices, results
from sel.cli.eval import chosen, probe
from sel.errors import DataError, UsageError
from sel.maths.learning.classifiers import Labelled
from sel.maths.random.noise import SeededNoise
from sel.streams import fields, npy
from sel.streams.records import parse

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("eval.classes", "mapped"),
        ("common.matrices", "checking"),
        ("options", "seed"),
        ("options", "reading"),
        ("options", "writing"),
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return options.RECORDS


def mapped(
    *,
    per: str,
    vectors: str | None = None,
    target_vectors: list[str] | None = None,
    logits: str | None = None,
) -> Mapped:
    """Classes and target.

    Args:
        per: field of the records that holds the class.
        vectors: matrix of the records (.npy), by _row or place.
        target_vectors: matrix of the target (.npy); several become one.
        logits: instead of vectors, what your model of the classes says of each target
            record (.npy), a column for each class: numbers in their order, then names.
    """
    if bool(logits) == bool(vectors) or bool(vectors) != bool(target_vectors):
        msg = "give --vectors and --target-vectors, or --logits FILE.npy"
        raise UsageError(msg)
    return Mapped(per, vectors, list(target_vectors or ()), logits)


@dataclass(frozen=True)
class Mapped:
    """Where classes and the target are."""

    per: str
    vectors: str | None
    targets: list[str]
    logits: str | None


def run(call: Call) -> int:
    """Rank the classes."""
    asked: Mapped = call.groups["mapped"]
    paths = call.files or ["-"]
    matrix = npy.read(asked.vectors) if asked.vectors else None
    values, law, rows = _read(call, paths, matrix)
    there = {blocks.named(value): value for value in values}
    names, (codes,) = probe.classes_of([values])
    targets = logits = None
    source = Labelled(np.empty((len(codes), 0), np.float32), codes)
    if matrix:
        check = call.groups["checking"]
        targets = np.concatenate(matrices.targets(asked.targets, matrix, check=check))
        source = Labelled(np.asarray(matrix.rows[rows], np.float32), codes)
    else:
        logits = _logits(npy.read(asked.logits or ""), len(names))
    known = [there[name] for name in names]
    found = call.method.load().measure(
        source,
        targets,
        known,
        logits,
        SeededNoise(call.groups["seed"]),
        **call.own["measure"],
    )
    results.write(call, found)
    call.close(law, classes=len(names), voted=sum(one["votes"] > 0 for one in found))
    return 0


def _read(
    call: Call, paths: list[str], matrix: npy.Matrix | None
) -> tuple[list[Any], dict[str, int], Any]:
    """The class of each record, the counts of the closing line, and the rows."""
    per = call.groups["mapped"].per
    if matrix:
        if len(paths) > 1:
            msg = "with --vectors give one file of records"
            raise UsageError(msg)
        one = chosen.read(call, paths[0], matrix, [per])
        return one.values[per], one.law, one.rows
    stream, rejects = call.reading.stream(paths), call.reading.rejects()
    law = dict.fromkeys(("read", "kept", "dropped", "rejected", "blank"), 0)
    values: list[Any] = []
    find = fields.value(per)
    for block in call.blocks(stream, "reading"):
        parsed = parse(block, stream.max_line)
        values += parsed.column(find)
        rejects.take(parsed.rejects)
        law["read"] += len(block.lines)
        law["blank"] += parsed.blank
        law["rejected"] += len(parsed.rejects)
    law["kept"] = len(values)
    rejects.close(law["read"])
    if not values:
        msg = "there are no records"
        raise DataError(msg)
    return values, law, None


def _logits(matrix: npy.Matrix, classes: int) -> Any:
    rows = np.asarray(matrix.rows, np.float64)
    if rows.shape[1] != classes:
        msg = (
            f"{matrix.name} has {rows.shape[1]:,} columns, and the records are of"
            f" {classes:,} classes. Try: a column for each class"
        )
        raise DataError(msg)
    if not np.isfinite(rows).all():
        bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))[0]
        msg = f"{matrix.name}: row {bad} is not finite"
        raise DataError(msg)
    return rows
