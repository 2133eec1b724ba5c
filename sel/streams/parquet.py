"""Parquet in and out, as a stream of row groups: each row is a line of JSON.

Types become those of JSON: times and dates are ISO 8601 strings, decimals are numbers,
bytes are base64, durations are seconds.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from sel.errors import DataError, MissingPackage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.streams.atomic import AtomicFile

ENDING = ".parquet"
ROWS = 1 << 10  # rows that become lines at once
GROUP = 32 << 20  # bytes of lines that become a row group


def _library() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingPackage("pyarrow", "parquet") from None
    return pyarrow


def chunks(source: BinaryIO, name: str, size: int = 0) -> Iterator[bytes]:
    """The rows of a file as lines, some at a time, whatever `size` says.

    Raises:
        DataError: the file is damaged, or is not Parquet.
    """
    del size
    arrow = _library()
    try:
        file = arrow.parquet.ParquetFile(source)
        for batch in file.iter_batches(ROWS):
            yield b"".join([_line(row) for row in batch.to_pylist()])
    except (arrow.ArrowInvalid, OSError) as error:
        why = " ".join(str(error).split())[:120]
        msg = f"{name} cannot be read as Parquet ({why}). Try: fetch the file again"
        raise DataError(msg) from None


def _line(row: dict[str, Any]) -> bytes:
    return orjson.dumps(row, default=_as_json, option=orjson.OPT_APPEND_NEWLINE)


def _as_json(value: Any) -> Any:
    import base64
    from datetime import timedelta
    from decimal import Decimal

    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value)) if value.is_finite() else None
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError


class Table:
    """Takes lines, and writes them as row groups; see sel.streams.output.Output.

    The first row group decides on the columns and their types.

    Args:
        file: where the table goes; it must be started.
    """

    def __init__(self, file: AtomicFile) -> None:
        self._arrow = _library()
        self._file = file
        self._held: list[bytes] = []
        self._size = self._rows = 0
        self._writer: Any = None

    def write(self, data: bytes) -> None:
        """Hold lines until they make a row group."""
        self._held.append(data)
        self._size += len(data)
        if self._size >= GROUP:
            self._group()

    def commit(self) -> None:
        """Put the file in its place."""
        if self._held or not self._writer:
            self._group()
        self._writer.close()
        self._file.commit()

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old file."""
        if self._writer:  # else the library would write to the file when it is gone
            with suppress(OSError):
                self._writer.close()
        self._file.abort(keep=keep)

    def _group(self) -> None:
        lines = b"".join(self._held).splitlines()
        self._held, self._size = [], 0
        rows = [orjson.loads(line) for line in lines]
        names = dict.fromkeys(name for row in rows for name in row)
        known = self._writer.schema if self._writer else None
        columns = {}
        for name in known.names if known else names:
            values = [row.get(name) for row in rows]
            columns[name] = self._column(name, values, known and known.field(name).type)
        if known and (new := names.keys() - columns.keys()):
            self._refuse(f"field {min(new)!r} is new")
        table = self._arrow.table(columns)
        if self._writer is None:
            self._writer = self._arrow.parquet.ParquetWriter(
                _Sink(self._file), table.schema, compression="zstd"
            )
        self._writer.write_table(table)
        self._rows += len(rows)

    def _column(self, name: str, values: list[Any], kind: Any) -> Any:
        try:
            return self._arrow.array(values, kind)
        except (self._arrow.ArrowInvalid, self._arrow.ArrowTypeError) as error:
            why = " ".join(str(error).split())[:120]
            self._refuse(f"field {name!r} is not of one type ({why})")

    def _refuse(self, why: str) -> None:
        place = f"after row {self._rows:,} " if self._rows else ""
        msg = f"{self._file.path.name}: {place}{why}. Try: -o with .jsonl.zst"
        raise DataError(msg)


class _Sink:
    """What the library writes into."""

    closed = False

    def __init__(self, file: AtomicFile) -> None:
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
