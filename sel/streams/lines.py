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
SPACE = ord(b" ")  # no white space has a higher code


@dataclass(frozen=True)
class Block:
    """Consecutive lines of one file: those that end in one piece of it.

    The piece is held as it was read, and travels to other processes as its bytes, as
    each copy of it would cost a tenth of what its parsing costs.
    """

    file: str
    line: int
    """Number of the first line in its file, from 1."""
    row: int
    """How many records (lines that are not blank) stand before it in the stream."""
    piece: bytes
    head: bytes = b""
    """What the first line has before the piece."""
    end: int = sys.maxsize
    """Where the last line ends in the piece; what follows is no part of the block."""

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines, each with its end."""
        lines = io.BytesIO(self.piece).readlines()
        if self.head:
            lines[0] = self.head + lines[0]
        if self.end < len(self.piece):
            lines.pop()
        return lines

    @property
    def size(self) -> int:
        """Bytes of all lines."""
        return len(self.head) + min(self.end, len(self.piece))

    @cached_property
    def count(self) -> int:
        """How many lines there are."""
        if "lines" in vars(self):
            return len(self.lines)
        # Another process will take them apart.
        import numpy as np

        data = np.frombuffer(self.piece, np.uint8)[: self.end]
        starts = np.flatnonzero(data == ord(b"\n")) + 1
        firsts = data[starts[starts < len(data)]]
        if (self.head or self.piece)[0] > SPACE and (firsts > SPACE).all():
            vars(self)["blank"] = 0
        return 1 + len(firsts)

    @cached_property
    def blank(self) -> int:
        """How many lines are blank."""
        return sum(map(bytes.isspace, self.lines))

    def __reduce__(self) -> tuple[Any, ...]:
        from pickle import PickleBuffer

        piece = PickleBuffer(memoryview(self.piece)[: self.end])  # not copied
        return Block, (self.file, self.line, self.row, piece, self.head)


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
        self._asked = bool(paths)
        self._again = again
        self._spools: dict[str, _Spool] = {}

    @property
    def size(self) -> int | None:
        """Bytes of all files; None if there is something that is no file."""
        return _size_of(self.paths)

    def blocks(self, size: int = BLOCK) -> Iterator[Block]:
        """Yield the lines of all inputs, about `size` bytes at a time."""
        if not self._asked and sys.stdin is not None and sys.stdin.isatty():
            msg = "nothing to read. Try: a FILE, or - for what is typed here, or --help"
            raise UsageError(msg)
        self.bytes = self.stored = row = 0
        for path in self.paths:
            number = 1
            for piece, head, end in self._file(path, size):
                block = Block(name(path), number, row, piece, head, end)
                self.bytes += block.size
                yield block
                number += block.count
                row += block.count - block.blank

    def _file(self, path: str, size: int) -> Iterator[tuple[bytes, bytes, int]]:
        with self._open(path) as source:
            of = parquet if path.endswith(parquet.ENDING) else compression
            pieces = _pieces(of.chunks(source, name(path)), size)
            first = _without_mark(next(pieces, b""), name(path))
            known = source.seekable()
            before = self.stored
            for part in _lines(chain([first], pieces), self.max_line):
                self.stored = before + source.tell() if known else 0
                yield part

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


def _pieces(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Cut after every `size` bytes, however chunks fall."""
    held: list[bytes] = []
    room = size
    for chunk in chunks:
        at = 0
        while len(chunk) - at >= room:
            yield b"".join((*held, chunk[at : at + room]))
            held, at, room = [], at + room, size
        if at < len(chunk):
            held.append(chunk[at:])
            room -= len(held[-1])
    if held:
        yield b"".join(held)


def _lines(pieces: Iterator[bytes], limit: int) -> Iterator[tuple[bytes, bytes, int]]:
    """Each piece, what its first line has before it, and where its last line ends.

    A line may have more pieces; what it has beyond `limit` is left out, so that no
    line fills the memory.
    """
    held: list[bytes] = []
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            yield piece, b"".join(held), end
            held = [piece[end:]]
        elif sum(map(len, held)) <= limit:
            held.append(piece)
    if rest := b"".join(held):
        yield rest, b"", len(rest)


def _without_mark(data: bytes, label: str) -> bytes:
    if data.startswith(UTF16):
        msg = (
            f"{label}: this looks like UTF-16, not UTF-8. Try: iconv -f UTF-16 -t UTF-8"
        )
        raise DataError(msg)
    return data.removeprefix(BOM)
