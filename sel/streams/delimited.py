"""CSV and TSV, by RFC 4180: each row is a line of JSON.

The first row names the columns. A value in quotes is a string, and one that is empty
without quotes is null. A column is one of numbers, or of truth values, where all its
values without quotes in the first rows are; else its values are strings. Where quotes
stand around everything, names too, they say nothing. A row that does not fit is a bad
line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from sel.errors import DataError
from sel.streams import compression
from sel.streams.cells import Cut, Quoted, bare, cut
from sel.streams.endings import form
from sel.streams.json import check_encoding, written
from sel.streams.rows import Bad
from sel.streams.tables import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.streams.compression import Source

SAMPLE = 1_000
"""Rows that decide what the columns are."""
LONGEST = 64 << 20
"""Bytes after which a quote that is still open is taken for a mistake."""
_KINDS = {
    "numbers": re.compile(rb"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?"),
    "truth values": re.compile(rb"true|false|True|False|TRUE|FALSE"),
}
_ESCAPED = re.compile(rb'["\\\x00-\x1f]')
_QUOTED = re.compile(rb'"[^"]*"')
BOM = b"\xef\xbb\xbf"


Row = list[bytes] | Bad


def tables(source: Source, name: str, size: int = 0) -> Iterator[bytes | Rows]:
    """The rows of about `size` bytes of input at a time; those that are odd as lines.

    Raises:
        DataError: the row of names is missing, or names a column twice.
    """
    size = size or compression.CHUNK
    split = _Splitter(compression.chunks(source, name, size), name)
    if split.empty:
        return
    rows = split.rows()
    header = next(rows, [])
    names = _names(header, name)
    first = list(islice(rows, SAMPLE))
    sample = [r for r in first if type(r) is list and len(r) == len(names)]
    says = any(type(cell) is bytes for row in (header, *sample) for cell in row)
    table = _Table(names, _kinds(sample, says=says))
    some: list[Row] = first
    while some:
        yield table.lines(some)
        while found := split.cells(table, size):
            yield found
        some = list(islice(rows, 1 + size // (1 + split.longest)))


def _names(row: Row, label: str) -> list[str]:
    if isinstance(row, Bad) or not row:
        msg = f"{label}: there is no first row that names the columns"
        raise DataError(msg)
    names = [_named(cell) or f"column{i}" for i, cell in enumerate(row, 1)]
    for one in names:
        if names.count(one) > 1:
            msg = f"{label}: two columns are called {one!r}"
            raise DataError(msg)
    return names


def _named(cell: bytes) -> str:
    name = cell.decode(errors="replace")
    return name if isinstance(cell, Quoted) else name.strip()


def _kinds(sample: list[Any], *, says: bool) -> list[str]:
    """What each column holds; nothing where that is strings.

    Args:
        sample: rows.
        says: whether quotes say that a value is a string.
    """
    kinds: list[str] = []
    for column in zip(*sample, strict=True):
        there = [cell for cell in column if cell]
        plain = not (says and any(type(cell) is Quoted for cell in there))
        fitting = (
            kind
            for kind, test in _KINDS.items()
            if there and plain and all(map(test.fullmatch, there))
        )
        kinds.append(next(fitting, ""))
    return kinds


class _Table:
    """Makes lines of rows, a column at a time."""

    def __init__(self, names: list[str], kinds: list[str]) -> None:
        self.names, self.kinds = names, kinds or [""] * len(names)
        keys = (written(name).replace(b"%", b"%%") for name in names)
        self.form = b"{" + b",".join(key + b":%b" for key in keys) + b"}\n"
        self._all = {
            kind: re.compile(rb"(?:(?:%b|null),)*" % test.pattern)
            for kind, test in _KINDS.items()
        }

    def lines(self, rows: list[Row]) -> bytes:
        """The lines of all rows, in their order."""
        width = len(self.names)
        if all(len(row) == width for row in rows) and Bad not in map(type, rows):
            columns = list(map(self.column, self.kinds, zip(*rows, strict=True)))
            if None not in columns:
                return b"".join(self.formed(columns))
        return b"".join(map(self._line, rows))

    def formed(self, columns: list[Any]) -> list[bytes]:
        """Lines of columns that are JSON already."""
        return list(map(self.form.__mod__, zip(*columns, strict=True)))

    def column(self, kind: str, cells: tuple[bytes, ...]) -> list[bytes] | None:
        """Cells as JSON; None where one is not of the kind of its column."""
        if kind:
            found = [cell or b"null" for cell in cells]
            text = b",".join([*found, b""])
            if not self._all[kind].fullmatch(text):
                return None
            return found if kind == "numbers" else [cell.lower() for cell in found]
        joined = b"".join(cells)
        if not joined.isascii() or _ESCAPED.search(joined):
            return list(map(_string, cells))
        return [b'"%b"' % cell if cell else _string(cell) for cell in cells]

    def _line(self, row: Row) -> bytes:
        if isinstance(row, Bad):
            return row.line()
        raw = b",".join(_written(cell) for cell in row)
        if len(row) != len(self.names):
            why = f"{len(row)} columns where there are {len(self.names)} names"
            return Bad(why, raw).line()
        values: list[bytes] = []
        for name, kind, cell in zip(self.names, self.kinds, row, strict=True):
            found = self.column(kind, (cell,))
            if found is None:
                said = cell[:40].decode(errors="replace")
                return Bad(f"{said!r} in column {name!r} of {kind}", raw).line()
            values += found
        return self.form % tuple(values)


def _string(cell: bytes) -> bytes:
    """A string of JSON, or null; what is refused, of bytes that are not UTF-8."""
    if not cell and type(cell) is bytes:
        return b"null"
    try:
        return written(cell.decode())
    except UnicodeDecodeError:
        words = json.dumps(cell.decode(errors="surrogateescape"), ensure_ascii=False)
        return words.encode(errors="surrogateescape")


def _written(cell: bytes) -> bytes:
    return b'"%b"' % cell.replace(b'"', b'""') if type(cell) is Quoted else cell


class _Cells(Rows):
    """Rows of a table, whose cells are still as they stand in the file.

    Args:
        table: what they are rows of.
        found: their cells.

    Raises:
        ValueError: a cell is not of the kind of its column.
    """

    def __init__(self, table: _Table, found: Cut) -> None:
        widest = 6 * found.size + len(table.form)
        super().__init__(table.names, found.size, widest)
        self._table, self._found = table, found
        self._numbers = self._checked()
        for i, kind in enumerate(table.kinds):
            if kind and table.names[i] not in self._numbers:
                self._json(i)

    def __len__(self) -> int:
        return len(self._found)

    def _checked(self) -> dict[str, list[float | None]]:
        """The values of all columns of numbers, if each value is there, and plain."""
        kinds, names = self._table.kinds, self._table.names
        columns = [i for i, kind in enumerate(kinds) if kind == "numbers"]
        joined = self._found.joined(columns) if columns else b""
        if not joined or joined.translate(None, _NUMERIC):
            return {}
        try:
            values = _FLOATS.decode(b"[%b]" % joined[:-1])
        except msgspec.MsgspecError:  # one may be empty
            return {}
        wide = len(columns)
        if len(values) != wide * len(self):
            return {}
        return {names[i]: values[at::wide] for at, i in enumerate(columns)}

    def _json(self, column: int, places: Sequence[int] | None = None) -> list[bytes]:
        """The values of a column, or of some rows, as JSON."""
        cells = tuple(map(bare, self._found.cells(column, places)))
        found = self._table.column(self._table.kinds[column], cells)
        if found is None:
            raise ValueError
        return found

    def column(self, name: str) -> list[Any] | None:
        """The values of a column; None where a number is too large."""
        i = self._table.names.index(name)
        if self._table.kinds[i]:
            try:
                return _VALUES.decode(b"[%b]" % b",".join(self._json(i)))
            except msgspec.MsgspecError:
                return None
        return [
            cell.decode() if cell or type(cell) is Quoted else None
            for cell in map(bare, self._found.cells(i))
        ]

    def numbers(self, name: str) -> list[float | None] | None:
        """The values of a column of numbers as floats."""
        return self._numbers.get(name)

    def lines(self, places: Sequence[int]) -> list[bytes]:
        """The lines of the rows at some places, from 0."""
        columns = [self._json(i, places) for i in range(len(self.names))]
        return self._table.formed(columns)


_VALUES = msgspec.json.Decoder(list[Any])
_FLOATS = msgspec.json.Decoder(list[float | None])
_NUMERIC = b"0123456789+-.eE,"
"""What numbers and commas are made of: of these no other JSON can be."""


class _Splitter:
    """Cuts bytes into rows, and rows into cells."""

    def __init__(self, parts: Iterator[bytes], label: str) -> None:
        parts = self._parts = filter(None, parts)  # one may be empty before the end
        first = next(parts, b"")
        self.empty = not first
        self._data = first.removeprefix(BOM)
        while b"\n" not in self._data and (more := next(parts, b"")):
            self._data += more
        self._at = 0
        self.longest = 0
        """Bytes of the longest row."""
        self._mark = _delimiter(self._data.partition(b"\n")[0], label)
        quoted = rb'"([^"]*(?:""[^"]*)*)"'
        end = rb"(?=(" + re.escape(self._mark) + rb"|\r?\n|\Z))"
        self._quoted = re.compile(quoted + end)
        self._plain = re.compile(rb"([^\n" + re.escape(self._mark) + rb"]*)" + end)

    def rows(self) -> Iterator[Row]:
        """The rows that are left, without blank lines."""
        while True:
            start = self._at
            end = self._data.find(b"\n", start)
            if end < 0 and self._more():
                continue
            if start >= len(self._data):
                return
            end = end if end >= 0 else len(self._data)
            line = self._data[start:end].removesuffix(b"\r")
            if b'"' in line:
                row = self._with_quotes()
                self.longest = max(self.longest, self._at - start)
                yield row
                continue
            self._at = end + 1
            self.longest = max(self.longest, end - start)
            if line:
                yield line.split(self._mark)

    def cells(self, table: _Table, size: int) -> _Cells | None:
        """Whole rows of about so many bytes; None if the next one is odd."""
        if len(table.names) == 1:  # a blank line might be a row
            return None
        while len(self._data) - self._at < size and self._more():
            pass
        data = self._data[self._at : self._at + size]
        found = cut(data, self._mark, len(table.names)) if data else None
        try:
            check_encoding(data[: found.size] if found else b"")
            rows = _Cells(table, found) if found else None
        except ValueError:
            return None
        self._at += rows.size if rows else 0
        return rows

    def _more(self) -> bool:
        more = next(self._parts, b"")
        if more:
            self._data, self._at = self._data[self._at :] + more, 0
        return bool(more)

    def _with_quotes(self) -> Row:
        """The row at this place, whose cells may hold line ends."""
        cells: list[bytes] = []
        at = self._at
        while True:
            start = self._at
            quoted = self._data[at : at + 1] == b'"'
            found = (self._quoted if quoted else self._plain).match(self._data, at)
            if found is None and len(self._data) - at > LONGEST:
                return self._bad("a quote is open for too long")
            if (found is None or not found[2]) and self._more():
                at -= start - self._at  # what was used is gone
                continue
            if found is None:
                return self._bad("a quote is not closed, or something follows it")
            cell = found[1].replace(b'""', b'"') if quoted else found[1]
            last = found[2] != self._mark
            if not quoted and last:
                cell = cell.removesuffix(b"\r")
            cells.append(Quoted(cell) if quoted else cell)
            at = found.end(2)
            if last:
                self._at = at
                return cells

    def _bad(self, why: str) -> Bad:
        """Pass over the line at this place."""
        end = self._data.find(b"\n", self._at) + 1 or len(self._data)
        raw, self._at = self._data[self._at : end], end
        return Bad(why, raw.rstrip(b"\r\n"))


def _delimiter(header: bytes, label: str) -> bytes:
    if form(label) == ".tsv":
        return b"\t"
    header = _QUOTED.sub(b"", header)
    return b";" if header.count(b";") > header.count(b",") else b","
