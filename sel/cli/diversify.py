"""`sel diversify METHOD`: passes on records that are unlike one another."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call


def _adapter(method: Method) -> Any:
    """Texts are compared in a stream, vectors and chance as a whole."""
    name = "duplicates" if "texts" in method.inputs else "coverage"
    return importlib.import_module(f"sel.cli.{name}")


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    found: list[tuple[str, str]] = _adapter(method).groups(method)
    return found


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    found: tuple[str, str] = _adapter(method).operands(method)
    return found


def run(call: Call) -> int:
    """Diversify the records of the inputs."""
    code: int = _adapter(call.method).run(call)
    return code
