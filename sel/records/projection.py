"""A block of lines decoded once, into exactly the columns that a run asks for.

The fast way: a struct is made for the run, and all lines of a block are decoded into
it at once; what is not asked for is skipped without making an object of it. It is
taken for right only if every line was one object, in UTF-8, with all that is wanted;
otherwise the block is read line by line, and what is wrong with a line is said. The
grammar is checked in either way. One thing is not: a number that nobody asked for may
be larger than a float can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from sel.records.decoding import Decoder, whole
from sel.records.faults import (
    BadRecord,
    Odd,
    Record,
    Reject,
    is_no_object,
    parse_line,
    too_long,
)
from sel.records.fields import ROW, ROWS, Wanted
from sel.records.forms import formed
from sel.records.hints import kind_of
from sel.records.shapes import InFile, Usual
from sel.streams.json import deep
from sel.values import changed, value

if TYPE_CHECKING:
    from sel.streams.blocks import Block

_BAD = BadRecord("syntax")
"""Stands for what is wrong with a line, where nobody asks."""
_ODD = (Odd, msgspec.MsgspecError, RecursionError, KeyError, TypeError, ValueError)


@value
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
    rejects: Sequence[int] = ()
    """The place in the block of each bad line; why, says Projection.rejects."""
    shape: str = ""
    """In which of the usual places texts were found."""
    taken: frozenset[str] = frozenset()
    """Names for new fields that some record has already."""
    numbers: Sequence[int] | None = None
    """The place of each line in the block, where some lines are bad."""

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
        return changed(self, columns=columns, places=places, rows=rows, numbers=numbers)

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines, each with its end."""
        lines = self.block.lines
        if self.numbers is None:
            return lines
        return [lines[i] for i in self.numbers]

    def some(self, places: Sequence[int]) -> list[bytes]:
        """The lines of some of the records."""
        if "lines" in vars(self):  # they are made, and may be other ones
            return [self.lines[i] for i in places]
        numbers = self.numbers
        return self.block.some(
            places if numbers is None else [numbers[i] for i in places]
        )

    @cached_property
    def records(self) -> list[Record]:
        """The records as a whole."""
        return whole(self.lines)

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
        advice: what a user can do where a name is not free.
        join: gives more fields of a record, by its row and its file.
    """

    def __init__(
        self,
        wanted: Mapping[str, Wanted | Usual | InFile] | None = None,
        *,
        row: bool = False,
        free: Sequence[str] = (),
        overwrite: bool = False,
        advice: str = "--as NAME",
        join: Callable[[int, str], Record] | None = None,
    ) -> None:
        self._advice = advice
        self._wanted = dict(wanted or {})
        self._row = row or join is not None
        self._join = join
        self._free = tuple(free)
        self._overwrite = overwrite
        self._usual = [n for n, w in self._wanted.items() if isinstance(w, Usual)]
        self._filed = [n for n, w in self._wanted.items() if isinstance(w, InFile)]
        self._decoders: dict[tuple[Any, ...], Decoder] = {}

    @property
    def by_place(self) -> bool:
        """Whether it may matter how many records stand before one."""
        return self._row

    def read(self, block: Block, max_line: int) -> Part:
        """The records of a block."""
        if self._join or block.form:
            return self._carefully(block, max_line)
        try:
            first = parse_line(block.first, max_line) if self._usual else {}
            shape, wanted = self._settled(first, block.file)
            if block.longest(max_line) > max_line:
                raise Odd
            decoder = self._decoder(shape, block.file, wanted)
            found = decoder.read(block)
        except _ODD:
            return self._carefully(block, max_line)
        places = range(block.row, block.row + len(found.rows))
        return Part(
            block,
            found.columns,
            places,
            found.rows,
            found.said,
            shape=shape,
            taken=found.taken,
        )

    def _decoder(self, shape: str, file: str, wanted: dict[str, Wanted]) -> Decoder:
        asked = tuple((one.places, one.absent) for one in wanted.values())
        key = shape, file if self._filed else "", asked
        if key not in self._decoders:
            refused = () if self._overwrite else self._free
            told = self._free if self._overwrite else ()
            self._decoders[key] = Decoder(wanted, self._row, refused, told)
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

    def rejects(self, block: Block, max_line: int) -> Iterator[Reject]:
        """Why each bad line of a block is one."""
        for i, line, why in self._bad(self._careful(block), max_line):
            yield Reject.of(block.file, block.line + i, line, why)

    def _carefully(self, block: Block, max_line: int) -> Part:
        """Each line for itself."""
        careful = self._careful(block)
        careful.rejects = [i for i, *_ in self._bad(careful, max_line, quick=True)]
        return careful.part(list(self._wanted))

    def _careful(self, block: Block) -> _Careful:
        advice = None if self._overwrite else self._advice
        return _Careful(block, self._row, self._free, self._join, advice)

    def _bad(
        self, careful: _Careful, max_line: int, *, quick: bool = False
    ) -> Iterator[tuple[int, bytes, BadRecord]]:
        """The bad lines; the others are taken.

        Args:
            careful: takes them.
            max_line: the longest that is good.
            quick: whether it does not matter what is wrong with a line.
        """
        wanted: dict[str, Wanted] | None = None
        block = careful.block
        for i, line in enumerate(block.lines):
            if line.isspace():
                careful.blank += 1
                continue
            if quick and is_no_object(line):
                careful.bad += 1
                yield i, line, _BAD
                continue
            try:
                if block.cut and not i:
                    raise too_long(max_line)
                with deep():
                    record = parse_line(line, max_line)
                    if wanted is None:
                        careful.shape, wanted = self._settled(record, block.file)
                    careful.take(i, record, wanted)
            except BadRecord as why:
                careful.bad += 1
                yield i, line, why


class _Careful:
    """A block of which some lines are odd."""

    def __init__(
        self,
        block: Block,
        row: bool,
        free: Sequence[str],
        join: Callable[[int, str], Record] | None,
        advice: str | None,
    ) -> None:
        self.block, self._row, self._join = block, row, join
        self._free, self._advice = free, advice
        self._values: list[list[Any]] = []
        self._numbers: list[int] = []
        self._places: list[int] = []
        self._rows: list[int] = []
        self._said = 0
        self._taken: set[str] = set()
        self.rejects: list[int] = []
        self.bad = self.blank = 0
        self.shape = ""

    def take(self, i: int, record: Record, wanted: dict[str, Wanted]) -> None:
        """Keep what is wanted of a record.

        Raises:
            BadRecord: something of it is not there.
        """
        place = row = len(self._numbers) + self.bad + self.block.row
        if self._row and ROW in record:
            row = record[ROW]
            if type(row) is not int or not 0 <= row < ROWS:
                msg = f"{ROW} is {_shown(row)}, which is not the number of a row"
                raise BadRecord("field-type", msg)
        more = self._join(row, self.block.file) if self._join else None
        whole = record | more if more else record
        values = [one.find(whole) for one in wanted.values()]
        there = [name for name in self._free if name in record]
        if there and self._advice is not None:
            msg = f"field {there[0]!r} is there already. Try: {self._advice}"
            raise BadRecord("field-exists", msg)
        if self.block.form:
            formed(record, self.block.form)
        self._said += ROW in record
        self._taken.update(there)
        self._places.append(place)
        self._rows.append(row)
        self._values.append(values)
        self._numbers.append(i)

    def part(self, names: list[str]) -> Part:
        """All that is good."""
        columns: list[Any] = list(map(list, zip(*self._values, strict=True)))
        columns = columns or [[] for _ in names]
        return Part(
            self.block,
            dict(zip(names, columns, strict=True)),
            self._places,
            self._rows,
            self._said,
            self.blank,
            self.rejects,
            self.shape,
            frozenset(self._taken),
            self._numbers,
        )


def _shown(value: Any) -> str:
    return kind_of(value) if isinstance(value, list | dict) else repr(value)
