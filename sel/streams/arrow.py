"""Arrow files and streams, as the library `datasets` keeps them, too; files out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from sel.errors import DataError
from sel.streams import batches, columns, parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.streams.tables import Rows

FILE = b"ARROW1"


def tables(source: BinaryIO, name: str, size: int) -> Iterator[bytes | Rows]:
    """The rows, those of about `size` bytes at a time.

    Raises:
        DataError: the file is damaged or cut, or is not Arrow.
    """
    arrow = columns.library()
    try:
        yield from batches.tables(_batches(arrow, source), size)
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
