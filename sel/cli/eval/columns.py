"""Columns of a matrix: which are kept, and what that loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import results
from sel.errors import SelError, UsageError
from sel.maths.matrices import vectors
from sel.streams import npy

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.cli.embed.rows import Shaping

ROWS = 1 << 14  # that are written at once


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [("common.matrices", "whole"), ("options", "seed"), ("options", "writing")]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return "", "none"


def fitting(*, fit: str | None = None) -> str | None:
    """Fitting.

    Args:
        fit: matrix (.npy) that says which columns are best [--vectors].
    """
    return fit


def reduce(call: Call) -> None:
    """Write a matrix with fewer columns."""
    _refuse_files(call)
    matrix = npy.read(call.groups["whole"])
    path = call.groups["fitting"] or call.groups["whole"]
    known = npy.read(path) if call.groups["fitting"] else matrix
    npy.check_like(matrix, known)
    own, shaping = call.own["embed"], call.groups["shaping"]
    less = call.method.load().embed(known.rows, _chance(call), **own)
    writer = npy.Writer(call.writing.output, own["dim"], shaping.dtype)
    writer.start(0)
    unusable = 0
    try:
        for at in range(0, len(matrix), ROWS):
            rows = less(np.asarray(matrix.rows[at : at + ROWS], np.float32))
            if shaping.normalize:
                rows = vectors.unit(rows)
            unusable += int((~vectors.usable(rows)).sum())
            writer.write(rows)
    except SelError:
        writer.abort(keep=False)
        raise
    writer.commit(_made(call, matrix, known, shaping))
    _close(call, len(matrix), unusable)


def _made(
    call: Call, matrix: npy.Matrix, known: npy.Matrix, shaping: Shaping
) -> dict[str, Any]:
    """What the vectors depend on; the same for a pool and for queries fitted to it."""
    of = {name: matrix.card[name] for name in npy.MADE if name in matrix.card}
    fit = {"rows": len(known), "ends": known.card.get("ends")}
    own = {**call.own["embed"], "seed": call.groups["seed"]}
    options = {**own, "normalize": shaping.normalize, "fit": fit, "of": of}
    return {"made_by": call.title, "options": options}


def run(call: Call) -> int:
    """Measure what fewer columns lose."""
    _refuse_files(call)
    matrix = npy.read(call.groups["whole"])
    own = call.own["measure"]
    found = list(call.method.load().measure(matrix.rows, _chance(call), **own))
    results.write(call, found)
    _close(call, len(matrix), len(matrix) - found[0]["rows"])
    return 0


def _chance(call: Call) -> np.random.Generator:
    return np.random.default_rng(call.groups["seed"])


def _refuse_files(call: Call) -> None:
    if call.files:
        msg = f"{call.title} reads matrices. Try: --vectors {call.files[0]}"
        raise UsageError(msg)


def _close(call: Call, read: int, dropped: int) -> None:
    law = {"read": read, "kept": read - dropped, "dropped": dropped}
    call.close({**law, "rejected": 0, "blank": 0})
