"""Arrow files and streams, as the library `datasets` keeps them, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from sel.errors import DataError
from sel.streams import columns

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
    """The batches of a file with an index at its end, or of a stream."""
    ipc = arrow.ipc
    head = source.read(len(FILE)) if source.seekable() else b""
    if source.seekable():
        source.seek(0)
    if head == FILE:
        file = ipc.open_file(source)
        for i in range(file.num_record_batches):
            yield file.get_batch(i)
    else:
        yield from ipc.open_stream(source)
