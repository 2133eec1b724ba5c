"""Tables for people."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

OWN = ("profile", "tournament")
"""Measures that are drawn by a module of their own."""


def drawing(measure: str) -> Callable[[list[dict[str, Any]]], None]:
    """What draws the results of a measure on a terminal."""
    name = measure if measure in OWN else "table"
    show: Any = importlib.import_module(f"sel.report.{name}").show
    return show if name == "table" else lambda rows: show(*rows)
