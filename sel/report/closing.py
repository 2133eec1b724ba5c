"""The closing line of a run: what was read, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WITHOUT = {
    "score": "a score",
    "cost": "a cost",
    "group": "a group",
    "vector": "a usable vector",
}
"""What a record may lack that a run needs, and what the closing line calls it."""
FEW = 8
"""Entries that the closing line has room for; --summary has them all."""


def line(
    counts: Mapping[str, int],
    seconds: float,
    lacking: Mapping[str, int],
    facts: Iterable[tuple[str, Any]],
) -> str:
    """All that there is to say, in words.

    Args:
        counts: of the law.
        seconds: that it took.
        lacking: how many records lack what is needed of them, by WITHOUT.
        facts: what else there is to say, by name.
    """
    said = [f"{number:,} {name}" for name, number in counts.items()]
    said.append(f"{seconds:.2f} s")
    said += [f"{n:,} without {WITHOUT[name]}" for name, n in lacking.items()]
    return ", ".join(said) + "".join(f"; {name} {_said(fact)}" for name, fact in facts)


def _said(fact: Any) -> str:
    if isinstance(fact, dict):
        few = [
            f"{name} ({_said(one)})"
            if isinstance(one, dict)
            else f"{name} {_said(one)}"
            for name, one in list(fact.items())[:FEW]
        ]
        more = len(fact) - len(few)
        return ", ".join([*few, f"and {more:,} more"] if more else few)
    if isinstance(fact, float):
        return f"{fact:.6g}"
    return f"{fact:,}" if isinstance(fact, int) else str(fact)
