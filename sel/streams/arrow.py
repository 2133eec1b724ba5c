"""Arrow files and streams, as the library `datasets` keeps them, too; files out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from sel.errors import DataError
from sel.streams import columns, parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = b"ARROW1"
ROWS = 1 << 10  # rows that become lines at once


def chunks(source: BinaryIO, name: str, size: int = 0) -> Iterator[bytes]:
    """The rows as lines, some at a time, whatever `size` says.

    Raises:
        DataError: the file is damaged or cut, or is not Arrow.
    """
    del size
    arrow = columns.library()

    try:
        for batch in _batches(arrow, source):
            for start in range(0, len(batch), ROWS):
                rows = columns.values(batch.slice(start, ROWS).to_struct_array())
                yield b"".join([columns.dumped(row) + b"\n" for row in rows])
    except (arrow.ArrowException, OSError, ValueError, TypeError) as error:
        why = " ".join(str(error).split())[:120]
        msg = f"{name} cannot be read as Arrow ({why}). Try: fetch the file again"
        raise DataError(msg) from None


def _batches(arrow: Any, source: BinaryIO) -> Iterator[Any]:
    found = reader(source)
    if isinstance(found, arrow.ipc.RecordBatchFileReader):
        for i in range(found.num_record_batches):
            yield found.get_batch(i)
    else:
        yield from found


def reader(source: Any) -> Any:
    """What reads a file with an index at its end, or a stream."""
    ipc = columns.library().ipc
    head = source.read(len(FILE)) if source.seekable() else b""
    if source.seekable():
        source.seek(0)
    return ipc.open_file(source) if head == FILE else ipc.open_stream(source)


class Table(parquet.Table):
    """Takes lines, and writes them as the batches of an Arrow file.

    It is not compressed, so that it can be mapped.
    """

    def takes(self, kind: Any) -> bool:
        """Not one with a dictionary: a file has only one for all of its batches."""
        return "dictionary<" not in str(kind)

    def writer(self, sink: Any, schema: Any) -> Any:
        """What writes tables of a schema."""
        return columns.library().ipc.new_file(sink, schema)
