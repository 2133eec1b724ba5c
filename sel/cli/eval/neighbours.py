"""Measures of one matrix by another of the same records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel.cli.common import results
from sel.errors import DataError, UsageError
from sel.maths.random.noise import SeededNoise
from sel.streams import npy

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("common.matrices", "whole"),
        ("eval.neighbours", "truth"),
        ("options", "seed"),
        ("options", "writing"),
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return "", "none"


def truth(*, reference: str) -> str:
    """Truth.

    Args:
        reference: matrix of the same records that it is measured by.
    """
    return reference


def run(call: Call) -> int:
    """Measure one matrix against another."""
    if call.files:
        msg = f"{call.title} reads matrices. Try: --vectors {call.files[0]}"
        raise UsageError(msg)
    ours, theirs = npy.read(call.groups["whole"]), npy.read(call.groups["truth"])
    if len(ours) != len(theirs):
        msg = (
            f"{ours.name} has {len(ours):,} rows and {theirs.name} has"
            f" {len(theirs):,}. Try: embed the same records"
        )
        raise DataError(msg)
    rng = SeededNoise(call.groups["seed"])
    found = call.method.load().measure(
        ours.rows, theirs.rows, rng, **call.own["measure"]
    )
    results.write(call, [{"vectors": ours.name, "reference": theirs.name, **found}])
    law = {"read": len(ours), "kept": found["rows"]}
    call.close({**law, "dropped": len(ours) - found["rows"], "rejected": 0, "blank": 0})
    return 0
