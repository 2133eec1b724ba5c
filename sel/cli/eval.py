"""`sel eval METHOD`: numbers that say how good selections are, one line for each."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call

ADAPTERS = {
    "coverage": "covering",
    "cut": "cutting",
    "match": "matching",
    "neighbours": "twins",
    "probe": "probing",
}
"""Which module of sel.cli joins a method to its inputs."""


def _adapter(method: Method) -> Any:
    return importlib.import_module(f"sel.cli.{ADAPTERS[method.name]}")


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    found: list[tuple[str, str]] = _adapter(method).groups(method)
    return found


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    found: tuple[str, str] = _adapter(method).operands(method)
    return found


def run(call: Call) -> int:
    """Measure, and write a line for each result."""
    code: int = _adapter(call.method).run(call)
    return code
