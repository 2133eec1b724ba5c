"""Which module joins a method to its inputs and outputs."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sel.catalog import Method


def of(method: Method) -> Any:
    """The module: its `groups`, `operands` and `run` are those of the method.

    Most commands have one for all their methods. Picks that choose from all records at
    once have their own; texts are made different in a stream, vectors as a whole; and
    what `eval` measures has many shapes, a module for each.
    """
    folder, name, inputs = method.command, "command", method.inputs
    if folder == "pick":
        name = "retrieving" if "queries" in inputs else name
        name = "committee" if "bounds" in inputs else name
    elif folder == "diversify":
        name = "texts" if "texts" in inputs else "vectors"
    elif folder == "eval":
        name = method.name
    return importlib.import_module(f"sel.cli.{folder}.{name}")
