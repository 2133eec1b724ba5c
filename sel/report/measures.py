"""What is known of the measures of selections: their names, and which way is good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

HIGH = frozenset(
    ["kl_reduction", "similarity", "facility_location", "cells_covered", "vendi"]
)
LOW = frozenset(["frechet", "mmd", "domain_tv", "domain_js", "radius"])
_ABOUT = frozenset(("selection", "files", "records"))
_CHANCE = ("_random", "_low", "_high")


def better(measure: str) -> int:
    """1 where high is good, -1 where low is, 0 where that depends."""
    if measure.endswith(("_accuracy", "_balanced")) or measure in HIGH:
        return 1
    return -1 if measure in LOW else 0


def measures(result: Mapping[str, Any]) -> list[str]:
    """The names of the measures in the result of a selection."""
    return [
        name for name in result if name not in _ABOUT and not name.endswith(_CHANCE)
    ]
