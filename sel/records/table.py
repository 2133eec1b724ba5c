"""Columns of all records of a stream, held in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sel.records.projection import Part


@dataclass
class Table:
    """What is held of n records, in their order."""

    places: Any
    """(n,), where each stands among the records of the stream, from 0."""
    rows: Any
    """(n,), the row that each says it is, or its place."""
    said: bool
    """Whether they say their row."""
    columns: dict[str, Any]
    """Numbers, (n,), or lists."""
    values: dict[str, list[str]]
    """What the codes of a column stand for."""

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]


def collected(
    parts: Iterable[Part],
    *,
    numbers: Sequence[str] = (),
    codes: Sequence[str] = (),
    lists: Sequence[str] = (),
) -> Table:
    """Hold columns of all records.

    Args:
        parts: blocks of records.
        numbers: columns that become float64; None becomes NaN.
        codes: columns of names, which are numbered as they appear; None is -1.
        lists: columns that are held as they are.
    """
    places: list[Any] = [np.empty(0, np.int64)]
    rows: list[Any] = [np.empty(0, np.int64)]
    floats: dict[str, list[Any]] = {name: [np.empty(0)] for name in numbers}
    numbered: dict[str, list[int]] = {name: [] for name in codes}
    known: dict[str, dict[str, int]] = {name: {} for name in codes}
    others: dict[str, list[Any]] = {name: [] for name in lists}
    said = 0
    for part in parts:
        places.append(np.array(part.places, np.int64))
        rows.append(np.array(part.rows, np.int64))
        said += part.said
        for name in numbers:
            floats[name].append(np.array(part[name], np.float64))
        for name in codes:
            seen = known[name]
            numbered[name] += [
                -1 if v is None else seen.setdefault(v, len(seen)) for v in part[name]
            ]
        for name in lists:
            others[name] += part[name]
    columns: dict[str, Any] = {k: np.concatenate(v) for k, v in floats.items()}
    columns |= {name: np.array(some, np.int64) for name, some in numbered.items()}
    values = {name: list(seen) for name, seen in known.items()}
    return Table(
        np.concatenate(places),
        np.concatenate(rows),
        bool(said),
        columns | others,
        values,
    )
