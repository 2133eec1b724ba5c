"""Lines of JSONL from files and standard input, as blocks that know where they are.

Files are one stream in the order given; a stream can be read twice, since what
cannot be rewound is spooled to a compressed temporary file.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sel.errors import DataError, MachineError, UsageError
from sel.streams import compression, parquet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STDIN = "-"
BLOCK = 1 << 19  # bytes of lines that are worked on at once
MAX_LINE = 64 << 20
BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Block:
    """Consecutive lines of one file; it travels to other processes as its bytes."""

    file: str
    line: int
    """Number of the first line in its file, from 1."""
    row: int
    """How many records (lines that are not blank) stand before it in the stream."""
    data: bytes

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines, each with its end."""
        return io.BytesIO(self.data).readlines()

    @cached_property
    def blank(self) -> int:
        """How many lines are blank."""
        return sum(map(bytes.isspace, self.lines))

    def __reduce__(self) -> tuple[Any, ...]:
        from pickle import PickleBuffer

        data = PickleBuffer(self.data)  # need not be copied
        return Block, (self.file, self.line, self.row, data)


class Stream:
    """The lines of several inputs, in order.

    Args:
        paths: file names; `-` or none at all for standard input.
        max_line: longest line in bytes; of a longer one `max_line` + 1 bytes or
            more are given, and the rest is passed over without being held.
        again: whether the stream will be read a second time.
    """

    def __init__(
        self, paths: Sequence[str], *, max_line: int = MAX_LINE, again: bool = False
    ) -> None:
        self.paths = list(paths) or [STDIN]
        if self.paths.count(STDIN) > 1:
            msg = "standard input (-) can be read only once"
            raise UsageError(msg)
        self.max_line = max_line
        self.bytes = 0
        """Plain bytes read so far, in this pass."""
        self.stored = 0
        """Bytes of the files read so far, in this pass."""
        self._again = again
        self._spools: dict[str, _Spool] = {}

    @property
    def size(self) -> int | None:
        """Bytes of all files; None if there is something that is no file."""
        return _size_of(self.paths)

    def blocks(self, size: int = BLOCK) -> Iterator[Block]:
        """Yield the lines of all inputs, about `size` bytes at a time."""
        self.bytes = self.stored = row = 0
        for path in self.paths:
            number = 1
            for data in self._file(path, size):
                block = Block(name(path), number, row, data)
                yield block
                number += len(block.lines)
                row += len(block.lines) - block.blank

    def _file(self, path: str, size: int) -> Iterator[bytes]:
        with self._open(path) as source:
            of = parquet if path.endswith(parquet.ENDING) else compression
            chunks = of.chunks(source, name(path))
            pieces = _whole_lines(_bounded(chunks, self.max_line), size)
            first = _without_mark(next(pieces, b""), name(path))
            known = source.seekable()
            before = self.stored
            for data in chain([first] if first else [], pieces):
                self.bytes += len(data)
                self.stored = before + source.tell() if known else 0
                yield data

    def _open(self, path: str) -> BinaryIO:
        if path in self._spools:
            return self._spools[path].reopen()
        file = _open(path)
        if self._again and not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            self._spools[path] = spool = _Spool(file, name(path))
            return spool  # type: ignore[return-value]
        return file


def name(path: str) -> str:
    """What messages call an input."""
    return "standard input" if path == STDIN else path


def _size_of(paths: Sequence[str]) -> int | None:
    total = 0
    for path in paths:
        try:
            status = os.fstat(0) if path == STDIN else Path(path).stat()
        except OSError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        total += status.st_size
    return total


class _Spool(io.RawIOBase):
    """Passes a source on, and keeps its content in a nameless temporary file.

    The file is unlinked from the start, so that no signal can leave it behind.
    """

    def __init__(self, source: BinaryIO, label: str) -> None:
        super().__init__()
        self._chunks = compression.chunks(source, label)
        self._frame = compression.compressor("spool.zst")
        import tempfile

        self._file = tempfile.TemporaryFile(prefix="sel-")  # noqa: SIM115 (kept open)
        self._whole = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        del size
        assert self._frame is not None
        chunk = next(self._chunks, b"")
        if not self._whole:
            kept = self._frame.compress(chunk) if chunk else self._frame.flush()
            self._file.write(kept)
            self._whole = not chunk
        return chunk

    def reopen(self) -> BinaryIO:
        while self.read():
            pass
        return open(os.dup(self._rewound()), "rb", buffering=0)

    def _rewound(self) -> int:
        self._file.seek(0)
        return self._file.fileno()

    def close(self) -> None:
        """Do nothing: the file is needed for the next pass."""


def _open(path: str) -> BinaryIO:
    if path == STDIN:
        if sys.stdin is None:
            msg = "standard input is closed"
            raise MachineError(msg)
        return open(os.dup(0), "rb", buffering=0)
    if Path(path).is_dir():
        msg = f"{path} is a directory. Try: {path.rstrip('/')}/*.jsonl*"
        raise MachineError(msg)
    return open(path, "rb", buffering=0)


def _whole_lines(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Cut after the first line end at `size` bytes or later, however chunks fall."""
    held = b""  # without a place to cut
    for chunk in chunks:
        start, at = 0, max(size - 1 - len(held), 0)
        while end := chunk.find(b"\n", at) + 1:
            yield held + chunk[start:end] if held else chunk[start:end]
            held = b""
            start, at = end, end + size - 1
        held += chunk[start:]
    if held:
        yield held


def _bounded(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Leave out what a line has beyond `limit`, so that no line fills the memory."""
    held = 0  # bytes of the line that is not ended yet
    for chunk in chunks:
        last = chunk.rfind(b"\n")
        if held > limit:
            first = chunk.find(b"\n")
            if first < 0:
                continue
            yield chunk[first:]
        else:
            yield chunk
        held = held + len(chunk) if last < 0 else len(chunk) - last - 1


def _without_mark(data: bytes, label: str) -> bytes:
    if data.startswith(UTF16):
        msg = (
            f"{label}: this looks like UTF-16, not UTF-8. Try: iconv -f UTF-16 -t UTF-8"
        )
        raise DataError(msg)
    return data.removeprefix(BOM)
