"""Fields of another stream of the same rows, beside those of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel.errors import DataError
from sel.records.ledger import STRICT, Ledger
from sel.records.projection import Projection
from sel.streams.lines import name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.faults import Record
    from sel.records.passes import Reader
    from sel.streams.lines import Source


class Joined:
    """What another stream says of each record.

    Both are read side by side, so their rows must grow. A row that the other stream
    does not have gains no field.

    Args:
        reader: says how to read.
        source: the other stream.
    """

    def __init__(self, reader: Reader, source: Source) -> None:
        self._label = name(source)
        self._rows = self._read(reader, source)
        self._next = next(self._rows, None)
        self._last = -1

    def __call__(self, row: int, file: str) -> Record:
        """The fields of a row, which must come after all that were asked for."""
        _check(row, self._last, file)
        self._last = row
        while self._next and self._next[0] < row:
            self._next = next(self._rows, None)
        there = self._next and self._next[0] == row
        return self._next[1] if self._next and there else {}

    def _read(self, reader: Reader, source: Source) -> Iterator[tuple[int, Record]]:
        last = -1
        stream = reader.stream([source])
        for part in reader.parts(stream, Projection(row=True), Ledger(STRICT)):
            for row, record in zip(part.rows, part.records, strict=True):
                _check(row, last, self._label)
                last = row
                yield row, record


def _check(row: int, last: int, label: str) -> None:
    if row < last:
        msg = f"{label}: --join needs rows that grow, {row} comes late"
        raise DataError(msg)
