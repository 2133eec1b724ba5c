"""Lines of JSONL from files and standard input, as blocks that know where they are.

Files are one stream in the order given; a stream can be read twice, since what
cannot be rewound is spooled to a compressed temporary file.
"""

from __future__ import annotations

import importlib
import io
import os
import stat
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from sel.errors import MachineError, UsageError, shown
from sel.streams import compression, kinds, landing, ranges, remote
from sel.streams.blocks import BLOCK, Block, Tabular, pieces_of, whole_lines
from sel.streams.ranges import BOM, Ranged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sel.streams.partitions import Adding
    from sel.streams.sums import Sums
    from sel.streams.tables import Rows

STDIN = "-"
MAX_LINE = 64 << 20
FORMATS = {
    ".parquet": "parquet",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".arrow": "arrow",
    ".feather": "arrow",
}
"""Which module of sel.streams reads a file that is not lines, by its ending, which may
be followed by that of a compression."""


class Made(Protocol):
    """An input that is not a file: its bytes are made as they are read."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def open(self) -> BinaryIO:
        """Read it from its beginning; once is enough if `again` asks for more."""
        ...


Source = str | Made
"""A file name, `-` for standard input, or something else that is read."""


class Stream:
    """The lines of several inputs, in order.

    Args:
        sources: file names; `-` or none at all for standard input.
        max_line: longest line in bytes; of a longer one only the beginning is given,
            if it is not within a block, and the rest is passed over.
        again: whether the stream will be read a second time.
        block: bytes of lines that are given at once, if not BLOCK.
        form: what records must go into, see Block.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        max_line: int = MAX_LINE,
        again: bool = False,
        block: int | None = None,
        form: str | None = None,
    ) -> None:
        self.sources: list[Source] = list(sources) or [STDIN]
        if self.sources.count(STDIN) > 1:
            msg = "standard input (-) can be read only once"
            raise UsageError(msg)
        self.max_line = max_line
        self.bytes = 0
        """Plain bytes read so far, in this pass."""
        self.stored = 0
        """Bytes of the files read so far, in this pass."""
        self.counted = 0
        """Lines that stand before its first block in the file, if they were counted."""
        self._asked = bool(sources)
        self._again = again
        self._block = block or BLOCK
        self._form = form
        self._spools: dict[Source, _Spool] = {}
        self._start: int | None = None
        run = landing.current()
        self._known = run.known if run else {}
        self._sums = run.sums if run else None

    @property
    def size(self) -> int | None:
        """Bytes of all files; None if there is something that is not a file."""
        return _size_of(self.sources)

    def blocks(self) -> Iterator[Block]:
        """Yield the lines of all inputs, a block at a time."""
        if not self._asked and sys.stdin is not None and sys.stdin.isatty():
            msg = "nothing to read. Try: a FILE, or - for what is typed here, or --help"
            raise UsageError(msg)
        self.bytes = self.stored = self.counted = row = 0
        for source in self.sources:
            number = 1
            if isinstance(source, Ranged):
                number += source.lines
                self.counted = self.counted or source.lines
                row = row if source.row is None else source.row
            for data, cut in self._read(source):
                if isinstance(data, bytes):
                    block = Block(name(source), number, row, data, cut, self._form)
                    self.bytes += len(data)
                else:
                    block = Tabular(name(source), number, row, data, self._form)
                    self.bytes += data.size
                yield block
                number += block.count
                row += block.count - block.blank

    def _read(self, source: Source) -> Iterator[tuple[bytes | Rows, bool]]:
        self._check(source)
        try:
            with self._open(source) as file:
                yield from self._lines(source, file)
        except OSError as error:
            if isinstance(source, str):
                error.filename = error.filename or name(source)
            raise
        self._check(source)

    def _lines(
        self, source: Source, file: BinaryIO
    ) -> Iterator[tuple[bytes | Rows, bool]]:
        known = file.seekable()
        before = self.stored
        more = _adding(source)
        for data, cut in self._parts(source, file, name(source)):
            self.stored = before + file.tell() if known else 0
            if more:
                lines = data if isinstance(data, bytes) else data.whole()
                yield more.to(lines, cut=cut), cut
            else:
                yield data, cut

    def _parts(
        self, source: Source, file: BinaryIO, label: str
    ) -> Iterator[tuple[bytes | Rows, bool]]:
        """What a format gives, in parts of a block's size."""
        module = _format(source)
        part = source if isinstance(source, Ranged) and source.cut else None
        if part and not is_parquet(part):
            cut = ranges.pieces(part, file, self._block)
            yield from self._checked(cut, label, part)
            return
        if hasattr(module, "tables"):
            more = [part] if part else []
            for one in module.tables(file, label, self._block, *more):
                if isinstance(one, bytes):
                    few = pieces_of(iter([one]), self._block)
                    yield from whole_lines(few, self.max_line)
                else:
                    yield one, False
            return
        pieces = pieces_of(module.chunks(file, label, self._block), self._block)
        yield from self._checked(pieces, label)

    def _checked(
        self, pieces: Iterator[bytes], label: str, source: Ranged | None = None
    ) -> Iterator[tuple[bytes, bool]]:
        """The lines of a file, or of a range of it, if it is one of lines."""
        if source and source.first:
            yield from whole_lines(pieces, self.max_line, whole=source.last is None)
            return
        first = next(pieces, b"").removeprefix(BOM)
        if kinds.is_array(first):
            from sel.streams import array

            pieces = array.lines(chain([first], pieces), label, self._block)
            first = next(pieces, b"")
        kinds.refuse_data(first, label)
        whole = source is None or source.last is None
        yield from whole_lines(chain([first], pieces), self.max_line, whole=whole)

    def _check(self, source: Source) -> None:
        """DataError if a file is not what it was when it was first opened."""
        if isinstance(source, str) and source not in self._spools:
            landing.unchanged(source, name(source), self._known)

    def _open(self, source: Source) -> BinaryIO:
        if source in self._spools:
            return self._spools[source].reopen()
        file = opened(source) if isinstance(source, str) else source.open()
        pipe = self._again and not is_regular(file)
        if source == STDIN and self._again and not pipe:  # it goes on where it ended
            self._start = file.tell() if self._start is None else self._start
            file.seek(self._start)
        cut = isinstance(source, Ranged) and source.cut
        if self._sums is not None and isinstance(source, str) and not cut:
            file = _summed(file, source, self._sums)
        if pipe:
            self._spools[source] = spool = _Spool(file, name(source))
            return spool  # type: ignore[return-value]
        return file


def _format(source: Source) -> Any:
    """The module that gives the lines of an input, by its ending."""
    plain = compression.plain_name(shown(source)) if isinstance(source, str) else ""
    module = FORMATS.get(Path(plain).suffix.lower(), "compression")
    return importlib.import_module(f"sel.streams.{module}")


def is_parquet(source: str) -> bool:
    """Whether a file is a table of Parquet, by its name."""
    return bool(_format(source).__name__.endswith(".parquet"))


def is_plain(source: str, data: bytes) -> bool:
    """Whether a file is lines as they stand, by its name and how it begins."""
    if _format(source) is not compression:
        return False
    return not (compression.is_packed(data) or kinds.is_array(data.removeprefix(BOM)))


def _adding(source: Source) -> Adding | None:
    """What adds the fields that the folders of a file give to its records."""
    fields = getattr(source, "fields", None)
    if not fields:
        return None
    from sel.streams.partitions import Adding

    return Adding(fields)


def _summed(file: BinaryIO, source: str, sums: Sums) -> BinaryIO:
    """A file whose sum is noted, if it is read in order and was not before."""
    in_order = _format(source).__name__.rpartition(".")[2] not in ("parquet", "arrow")
    if source in sums or not in_order:
        return file
    from sel.streams.sums import Summed

    return Summed(file, source, sums)  # type: ignore[return-value]


def is_regular(file: BinaryIO) -> bool:
    """Whether it can be read from anywhere."""
    if isinstance(file, remote.Reader):
        return file.seekable()
    try:
        return stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except OSError:
        return False  # what is made has no descriptor


def name(source: Source) -> str:
    """What messages call an input."""
    if not isinstance(source, str):
        return source.name
    return "standard input" if source == STDIN else shown(source)


def _size_of(sources: Sequence[Source]) -> int | None:
    total = 0
    for source in sources:
        if not isinstance(source, str):
            return None
        try:
            status = os.fstat(0) if source == STDIN else Path(source).stat()
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
        from sel.streams.temporary import Temporary

        self._file = Temporary()
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


def opened(path: str) -> BinaryIO:
    """A file, or standard input, from its beginning.

    Raises:
        SelError: it is not one, or is not there.
    """
    if path == STDIN:
        if sys.stdin is None:
            msg = "standard input is closed"
            raise MachineError(msg)
        return open(os.dup(0), "rb", buffering=0)
    if not path or "\0" in path:
        msg = f"{path!r} is not the name of a file"
        raise UsageError(msg)
    if remote.is_url(path):
        return _remote(path)
    kinds.refuse_place(path)
    return open(path, "rb", buffering=0)


def _remote(url: str) -> BinaryIO:
    file = remote.Reader(url)
    if file.seekable() and not file.seek(0, os.SEEK_END):
        kinds.refuse_empty(shown(url))
    if file.seekable():
        file.seek(0)
    elif _format(url).__name__.endswith("parquet"):  # which is read from its end
        from sel.streams.temporary import Temporary

        whole = Temporary()
        while data := file.read(BLOCK):
            whole.write(data)
        whole.seek(0)
        return whole
    return file  # type: ignore[return-value]
