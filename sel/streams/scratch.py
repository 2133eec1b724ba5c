"""Columns of numbers, and names, in nameless temporary files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.streams.temporary import Temporary

if TYPE_CHECKING:
    from collections.abc import Sequence


class Scratch:
    """Rows of numbers: written one after the other, then mapped.

    Args:
        kind: type of the numbers.
        width: columns; 0 for plain numbers.
    """

    def __init__(self, kind: Any, width: int = 0) -> None:
        self._file = Temporary()
        self._kind = np.dtype(kind)
        self._width = width
        self.count = 0

    def write(self, rows: Any) -> None:
        """Add rows."""
        self._file.write(np.ascontiguousarray(rows, self._kind).data)
        self.count += len(rows)

    def rows(self) -> Any:
        """All rows, mapped."""
        shape = (self.count, self._width) if self._width else (self.count,)
        if not self.count:
            return np.empty(shape, self._kind)
        self._file.flush()
        return np.memmap(self._file, self._kind, "r", 0, shape)


def zeros(count: int) -> Any:
    """So many whole numbers in a nameless file, mapped to be changed.

    Room for all of them is taken at once: later there is no way to say that it lacks.
    """
    if not count:
        return np.zeros(0, np.int64)
    file = Temporary()
    file.reserve(8 * count)
    return np.memmap(file, np.int64, "r+", 0, (count,))


def sound_names(known: Any, ends: Any) -> bool:
    """Whether bytes and ends, each shape (n,), can be those of names."""
    if known.ndim != 1 or ends.ndim != 1:
        return False
    within = ends[:1].sum() >= 0 and ends[-1:].sum() == len(known)
    return bool(within and (ends[1:] >= ends[:-1]).all())


class Names:
    """Names of records, as JSON, by number; those of an index go first.

    Args:
        known: bytes of known names, one after the other.
        ends: where each of them ends.
    """

    def __init__(self, known: Any = (), ends: Any = ()) -> None:
        self._bytes = Scratch(np.uint8)
        self._ends = Scratch(np.int64)
        if len(ends):
            self._bytes.write(known)
            self._ends.write(ends)

    def add(self, names: Sequence[bytes]) -> None:
        """Name the records that come next."""
        ends = np.cumsum([len(name) for name in names], dtype=np.int64)
        self._ends.write(ends + self._bytes.count)
        self._bytes.write(np.frombuffer(b"".join(names), np.uint8))

    def arrays(self) -> tuple[Any, Any]:
        """The bytes and ends of all."""
        return self._bytes.rows(), self._ends.rows()

    def get(self, numbers: Any) -> list[bytes]:
        """The names of these numbers."""
        data, ends = self.arrays()
        return [
            bytes(data[ends[i - 1] if i else 0 : ends[i]]) for i in map(int, numbers)
        ]
