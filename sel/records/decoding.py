"""A block decoded at once into a struct that is made for the run.

It is taken for right only if every line was one object, in UTF-8, with all that is
wanted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from types import NoneType
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, UnsetType

from sel.records.faults import Odd, Record
from sel.records.fields import (
    ANY,
    MAYBE,
    NULL,
    NUMBER,
    ROW,
    ROWS,
    STRING,
    Wanted,
    settled,
)
from sel.streams.blocks import Tabular
from sel.streams.json import check_encoding, deep
from sel.values import value

if TYPE_CHECKING:
    from sel.streams.blocks import Block
    from sel.streams.tables import Rows

LONG = 300
"""Bytes of a line from which it is faster to look at each than to count."""
TYPES: dict[str, Any] = {
    NUMBER: float | None,
    STRING: str,
    ANY: Any,
    MAYBE: Any,
    NULL: None,
}
_OPTIONAL = {MAYBE, NULL}


@value
class Decoded:
    """What all lines of a block say."""

    columns: Mapping[str, Sequence[Any]]
    rows: Sequence[int]
    """The row that each record says it is, or else its place."""
    said: int
    """How many say their row."""
    taken: frozenset[str]
    """Fields of which it is told that some record has them."""


class Decoder:
    """Decodes a block at once.

    Args:
        wanted: what is asked for.
        row: whether `_row` is.
        refused: fields that no record may have.
        told: fields of which it is told that some record has them.
    """

    def __init__(
        self,
        wanted: dict[str, Wanted],
        row: bool,
        refused: Sequence[str],
        told: Sequence[str],
    ) -> None:
        self._whole = not all(one.places for one in wanted.values())
        self._wanted, self._row = wanted, row
        self._refused, self._told = refused, told
        tree = _Tree()
        if not self._whole:
            for one in wanted.values():
                for place in one.places:
                    tree.add(place.names, place.kind)
                for name in one.absent:
                    tree.add((name,), NULL)
        for name in (*refused, *told):
            tree.add((name,), MAYBE)
        if row:
            tree.add((ROW,), MAYBE)
        try:
            kind = tree.struct("Row")
        except ValueError:  # a name that a struct cannot have
            self._whole, kind = True, dict[str, Any]
        self._tree = tree
        decoder = msgspec.json.Decoder(dict[str, Any] if self._whole else kind)
        self._lines = decoder.decode_lines
        self._line = decoder.decode

    def read(self, block: Block) -> Decoded:
        """The records of a block that has nothing odd.

        Raises:
            Odd: it has; or whatever the decoder raises.
        """
        if isinstance(block, Tabular) and not self._whole:
            with suppress(Odd):
                return self._columns(block, block.rows, _from_table)
        data = block.data
        check_encoding(data)
        fetch = _from_records if self._whole else self._tree.column
        rows = self._lines(data)
        if not _each_line_an_object(block, len(rows)):
            rows = self._one_by_one(block)
        return self._columns(block, rows, fetch)

    def _columns(self, block: Block, rows: Any, fetch: Any) -> Decoded:
        """What is asked of some rows.

        Args:
            block: holds their lines.
            rows: what `fetch` gets values of.
            fetch: from rows, the names of a field and a kind to values.
        """
        columns = {
            name: _column(one, rows, fetch) for name, one in self._wanted.items()
        }
        for name in {name for one in self._wanted.values() for name in one.absent}:
            fetch(rows, (name,), NULL)
        for name in self._refused:
            if fetch(rows, (name,), MAYBE).count(UNSET) < len(rows):
                raise Odd
        taken = {
            name
            for name in self._told
            if fetch(rows, (name,), MAYBE).count(UNSET) < len(rows)
        }
        places = range(block.row, block.row + len(rows))
        said = 0
        own: Sequence[int] = places
        if self._row:
            said, own = _rows(fetch(rows, (ROW,), MAYBE), places)
        block.known(len(rows))
        return Decoded(columns, own, said, frozenset(taken))

    def _one_by_one(self, block: Block) -> list[Any]:
        """The lines of a block with line ends or spaces of another kind."""
        lines = block.lines
        if any(map(bytes.isspace, lines)):
            raise Odd
        return list(map(self._line, lines))


def whole(lines: list[bytes]) -> list[Record]:
    """Records that are known to be good, as a whole."""
    with deep():
        return list(map(_RECORD.decode, lines))


_RECORD = msgspec.json.Decoder(dict[str, Any])


def _column(wanted: Wanted, rows: list[Any], fetch: Any) -> Sequence[Any]:
    if not wanted.places:
        return list(map(wanted.find, rows))
    columns = [fetch(rows, place.names, place.kind) for place in wanted.places]
    return columns[0] if wanted.build is None else wanted.build(*columns)


def _from_records(rows: list[Record], names: tuple[str, ...], kind: str) -> list[Any]:
    """A column of records that are read as a whole."""
    found: list[Any] = []
    for record in rows:
        value: Any = record
        for name in names:
            if kind in _OPTIONAL and name not in value:
                value = UNSET
                break
            value = value[name]
        found.append(value)
    return _typed(found, kind)


def _from_table(rows: Rows, names: tuple[str, ...], kind: str) -> list[Any]:
    """A column of a table; Odd where only its lines tell what there is."""
    name, *rest = names
    if name not in rows.names and kind in _OPTIONAL:
        return [UNSET] * len(rows)
    floats = rows.numbers(name) if kind == NUMBER and not rest else None
    if floats is not None:
        return settled(floats)
    values = rows.column(name) if name in rows.names and not rest else None
    if values is None or kind == NULL:
        raise Odd
    return values if kind in (ANY, MAYBE) else _typed(values, kind)


def _typed(values: list[Any], kind: str) -> list[Any]:
    types = set(map(type, values))
    if kind == NULL and types - {NoneType, UnsetType}:
        raise Odd
    if kind == STRING and types - {str}:
        raise Odd
    if kind == NUMBER:
        if types - {int, float, type(None)}:
            raise Odd
        values = settled(values)
        if int in types:
            return [None if value is None else float(value) for value in values]
    return values


def _each_line_an_object(block: Block, records: int) -> bool:
    """Whether a block of objects has one on each line, and nothing else.

    In JSON nothing but a line's end can stand between a brace that closes and one that
    opens, as a comma must, so that it is enough to look at the ends of the lines.
    """
    data = block.data
    if not (data.startswith(b"{") and data.endswith((b"}\n", b"}"))):
        return False
    if len(data) > LONG * records:
        lines = block.lines
        starts, ends = {line[:1] for line in lines}, {line[-2:] for line in lines[:-1]}
        return len(lines) == records and starts == {b"{"} and ends <= {b"}\n"}
    # Mostly all begin with the same key, and a longer text is counted faster.
    start = data[: data.find(b":", 0, 64) + 1] or b"{"
    between = records - 1
    return data.count(b"}\n" + start) == between or data.count(b"}\n{") == between


def _rows(said: list[Any], places: range) -> tuple[int, Sequence[int]]:
    """How many records say their row, and the rows of all."""
    if said.count(UNSET) == len(said):
        return 0, places
    there = [row for row in said if row is not UNSET]
    if set(map(type, there)) - {int} or not 0 <= min(there) <= max(there) < ROWS:
        raise Odd
    if len(there) == len(said):
        return len(said), there
    both = zip(said, places, strict=True)
    return len(there), [place if row is UNSET else row for row, place in both]


class _Tree:
    """The fields that are decoded, and their kinds; those within others as a tree."""

    def __init__(self) -> None:
        self._leaves: dict[str, str] = {}
        self._inner: dict[str, _Tree] = {}
        self._gets: dict[tuple[str, ...], Any] = {}
        self._attributes: dict[str, str] = {}

    def add(self, names: tuple[str, ...], kind: str) -> None:
        """Decode a field; asked for in two ways it is decoded as it is."""
        name, *rest = names
        if rest and name not in self._leaves and kind != MAYBE:
            self._inner.setdefault(name, _Tree()).add(tuple(rest), kind)
            return
        inner = self._inner.pop(name, None)
        kind = ANY if rest or inner else kind
        before = self._leaves.get(name, kind)
        if before != kind:
            optional = {before, kind} <= _OPTIONAL
            kind = MAYBE if MAYBE in (before, kind) or optional else ANY
        self._leaves[name] = kind

    def struct(self, title: str) -> Any:
        """The type that is decoded into."""
        fields: list[Any] = []
        for i, (name, kind) in enumerate(self._leaves.items()):
            attribute = self._attributes[name] = f"f{i}"
            if kind in _OPTIONAL:
                default = UNSET if kind == MAYBE else None
                more = msgspec.field(default=default, name=name)
                fields.append((attribute, TYPES[kind], more))
            else:
                fields.insert(0, (attribute, TYPES[kind], msgspec.field(name=name)))
        for i, (name, inner) in enumerate(self._inner.items()):
            attribute = self._attributes[name] = f"g{i}"
            kind_ = inner.struct(f"{title}{i}")
            fields.insert(0, (attribute, kind_, msgspec.field(name=name)))
        return msgspec.defstruct(title, fields, gc=False)

    def column(self, rows: list[Any], names: tuple[str, ...], kind: str) -> list[Any]:
        """A field of each record."""
        get, rest, decoded = self._gets.get(names) or self._way(names)
        if kind == decoded == NULL:  # the decoder has checked it
            return []
        values = list(map(get, rows))
        if rest:
            values = [_deeper(value, rest, kind) for value in values]
        if kind == NUMBER == decoded and not rest:
            return settled(values)
        if kind == MAYBE or (decoded == kind and not rest):
            return values
        if kind != NULL and decoded == MAYBE and UNSET in values:
            raise Odd
        return _typed(values, kind)

    def _way(self, names: tuple[str, ...]) -> tuple[Any, tuple[str, ...], str]:
        """What gets a field, the names that lead on from there, and its kind."""
        tree, path = self, []
        for i, name in enumerate(names):
            path.append(tree._attributes[name])
            if name in tree._leaves:
                way = attrgetter(".".join(path)), names[i + 1 :], tree._leaves[name]
                self._gets[names] = way
                return way
            tree = tree._inner[name]
        raise Odd


def _deeper(value: Any, names: tuple[str, ...], kind: str) -> Any:
    for name in names:
        if kind == MAYBE and (type(value) is not dict or name not in value):
            return UNSET
        value = value[name]
    return value
