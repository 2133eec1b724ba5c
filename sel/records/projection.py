"""A block of lines decoded once, into exactly the columns that a run asks for.

The fast way: a struct is made for the run, and all lines of a block are decoded into
it at once; what is not asked for is skipped without making an object of it. It is
taken for right only if every line was one object, in UTF-8, with all that is wanted;
otherwise the block is read line by line, and what is wrong with a line is said. The
grammar is checked in either way. One thing is not: a number that nobody asked for may
be larger than a float can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from sel.records.faults import BadRecord, Odd, Record, Reject, parse_line
from sel.records.fields import ANY, MAYBE, NUMBER, STRING, Wanted, kind_of
from sel.records.shapes import InFile, Usual

if TYPE_CHECKING:
    from sel.streams.lines import Block

ROW = "_row"
ROWS = 1 << 62
"""No row has a number like this."""

TYPES: dict[str, Any] = {
    NUMBER: float | None,
    STRING: str,
    ANY: Any,
    MAYBE: Any,
}
UNSET = msgspec.UNSET
_ODD = (Odd, msgspec.MsgspecError, RecursionError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class Part:
    """The good records of a block: columns and lines of one length."""

    block: Block
    columns: Mapping[str, Sequence[Any]]
    places: Sequence[int]
    """Where each record stands among the records of the stream, from 0."""
    rows: Sequence[int]
    """The row that each record says it is, in `_row`, or else its place."""
    said: int
    """How many say their row."""
    blank: int = 0
    rejects: list[Reject] = field(default_factory=list)
    shape: str = ""
    """In which of the usual places texts were found."""
    taken: frozenset[str] = frozenset()
    """Names for new fields that some record has already."""
    numbers: Sequence[int] | None = None
    """The place of each line in the block, where some lines are no good records."""

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def take(self, some: Iterable[int]) -> Part:
        """The columns of some of the records."""
        some = list(some)
        columns = {name: [c[i] for i in some] for name, c in self.columns.items()}
        places, rows = ([c[i] for i in some] for c in (self.places, self.rows))
        numbers = range(len(self)) if self.numbers is None else self.numbers
        numbers = [numbers[i] for i in some]
        return replace(self, columns=columns, places=places, rows=rows, numbers=numbers)

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines, each with its end."""
        lines = self.block.lines
        if self.numbers is None:
            return lines
        return [lines[i] for i in self.numbers]

    @cached_property
    def records(self) -> list[Record]:
        """The records as a whole."""
        return [parse_line(line, len(line)) for line in self.lines]

    def line_number(self, i: int) -> int:
        """Where the line of a record stands in its file, from 1."""
        return self.block.line + (i if self.numbers is None else self.numbers[i])

    def place_of(self, i: int) -> str:
        """Where a record stands, in words."""
        return f"{self.block.file}:{self.line_number(i)}"


class Projection:
    """What a run asks of each record, declared before it reads.

    Args:
        wanted: what is asked for, by the names of the columns.
        row: whether the row that a record says it is matters.
        free: names that new fields will have; a record that has one is refused ...
        overwrite: ... or else only told of.
        join: gives more fields of a record, by its row and its file.
    """

    def __init__(
        self,
        wanted: Mapping[str, Wanted | Usual | InFile] | None = None,
        *,
        row: bool = False,
        free: Sequence[str] = (),
        overwrite: bool = False,
        join: Callable[[int, str], Record] | None = None,
    ) -> None:
        self._wanted = dict(wanted or {})
        self._row = row or join is not None
        self._join = join
        self._free = tuple(free)
        self._overwrite = overwrite
        self._usual = [n for n, w in self._wanted.items() if isinstance(w, Usual)]
        self._filed = [n for n, w in self._wanted.items() if isinstance(w, InFile)]
        self._decoders: dict[tuple[str, str], _Decoder] = {}

    def read(self, block: Block, max_line: int) -> Part:
        """The records of a block."""
        if self._join:
            return self._carefully(block, max_line)
        try:
            first = parse_line(block.first, max_line) if self._usual else {}
            shape, wanted = self._settled(first, block.file)
            if block.longest(max_line) > max_line:
                raise Odd
            decoder = self._decoder(shape, block.file, wanted)
            return decoder.read(block, self._row, shape)
        except _ODD:
            return self._carefully(block, max_line)

    def _decoder(self, shape: str, file: str, wanted: dict[str, Wanted]) -> _Decoder:
        key = shape, file if self._filed else ""
        if key not in self._decoders:
            refused = () if self._overwrite else self._free
            told = self._free if self._overwrite else ()
            self._decoders[key] = _Decoder(wanted, self._row, refused, told)
        return self._decoders[key]

    def _settled(self, record: Record, file: str) -> tuple[str, dict[str, Wanted]]:
        """What is wanted in a file, where the first record of a block is this one."""
        wanted: dict[str, Any] = dict(self._wanted)
        shape = ""
        for name in self._filed:
            wanted[name] = wanted[name].of(file)
        for name in self._usual:
            shape, wanted[name] = wanted[name].of(record)
        return shape, wanted

    def _carefully(self, block: Block, max_line: int) -> Part:
        """Each line for itself."""
        careful = _Careful(
            block, self._row, self._free, self._join, overwrite=self._overwrite
        )
        wanted: dict[str, Wanted] | None = None
        for i, line in enumerate(block.lines):
            if line.isspace():
                careful.blank += 1
                continue
            try:
                record = parse_line(line, max_line)
                if wanted is None:
                    careful.shape, wanted = self._settled(record, block.file)
                careful.take(i, record, wanted)
            except BadRecord as why:
                careful.refuse(i, line, why)
        return careful.part(list(self._wanted))


class _Decoder:
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
        self._wanted = wanted
        self._refused, self._told = refused, told
        tree = _Tree()
        if not self._whole:
            for one in wanted.values():
                for place in one.places:
                    tree.add(place.names, place.kind)
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

    def read(self, block: Block, row: bool, shape: str) -> Part:
        """The records of a block that has nothing odd.

        Raises:
            Odd: it has; or whatever the decoder raises.
        """
        data = block.data
        if not data.isascii():
            data.decode()
        if self._whole:
            rows = [parse_line(line, len(line)) for line in block.lines]
            fetch = _from_records
        else:
            rows = self._lines(data)
            fetch = self._tree.column
            if not _each_line_an_object(data, len(rows)):
                rows = self._one_by_one(block)
        columns = {
            name: _column(one, rows, fetch) for name, one in self._wanted.items()
        }
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
        if row:
            said, own = _rows(fetch(rows, (ROW,), MAYBE), places)
        block.known(len(rows))
        return Part(block, columns, places, own, said, 0, [], shape, frozenset(taken))

    def _one_by_one(self, block: Block) -> list[Any]:
        """The lines of a block with line ends or spaces of another kind."""
        lines = block.lines
        if any(map(bytes.isspace, lines)):
            raise Odd
        return list(map(self._line, lines))


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
            if kind == MAYBE and name not in value:
                value = UNSET
                break
            value = value[name]
        found.append(value)
    return _typed(found, kind)


def _typed(values: list[Any], kind: str) -> list[Any]:
    types = set(map(type, values))
    if kind == STRING and types - {str}:
        raise Odd
    if kind == NUMBER:
        if types - {int, float, type(None)}:
            raise Odd
        if int in types:
            return [None if value is None else float(value) for value in values]
    return values


def _each_line_an_object(data: bytes, records: int) -> bool:
    """Whether a block of objects has one on each line, and nothing else.

    In JSON nothing but a line's end can stand between a brace that closes and one that
    opens, as a comma must, so that it is enough to count.
    """
    if not (data.startswith(b"{") and data.endswith((b"}\n", b"}"))):
        return False
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
            kind = ANY if MAYBE not in (before, kind) else MAYBE
        self._leaves[name] = kind

    def struct(self, title: str) -> Any:
        """The type that is decoded into."""
        fields: list[Any] = []
        for i, (name, kind) in enumerate(self._leaves.items()):
            attribute = self._attributes[name] = f"f{i}"
            if kind == MAYBE:
                more = msgspec.field(default=UNSET, name=name)
                fields.append((attribute, Any, more))
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
        values = list(map(get, rows))
        if rest:
            values = [_deeper(value, rest, kind) for value in values]
        if kind == MAYBE or (decoded == kind and not rest):
            return values
        if decoded == MAYBE and UNSET in values:
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


class _Careful:
    """A block of which some lines are odd."""

    def __init__(
        self,
        block: Block,
        row: bool,
        free: Sequence[str],
        join: Callable[[int, str], Record] | None,
        *,
        overwrite: bool,
    ) -> None:
        self._block, self._row, self._join = block, row, join
        self._free, self._overwrite = free, overwrite
        self._values: list[list[Any]] = []
        self._numbers: list[int] = []
        self._places: list[int] = []
        self._rows: list[int] = []
        self._said = 0
        self._taken: set[str] = set()
        self._rejects: list[Reject] = []
        self.blank = 0
        self.shape = ""

    def take(self, i: int, record: Record, wanted: dict[str, Wanted]) -> None:
        """Keep what is wanted of a record.

        Raises:
            BadRecord: something of it is not there.
        """
        place = row = len(self._numbers) + len(self._rejects) + self._block.row
        if self._row and ROW in record:
            row = record[ROW]
            if type(row) is not int or not 0 <= row < ROWS:
                msg = f"{ROW} is {_shown(row)}, which is not the number of a row"
                raise BadRecord("field-type", msg)
        more = self._join(row, self._block.file) if self._join else {}
        whole = record | more
        values = [one.find(whole) for one in wanted.values()]
        there = [name for name in self._free if name in record]
        if there and not self._overwrite:
            msg = f"field {there[0]!r} is there already. Try: --overwrite, or --as NAME"
            raise BadRecord("field-exists", msg)
        self._said += ROW in record
        self._taken.update(there)
        self._places.append(place)
        self._rows.append(row)
        self._values.append(values)
        self._numbers.append(i)

    def refuse(self, i: int, line: bytes, why: BadRecord) -> None:
        """Set a line aside."""
        block = self._block
        self._rejects.append(Reject.of(block.file, block.line + i, line, why))

    def part(self, names: list[str]) -> Part:
        """All that is good."""
        columns: list[Any] = list(map(list, zip(*self._values, strict=True)))
        columns = columns or [[] for _ in names]
        return Part(
            self._block,
            dict(zip(names, columns, strict=True)),
            self._places,
            self._rows,
            self._said,
            self.blank,
            self._rejects,
            self.shape,
            frozenset(self._taken),
            self._numbers,
        )


def _shown(value: Any) -> str:
    return kind_of(value) if isinstance(value, list | dict) else repr(value)
