"""What the closing line says of a run, in words."""

from __future__ import annotations

from typing import Any

FEW = 8
"""Entries that the closing line has room for; --summary has them all."""


def said(fact: Any) -> str:
    """A number, an object or a text in words."""
    if isinstance(fact, dict):
        few = [
            f"{name} ({said(one)})" if isinstance(one, dict) else f"{name} {said(one)}"
            for name, one in list(fact.items())[:FEW]
        ]
        more = len(fact) - len(few)
        return ", ".join([*few, f"and {more:,} more"] if more else few)
    if isinstance(fact, float):
        return f"{fact:.6g}"
    return f"{fact:,}" if isinstance(fact, int) else str(fact)
