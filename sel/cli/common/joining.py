"""Fields of another stream beside those of the records, for choosing by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.cli.common import blocks
from sel.errors import DataError
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.streams.lines import Stream
    from sel.streams.records import Parsed, Record


class Joined:
    """Adds what another stream of the same rows says of each record.

    Both are read side by side, so their rows must grow. A row that the other stream
    does not have gains no field.
    """

    def __init__(self, stream: Stream) -> None:
        self._label = stream.paths[0]
        self._rows = self._read(stream)
        self._next = next(self._rows, None)
        self._last = -1

    def add(self, parsed: Parsed) -> None:
        """Give the records of a block their new fields; the lines stay as they are."""
        for row, record in zip(blocks.rows(parsed), parsed.records, strict=True):
            if row < self._last:
                msg = f"{parsed.file}: --join needs rows that grow, {row} comes late"
                raise DataError(msg)
            self._last = row
            while self._next and self._next[0] < row:
                self._next = next(self._rows, None)
            if self._next and self._next[0] == row:
                record.update(self._next[1])

    def _read(self, stream: Stream) -> Iterator[tuple[int, Record]]:
        last: Any = -1
        for block in stream.blocks():
            parsed = parse(block, stream.max_line)
            for reject in parsed.rejects:
                msg = f"{reject.file}:{reject.line}: {reject.message}"
                raise DataError(msg)
            for row, record in zip(blocks.rows(parsed), parsed.records, strict=True):
                if row < last:
                    msg = (
                        f"{self._label}: --join needs rows that grow, {row} comes late"
                    )
                    raise DataError(msg)
                last = row
                yield row, record
