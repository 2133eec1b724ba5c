"""Lines that are held until it is known which of them are wanted."""

from __future__ import annotations

from typing import Any

from sel.records.passes import ended

HELD = 64 << 20
"""Bytes of lines held in memory; the rest goes to a temporary file."""

Held = bytes | tuple[int, int]


class Store:
    """Holds lines: the first in memory, later ones in a nameless temporary file."""

    def __init__(self) -> None:
        self._held = 0
        self._file: Any = None

    def put(self, line: bytes) -> Held:
        """Keep a line; what comes back gets it again."""
        if self._file is None:
            self._held += len(line)
            if self._held <= HELD:
                return line
            from sel.streams.temporary import Temporary

            self._file = Temporary()
        at = self._file.tell()
        self._file.write(line)
        return at, len(line)

    def get(self, held: Held) -> bytes:
        """The line that was put, with its end."""
        if isinstance(held, bytes):
            return ended(held)
        at, size = held
        self._file.seek(at)
        return ended(self._file.read(size))
