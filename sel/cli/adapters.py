"""Which module of this folder joins a method to its inputs and outputs."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sel.catalog import Method

EVAL = {
    "check": "checking",
    "columns": "columns",
    "coverage": "covering",
    "cut": "cutting",
    "leak": "leaking",
    "match": "matching",
    "neighbours": "twins",
    "probe": "probing",
    "profile": "profiling",
}


def of(method: Method) -> Any:
    """The module: its `groups`, `operands` and `run` are those of the method.

    Most commands have one for all their methods. Picks that choose from all records at
    once have their own; texts are made different in a stream, vectors as a whole; and
    what `eval` measures has many shapes.
    """
    name, inputs = method.command, method.inputs
    if name == "pick":
        name = "retrieving" if "queries" in inputs else name
        name = "committee" if "bounds" in inputs else name
    elif name == "diversify":
        name = "duplicates" if "texts" in inputs else "coverage"
    elif name == "eval":
        name = EVAL.get(method.name, "matching")
    return importlib.import_module(f"sel.cli.{name}")
