"""What a choice among a whole pool needs of its records, read in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import blocks, matrices
from sel.errors import DataError
from sel.streams import fields
from sel.streams.records import parse

if TYPE_CHECKING:
    from sel.cli.call import Call
    from sel.streams.lines import Stream
    from sel.streams.npy import Matrix
    from sel.streams.records import Parsed
    from sel.streams.rejects import Rejects
    from sel.types import Indices


class Part:
    """Some rows of a mapped matrix, copied only when they are asked for.

    Args:
        matrix: (n, d).
        rows: numbers of those that count, shape (m,).
    """

    def __init__(self, matrix: Any, rows: Indices) -> None:
        self._matrix = matrix
        self._rows = rows
        self.shape = (len(rows), matrix.shape[1])

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, here: Any) -> Any:
        return self._matrix[self._rows[here]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        del copy
        return np.asarray(self._matrix[self._rows], dtype)


@dataclass
class Table:
    """The records of a pool, by their order; those chosen elsewhere stand behind."""

    places: Indices
    """Where each record stands among the lines of the stream that are not blank."""
    rows: Indices
    """Which row of the matrices is whose."""
    said: bool
    """Whether the records say their row themselves."""
    columns: dict[str, Any]
    """Numbers of each record, by the name of the method's parameter."""
    already: Indices
    """Which of them were chosen before."""
    counts: dict[str, int]
    """Lines that were read, blank, and rejected."""
    names: dict[str, int]
    """Which record is called what, as JSON, where --on says so."""

    def of(self, matrix: Matrix, *, graph: bool = False) -> Any:
        """The rows of a matrix that are those of the records."""
        n = len(self.rows)
        whole = n == len(matrix) and bool((self.rows == np.arange(n)).all())
        if graph and n:
            _check_graph(matrix)
        if whole:
            return matrix.rows
        if not graph:
            return Part(matrix.rows, self.rows)
        ours = np.full(len(matrix) + 1, -1, np.int32)  # the last is for -1
        ours[self.rows[::-1]] = np.arange(n - 1, -1, -1, dtype=np.int32)
        return ours[matrix.rows[self.rows]]


def _check_graph(graph: Matrix) -> None:
    low, high = graph.rows.min(initial=0), graph.rows.max(initial=0)
    if low < -1 or high >= len(graph):
        msg = (
            f"{graph.name} is no graph: it names row {high if low >= -1 else low:,} of"
            f" {len(graph):,}. Try: sel index graph"
        )
        raise DataError(msg)


def gather(call: Call, stream: Stream, rejects: Rejects, found: list[Matrix]) -> Table:
    """Read the records once, and those chosen before.

    Raises:
        DataError: the records and the matrices do not fit together.
    """
    reader = _Reader(call, found)
    for block in call.blocks(stream, "reading"):
        parsed = parse(block, stream.max_line)
        reader.take(parsed)
        reader.counts["read"] += len(block.lines)
        rejects.take(sorted(parsed.rejects, key=lambda reject: reject.line))
    return reader.table()


def empty(call: Call) -> Table:
    """No record at all."""
    none = np.empty(0, np.int64)
    columns = {
        name: np.empty(0, DTYPES.get(name, np.float64))
        for name in _finders(call)
        if name != "names"
    }
    return Table(none, none, False, columns, none, {}, {})


class _Reader:
    """Collects what is needed of each block."""

    def __init__(self, call: Call, found: list[Matrix]) -> None:
        self.counts = dict.fromkeys(("read", "blank", "rejected"), 0)
        self._call = call
        self._found = found
        self._finds = _finders(call)
        self._parts: dict[str, list[Any]] = {
            name: [] for name in ("places", "rows", *self._finds)
        }
        self._codes: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._how = ""

    def take(self, parsed: Parsed) -> None:
        """Keep the numbers of a block."""
        while True:
            before = len(parsed.records)
            columns = {name: self._column(name, parsed) for name in self._finds}
            if len(parsed.records) == before:
                break
        rows, how = matrices.places_of(parsed)
        for matrix in self._found:
            matrices.check_within(parsed, rows, matrix)
        if how and self._how and how != self._how:
            msg = f"{parsed.file}: some records have a _row and some have none"
            raise DataError(msg)
        self._how = how or self._how
        columns |= {"places": np.array(parsed.rows, np.int64), "rows": rows}
        if "names" in columns:
            self._name(parsed, columns.pop("names"))
        for name, column in columns.items():
            self._parts[name].append(column)
        self.counts["blank"] += parsed.blank
        self.counts["rejected"] += len(parsed.rejects)

    def _column(self, name: str, parsed: Parsed) -> Any:
        find, sign = self._finds[name]
        if name == "keys":
            return blocks.keys(parsed, find)
        values = parsed.column(find)
        if name == "names":
            return list(map(blocks.json_text, values))
        if name == "groups":
            codes = self._codes
            texts = map(blocks.json_text, values)
            return np.array([codes.setdefault(t, len(codes)) for t in texts], np.int64)
        return sign * np.array(values, np.float64)  # None becomes NaN

    def _name(self, parsed: Parsed, names: list[str]) -> None:
        first = len(self._names)
        self._names.update(zip(names, range(first, first + len(names)), strict=True))
        if len(self._names) < first + len(names):
            msg = f"{parsed.file}: --on names two records alike"
            raise DataError(msg)

    def table(self) -> Table:
        """All that was read."""
        whole: dict[str, Any] = {
            name: np.concatenate([np.empty(0, DTYPES.get(name, np.float64)), *parts])
            for name, parts in self._parts.items()
            if name != "names"
        }
        places, rows = whole.pop("places"), whole.pop("rows")
        for matrix in self._found:
            known = len(rows) + self.counts["rejected"]
            matrices.check_count(matrix, self._how, known)
        already, beyond = self._before(rows)
        columns = {
            name: np.concatenate((column, _unknown(name, column, len(beyond))))
            for name, column in whole.items()
        }
        places = np.concatenate((places, np.full(len(beyond), -1)))
        rows = np.concatenate((rows, beyond))
        said = self._how == matrices.BY_ROW
        more = already, self.counts, self._names
        return Table(places, rows, said, columns, *more)

    def _before(self, rows: Indices) -> tuple[Indices, Indices]:
        """Which records were chosen before, and rows chosen that have none here."""
        asked = self._call.groups.get("beginning")
        none = np.empty(0, np.int64)
        if not asked or not asked.path:
            return none, none
        wanted = _read(self._call, asked)
        if asked.find:
            lost = [name for name in wanted if name not in self._names]
            if lost:
                msg = f"{asked.path} names {lost[0]}, which no record here is called"
                raise DataError(msg)
            return np.array([self._names[name] for name in wanted], np.int64), none
        order = np.argsort(rows, kind="stable")
        named = np.array(wanted, np.int64)
        at = np.searchsorted(rows[order], named)
        at[at == len(rows)] = 0
        there = rows[order[at]] == named if len(rows) else np.zeros(len(named), bool)
        beyond = np.unique(named[~there])
        for matrix in self._found:
            if beyond.max(initial=-1) >= len(matrix):
                msg = (
                    f"{asked.path} names row {beyond.max():,}, and {matrix.name} has"
                    f" {len(matrix):,} rows"
                )
                raise DataError(msg)
        if not self._found:
            beyond = none
        behind = len(rows) + np.arange(len(beyond))
        return np.concatenate((order[at[there]], behind)), beyond


DTYPES: dict[str, Any] = {
    "places": np.int64,
    "rows": np.int64,
    "groups": np.int64,
    "keys": np.uint64,
}


def _unknown(name: str, column: Any, count: int) -> Any:
    """Numbers for rows that have no record: groups of their own, the lowest score."""
    if name == "groups":
        return np.arange(count) + column.max(initial=-1) + 1
    low = np.nanmin(column) if np.isfinite(column).any() else 0
    return np.full(count, low).astype(column.dtype)


def _finders(call: Call) -> dict[str, tuple[Any, int]]:
    """What finds the numbers of a record, and their sign."""
    found: dict[str, tuple[Any, int]] = {}
    for name, group in (("scores", "quality"), ("confidence", "sureness")):
        asked = call.groups.get(group)
        if asked:
            found[name] = (fields.number(asked[0]), asked[1])
    if call.groups.get("grouping"):
        found["groups"] = (call.groups["grouping"], 1)
    if "chance" in call.groups:
        found["keys"] = (call.groups["chance"].key, 1)
    if call.groups.get("beginning") and call.groups["beginning"].find:
        found["names"] = (call.groups["beginning"].find, 1)
    return found


def _read(call: Call, asked: Any) -> list[Any]:
    """The names or rows of the records that were chosen before."""
    stream = call.reading.stream([asked.path])
    wanted: list[Any] = []
    for block in stream.blocks():
        parsed = parse(block, stream.max_line)
        if asked.find:
            wanted += map(blocks.json_text, parsed.column(asked.find))
        elif any(blocks.ROW not in record for record in parsed.records):
            msg = f"{asked.path}: a record has no _row. Try: --on FIELD, such as id"
            raise DataError(msg)
        else:
            wanted += blocks.rows(parsed)
        for reject in parsed.rejects[:1]:
            msg = f"{reject.file}:{reject.line}: {reject.message}"
            raise DataError(msg)
    return list(dict.fromkeys(wanted))
