"""A pool that is chosen from as a whole: its records, and those chosen before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sel.records.table import Table
    from sel.streams.npy import Matrix

NAMES = "names"
"""The column of what records are called, where they are known by a field."""


class View:
    """Some rows of a mapped matrix, copied only when they are asked for.

    Args:
        matrix: (n, d).
        rows: numbers of those that count, shape (m,).
    """

    def __init__(self, matrix: Any, rows: Any) -> None:
        self._matrix, self._rows = matrix, rows
        self.shape = (len(rows), matrix.shape[1])

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, here: Any) -> Any:
        return self._matrix[self._rows[here]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        del copy
        return np.asarray(self._matrix[self._rows], dtype)


@dataclass(frozen=True)
class Pool:
    """n records in their order; behind them rows chosen before that have no record."""

    places: Any
    """(n,), where each stands among the records of the stream; -1 where it does not."""
    rows: Any
    """(n,), which row of the matrices is whose."""
    said: bool
    """Whether the records say their row themselves."""
    columns: Mapping[str, Any]
    already: Any
    """Which of them were chosen before."""
    names: Mapping[str, int] = field(default_factory=dict)
    """Which record is called what, as JSON."""

    def some(self, keep: Any) -> Pool:
        """Those of its records that are kept, shape (n,), all of `already` among them.

        What is numbered by records is numbered anew.
        """
        number = np.cumsum(keep) - 1
        return Pool(
            self.places[keep],
            self.rows[keep],
            self.said,
            {name: column[keep] for name, column in self.columns.items()},
            number[self.already],
            {name: int(number[i]) for name, i in self.names.items() if keep[i]},
        )

    def of(self, matrix: Matrix) -> Any:
        """The rows of a matrix that are those of the records."""
        if self._is_whole(matrix):
            return matrix.rows
        return View(matrix.rows, self.rows)

    def of_graph(self, graph: Matrix) -> Any:
        """The rows of a graph, in which neighbours are numbered as the records are.

        Raises:
            DataError: it names rows that it does not have.
        """
        low, high = graph.rows.min(initial=0), graph.rows.max(initial=0)
        if len(self.rows) and (low < -1 or high >= len(graph)):
            msg = (
                f"{graph.name} is not a graph: it names row"
                f" {high if low >= -1 else low:,}"
                f" of {len(graph):,}. Try: sel index graph"
            )
            raise DataError(msg)
        if self._is_whole(graph):
            return graph.rows
        n = len(self.rows)
        ours = np.full(len(graph) + 1, -1, np.int32)  # the last is for -1
        ours[self.rows[::-1]] = np.arange(n - 1, -1, -1, dtype=np.int32)
        return ours[graph.rows[self.rows]]

    def _is_whole(self, matrix: Matrix) -> bool:
        n = len(self.rows)
        return n == len(matrix) and bool((self.rows == np.arange(n)).all())


def nothing(columns: Sequence[str]) -> Pool:
    """A pool without any record."""
    none = np.empty(0, np.int64)
    return Pool(none, none, False, {n: np.empty(0, _kind(n)) for n in columns}, none)


def _kind(name: str) -> Any:
    return {"keys": np.uint64, "groups": np.int64}.get(name, np.float64)


def pool(
    table: Table, matrices: Sequence[Matrix], chosen: Sequence[Any], path: str | None
) -> Pool:
    """The records of a table, and which of them were chosen before.

    Args:
        table: with a column NAMES where `chosen` are names; else they are rows.
        matrices: whose rows the records are.
        chosen: what was chosen before.
        path: where that was read.

    Raises:
        DataError: what was chosen before is not there, or two names are alike.
    """
    columns = dict(table.columns)
    named = columns.pop(NAMES, None)
    if named is not None:
        names = {name: i for i, name in enumerate(named)}
        if len(names) < len(named):
            msg = "--on names two records alike"
            raise DataError(msg)
        lost = next((name for name in chosen if name not in names), None)
        if lost is not None:
            msg = f"{path} names {lost}, which no record here is called"
            raise DataError(msg)
        already = np.array([names[name] for name in chosen], np.int64)
        columns = {k: _told(k, v, already) for k, v in columns.items()}
        return Pool(table.places, table.rows, table.said, columns, already, names)
    already, beyond = _before(table.rows, chosen, matrices, path)
    extended = {
        k: np.concatenate((v, _unknown(k, v, len(beyond))))
        for k, v in ((k, _told(k, v, already)) for k, v in columns.items())
    }
    places = np.concatenate((table.places, np.full(len(beyond), -1)))
    rows = np.concatenate((table.rows, beyond))
    return Pool(places, rows, table.said, extended, already)


def _before(
    rows: Any, chosen: Sequence[int], matrices: Sequence[Matrix], path: str | None
) -> tuple[Any, Any]:
    """Which records were chosen before, and rows chosen that have none here."""
    none = np.empty(0, np.int64)
    if not chosen:
        return none, none
    order = np.argsort(rows, kind="stable")
    wanted = np.array(chosen, np.int64)
    at = np.searchsorted(rows[order], wanted)
    at[at == len(rows)] = 0
    there = rows[order[at]] == wanted if len(rows) else np.zeros(len(wanted), bool)
    beyond = np.unique(wanted[~there])
    for matrix in matrices:
        if beyond.max(initial=-1) >= len(matrix):
            msg = (
                f"{path} names row {beyond.max():,}, and {matrix.name} has"
                f" {len(matrix):,} rows"
            )
            raise DataError(msg)
    beyond = beyond if matrices else none
    behind = len(rows) + np.arange(len(beyond))
    return np.concatenate((order[at[there]], behind)), beyond


def _told(name: str, column: Any, already: Any) -> Any:
    """A column in which what was chosen before lacks nothing, so that it counts."""
    bad = column < 0 if name == "groups" else np.isnan(column)
    here = already[already < len(column)]
    lost = np.unique(here[bad[here]])
    if len(lost):
        column = column.copy()
        column[lost] = _unknown(name, column, len(lost))
    return column


def _unknown(name: str, column: Any, count: int) -> Any:
    """Numbers for rows that have no record: groups of their own, the lowest score."""
    if name == "groups":
        return np.arange(count) + column.max(initial=-1) + 1
    low = np.nanmin(column) if np.isfinite(column).any() else 0
    return np.full(count, low).astype(column.dtype)
