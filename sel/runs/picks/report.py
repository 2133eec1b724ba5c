"""How often each group was chosen, with Wilson's interval of 95%."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sel.maths.statistics.intervals import wilson
from sel.streams.atomic import write_whole
from sel.streams.json import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class SelectionRates:
    """Selection rates by group, for a file of JSON lines."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._entries: list[dict[str, Any]] = []

    def add(self, field: str, pool: Iterable[str], kept: Iterable[str]) -> None:
        """A field: the value of each record, and of each that was kept."""
        self.counted(field, Counter(pool), Counter(kept))

    def counted(
        self, field: str, pool: Mapping[str, int], kept: Mapping[str, int]
    ) -> None:
        """A field: how many records have each value, and how many were kept."""
        for value, size in pool.items():
            self._add(field, value, size, kept.get(value, 0))

    def of_all(self, field: str, kept: Iterable[str], read: int) -> None:
        """A field that only what is kept has: the part of all that was read."""
        for value, size in Counter(kept).items():
            self._add(field, value, read, size)

    def _add(self, field: str, value: str, size: int, kept: int) -> None:
        low, high = wilson(kept, size)
        entry = {"field": field, "value": value, "pool": size, "kept": kept}
        self._entries.append(entry | {"rate": kept / size, "low": low, "high": high})

    def note(self, entry: dict[str, Any]) -> None:
        """A line of its own."""
        self._entries.append(entry)

    def write(self) -> None:
        """Put the report in its place."""
        lines = [written(entry) + b"\n" for entry in self._entries]
        write_whole(self._path, b"".join(lines))
