"""How often each group was chosen, and what choices in two passes share."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from sel.maths.statistics.intervals import wilson
from sel.streams.output import AtomicFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sel.streams.lines import Block, Stream
    from sel.streams.records import Finder, Parsed
    from sel.streams.rejects import Rejects


class Rates:
    """Selection rates by group, with Wilson's interval of 95%."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.entries: list[dict[str, Any]] = []

    def add(self, field: str, pool: Iterable[str], kept: Iterable[str]) -> None:
        """A field: the value of each record, and of each that was kept."""
        self.counted(field, Counter(pool), Counter(kept))

    def counted(
        self, field: str, pool: Mapping[str, int], kept: Mapping[str, int]
    ) -> None:
        """A field: how many records have each value, and how many were kept."""
        for value, size in pool.items():
            self._add(field, value, size, kept.get(value, 0))

    def shares(self, field: str, kept: Iterable[str], read: int) -> None:
        """A field that only what is kept has: the part of all that was read."""
        for value, size in Counter(kept).items():
            self._add(field, value, read, size)

    def _add(self, field: str, value: str, size: int, kept: int) -> None:
        low, high = wilson(kept, size)
        entry = {"field": field, "value": value, "pool": size, "kept": kept}
        self.entries.append(entry | {"rate": kept / size, "low": low, "high": high})

    def note(self, entry: dict[str, Any]) -> None:
        """A line of its own."""
        self.entries.append(entry)

    def write(self) -> None:
        """Put the report in its place."""
        file = AtomicFile(Path(self._path))
        file.start(0)
        for entry in self.entries:
            file.write(orjson.dumps(entry) + b"\n")
        file.commit()


def columns(parsed: Parsed, finds: Sequence[Finder]) -> list[list[Any]]:
    """Several fields of the same records: those that lack one are rejected."""
    while True:
        before = len(parsed.records)
        found = [parsed.column(find) for find in finds]
        if len(parsed.records) == before:
            return found


def tally(
    counts: dict[str, int], block: Block, parsed: Parsed, rejects: Rejects
) -> None:
    """Count what a block held, and deal with its bad lines."""
    counts["read"] += len(block.lines)
    counts["blank"] += parsed.blank
    counts["rejected"] += len(parsed.rejects)
    parsed.rejects.sort(key=lambda reject: reject.line)
    rejects.take(parsed.rejects)


def lines(stream: Stream, wanted: set[int]) -> dict[int, bytes]:
    """The lines of some records, by their place in a stream that is read again."""
    held: dict[int, bytes] = {}
    if not wanted:
        return held
    last = max(wanted)
    for block in stream.blocks():
        if block.row > last:
            break
        there = [line for line in block.lines if not line.isspace()]
        for place, line in enumerate(there, block.row):
            if place in wanted:
                held[place] = line if line.endswith(b"\n") else line + b"\n"
    return held
