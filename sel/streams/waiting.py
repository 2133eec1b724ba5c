"""An output whose form is known only when all of its records have been seen."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import msgspec

from sel.errors import DataError
from sel.streams.temporary import Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.streams.atomic import AtomicFile
    from sel.streams.remote import Upload

PIECE = 1 << 20  # bytes of lines, or a few more, that are looked at together
MOST = 10_000
"""Different fields of an object that a table has columns for."""


class Unfit(ValueError):
    """Values that no column of a table can have."""


class Waiting(ABC):
    """Takes lines, which wait in a nameless temporary file until it commits.

    It is an Output, see sel.streams.output. A table says what it learns from each piece
    of the lines, and how it is written.

    Args:
        file: where the table goes; it must be started.
    """

    errors: tuple[type[Exception], ...] = (ValueError, TypeError, ArithmeticError)
    """What says that a table cannot hold the records."""

    def __init__(self, file: AtomicFile | Upload) -> None:
        self.file: Any = file
        self.rows = 0
        """Records that were seen."""
        self._held: list[bytes] = []
        self._size = 0
        self._spool = Temporary()
        self._sizes: list[int] = []

    @abstractmethod
    def see(self, data: bytes) -> int:
        """Learn from some lines, and count them; Unfit if no table can hold them."""

    @abstractmethod
    def put(self, file: Any, pieces: Iterator[bytes]) -> None:
        """Write a table of some of the lines into a file."""

    def _pieces(self, first: int, last: int) -> Iterator[bytes]:
        """Lines as they were seen."""
        import zstandard

        self._spool.seek(sum(self._sizes[:first]))
        for size in self._sizes[first:last]:
            yield zstandard.ZstdDecompressor().decompress(self._spool.read(size))

    def write(self, data: bytes) -> None:
        """Hold whole lines, and learn what is in them; DataError if no table can.

        Pieces end where the lines say, however many come at once.
        """
        self._held.append(data)
        self._size += len(data)
        if self._size < PIECE:
            return
        whole, at = b"".join(self._held), 0
        while (
            len(whole) - at >= PIECE and (end := whole.find(b"\n", at + PIECE - 1)) > 0
        ):
            self._see(whole[at : end + 1])
            at = end + 1
        self._held, self._size = [whole[at:]], len(whole) - at

    def cut(self) -> int:
        """How many pieces there are; lines that come later are in others."""
        data, self._held, self._size = b"".join(self._held), [], 0
        if data:
            self._see(data)
        return len(self._sizes)

    def fill(self, file: Any, first: int, last: int) -> None:
        """Write a table of some pieces into a file; DataError if none can hold them."""
        try:
            self.put(file, self._pieces(first, last))
        except self.errors as why:
            self._refuse(str(why))

    def commit(self) -> None:
        """Write the table, and put the file in its place."""
        self.fill(self.file, 0, self.cut())
        self.file.commit()

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old file."""
        self.file.abort(keep=keep)

    def _see(self, data: bytes) -> None:
        try:
            count = self.see(data)
        except (Unfit, msgspec.MsgspecError, RecursionError) as why:
            place = f"after row {self.rows:,} " if self.rows else ""
            self._refuse(f"{place}{why}")
        self.rows += count
        import zstandard

        packed = zstandard.ZstdCompressor(level=1).compress(data)
        self._sizes.append(self._spool.write(packed))

    def _refuse(self, why: str) -> None:
        msg = f"{os.path.basename(self.file.path)}: {why}. Try: -o with .jsonl.zst"
        raise DataError(msg)
