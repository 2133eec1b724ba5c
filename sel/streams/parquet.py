"""Parquet in and out, as a stream of row groups: each row is a line of JSON.

How values become those of JSON, and JSON those of a column, see sel.streams.columns.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from sel.errors import DataError
from sel.streams import batches, columns, kinds, ranges, remote
from sel.streams.endings import TABLES, form
from sel.streams.schema import Shape
from sel.streams.waiting import MOST, PIECE, Unfit, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sel.streams.atomic import AtomicFile
    from sel.streams.ranges import Ranged
    from sel.streams.tables import Rows

ROWS = 1 << 12  # rows that are read at once
READ = 1 << 20  # bytes of a column that are read at once
GROUP = 32 << 20  # bytes of columns that become a row group
LARGE = 4 << 20  # bytes of columns, or ROWS, that row groups have that stay together


def tables(
    source: BinaryIO, name: str, size: int, part: Ranged | None = None
) -> Iterator[bytes | Rows]:
    """The rows of a file, those of about `size` bytes at a time.

    Args:
        source: the file.
        name: what messages call it.
        size: bytes of a block.
        part: which of its blocks are read; a unit is where it begins.

    Raises:
        DataError: the file is damaged, or is not Parquet.
    """
    arrow = columns.library()
    try:
        far = isinstance(source, remote.Reader)  # of which few large pieces are fetched
        buffer = 0 if far else READ
        file = arrow.parquet.ParquetFile(source, pre_buffer=far, buffer_size=buffer)
        names = file.schema_arrow.names
        if twice := {one for one in names if names.count(one) > 1}:
            msg = f"{name}: there are two columns called {min(twice)!r}"
            raise DataError(msg)
        for groups in _asked(file, source, part):
            yield from batches.tables(file.iter_batches(ROWS, [*groups]), size)
    except (arrow.ArrowException, OSError, ValueError, TypeError) as error:
        why = " ".join(str(error).split())[:120]
        msg = f"{name} cannot be read as Parquet ({why}){_hint(source, name)}"
        raise DataError(msg) from None


def units(source: BinaryIO) -> int:
    """How many units a file can be cut into; 1 where that is not known."""
    arrow = columns.library()
    try:
        return len(_units(arrow.parquet.ParquetFile(source).metadata))
    except (arrow.ArrowException, OSError, ValueError, TypeError):
        return 1  # it is said where it is read


def _units(about: Any) -> list[range]:
    """Row groups that are read together: some rows at least, as they make blocks."""
    found, first, rows, size = [], 0, 0, 0
    for i in range(about.num_row_groups):
        group = about.row_group(i)
        rows, size = rows + group.num_rows, size + group.total_byte_size
        if rows >= ROWS or size >= LARGE or i + 1 == about.num_row_groups:
            found.append(range(first, i + 1))
            first, rows, size = i + 1, 0, 0
    return found


def _asked(file: Any, source: BinaryIO, part: Ranged | None) -> list[range]:
    """The units of a file, or of a part of it."""
    found = _units(file.metadata)
    if part is None:
        return found
    count = ranges.blocks(source)
    last = count if part.last is None else part.last
    starts = [i * count // len(found) for i in range(len(found))]
    return [one for one, at in zip(found, starts) if part.first <= at < last]


def _hint(source: BinaryIO, name: str) -> str:
    """What to try with a file that is damaged, or is something else."""
    try:
        source.seek(0)
        head = source.read(PIECE)
    except (OSError, ValueError):
        return ""
    if not head.startswith(b"PAR1"):
        kinds.refuse_data(head, name)
        return ""
    return ". Try: fetch the file again"


def types_of(paths: Iterable[object]) -> dict[str, list[Any]]:
    """The types that columns have in those of some files that are tables of Arrow.

    What `told` has made of some stands for them.
    """
    found: dict[str, list[Any]] = {}
    for path in paths:
        for field in _fields(path):
            kinds = found.setdefault(field.name, [])
            kinds += [field.type] if field.type not in kinds else []
    return found


def told(paths: Iterable[object]) -> bytes | None:
    """The types that columns have in some files, if any of them is a table of Arrow."""
    if not any(isinstance(path, str) and form(path) in TABLES for path in paths):
        return None
    pairs = [(name, one) for name, kinds in types_of(paths).items() for one in kinds]
    return columns.library().schema(pairs).serialize().to_pybytes()  # type: ignore[no-any-return]


def _fields(path: object) -> Iterable[Any]:
    """The columns of a file, or of what was told of some."""
    if isinstance(path, bytes):
        arrow = columns.library()
        return arrow.ipc.read_schema(arrow.py_buffer(path))  # type: ignore[no-any-return]
    if not isinstance(path, str) or (ending := form(path)) not in TABLES:
        return ()
    try:
        return _schema(path, ending)  # type: ignore[no-any-return]
    except (columns.library().ArrowException, OSError, ValueError):
        return ()  # it is said where it is read


def _schema(path: str, ending: str) -> Any:
    with remote.Reader(path) if remote.is_url(path) else open(path, "rb") as source:
        if ending == ".parquet":
            return columns.library().parquet.read_schema(source)
        from sel.streams import arrow

        return arrow.reader(source).schema


class Table(Waiting):
    """Takes lines, and writes them as row groups.

    A column has the type that it has in an input, if every value comes through it as
    it is.

    Args:
        file: where the table goes; it must be started.
        like: the inputs.
    """

    def __init__(
        self, file: AtomicFile | remote.Upload, like: Iterable[object] = ()
    ) -> None:
        super().__init__(file)
        self._arrow = columns.library()
        self.errors = (self._arrow.ArrowException, *self.errors)
        self._types = types_of(like)
        kinds = chain.from_iterable(self._types.values())
        self._exact = any(map(columns.is_exact, kinds))
        self._columns: dict[str, _Column] = {}

    def see(self, data: bytes) -> int:
        """Learn what types the columns may have."""
        piece = _Piece(data, self._exact)
        for name in dict.fromkeys(chain.from_iterable(piece.rows)):
            if name not in self._columns:
                kinds = filter(self.takes, self._types.get(name, ()))
                self._columns[name] = _Column(name, kinds)
        for column in self._columns.values():
            column.see(piece)
        if len(self._columns) > MOST:
            msg = f"there are more than {MOST:,} different fields"
            raise Unfit(msg)
        return len(piece.rows)

    def put(self, file: Any, pieces: Iterator[bytes]) -> None:
        """Write all row groups."""
        kinds = {name: one.kind() for name, one in self._columns.items()}
        if self.rows and not kinds:
            msg = "the records have no fields"
            raise Unfit(msg)
        schema = self._arrow.schema(kinds.items())
        with self.writer(_Sink(file), schema) as out:
            group: list[Any] = []
            for data in pieces:
                piece = _Piece(data, self._exact)
                made = [
                    columns.array(piece.column(*one), one[1]) for one in kinds.items()
                ]
                group.append(self._arrow.Table.from_arrays(made, schema=schema))
                if sum(table.nbytes for table in group) >= GROUP:
                    out.write_table(self._together(group))
                    group = []
            if group:
                out.write_table(self._together(group))

    def takes(self, kind: Any) -> bool:
        """Whether a column may have a type of the inputs."""
        del kind
        return True

    def writer(self, sink: Any, schema: Any) -> Any:
        """What writes tables of a schema."""
        return self._arrow.parquet.ParquetWriter(sink, schema, compression="zstd")

    def _together(self, tables: list[Any]) -> Any:
        return self._arrow.concat_tables(tables).unify_dictionaries()


class _Column:
    """A column, of which the type is not yet known.

    Args:
        name: its name.
        kinds: types that it may have.
    """

    def __init__(self, name: str, kinds: Iterable[Any]) -> None:
        self._name, self._kinds = name, list(kinds)
        self._shape = Shape(name)
        self._why: Unfit | None = None

    def see(self, piece: _Piece) -> None:
        """Learn from more records; Unfit if no type is left."""
        if not self._why:
            try:
                self._shape.see(piece.column(self._name))
            except Unfit as why:
                self._why = why
        self._kinds = [
            kind
            for kind in self._kinds
            if columns.holds(kind, piece.column(self._name, kind))
        ]
        if self._why and not self._kinds:
            raise self._why

    def kind(self) -> Any:
        """The type that takes all that was seen; Unfit if there is none."""
        return self._kinds[0] if self._kinds else self._shape.kind()


class _Piece:
    """Some of the records.

    Args:
        data: their lines.
        exact: whether all digits of a number may be asked for.
    """

    def __init__(self, data: bytes, exact: bool) -> None:
        self.rows = _PLAIN.decode_lines(data)
        self._exact = _EXACT.decode_lines(data) if exact else self.rows

    def column(self, name: str, kind: Any = None) -> list[Any]:
        """The values of a field, for a type."""
        rows = self._exact if kind and columns.is_exact(kind) else self.rows
        return [row.get(name) for row in rows]


_PLAIN = msgspec.json.Decoder(dict[str, Any])
_EXACT = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class _Sink:
    """What the library writes into."""

    closed = False

    def __init__(self, file: Any) -> None:
        self._file = file
        self._at = 0

    def write(self, data: Any) -> int:
        self._file.write(bytes(data))
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Do nothing: what is written is with the file."""

    def close(self) -> None:
        """Do nothing: the file ends by commit."""
