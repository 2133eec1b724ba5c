"""Selections measured by the vectors of their pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import results
from sel.cli.eval import chosen
from sel.errors import DataError
from sel.maths.matrices.vectors import usable
from sel.maths.random import sampler
from sel.maths.random.noise import SeededNoise
from sel.streams import npy

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.streams.npy import Matrix

PART = 1 << 14  # rows that are looked at at once


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("common.matrices", "matrix"),
        ("eval.chosen", "luck"),
        ("options", "reading"),
        ("options", "writing"),
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return "SELECTION...", "selections, JSONL; standard input if there is none"


def run(call: Call) -> int:
    """Measure each selection."""
    matrix = npy.read(call.groups["matrix"])
    ours = [chosen.read(call, path, matrix) for path in call.files or ["-"]]
    pool = good(matrix)
    luck: chosen.Luck = call.groups["luck"]
    found = call.method.load().measure(
        matrix.rows,
        [one.rows for one in ours],
        [randoms(pool, len(one.rows), luck) for one in ours],
        SeededNoise(luck.seed),
        **call.own["measure"],
    )
    rows = [{"selection": a.name, **b} for a, b in zip(ours, found, strict=True)]
    results.write(call, rows)
    call.close(chosen.added(one.law for one in ours), pool=len(pool))
    return 0


def good(matrix: Matrix) -> Any:
    """The rows of a matrix that can be used."""
    parts = [
        np.flatnonzero(usable(matrix.rows[at : at + PART])) + at
        for at in range(0, len(matrix), PART)
    ]
    found = np.concatenate([np.empty(0, np.int64), *parts])
    if not len(found):
        msg = f"{matrix.name} has no row that can be used"
        raise DataError(msg)
    return found


def randoms(pool: Any, size: int, luck: chosen.Luck) -> list[Any]:
    """Random selections of so many rows of a pool; of a row named twice, one."""
    size = min(size, len(pool))
    return [pool[sampler.draw(len(pool), size, seed)] for seed in luck.each]
