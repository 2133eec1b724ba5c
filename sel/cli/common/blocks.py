"""What is done with one block of lines, in whatever process it lands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from sel.errors import DataError, UsageError
from sel.streams import fields
from sel.streams.records import BadRecord, Parsed, Reject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sel.streams.records import Finder
    from sel.types import Keys

ROW = "_row"
ROWS = 1 << 62
"""No row has a number like this."""


@dataclass
class Done:
    """The result of a block: bytes or a summary, and what there is to count."""

    result: Any
    records: int
    blank: int
    rejects: list[Reject]
    shape: str = ""
    """Which text was taken."""
    numbers: dict[str, float] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        from pickle import PickleBuffer

        result = self.result
        if isinstance(result, bytes):
            result = PickleBuffer(result)  # need not be copied
        more = (self.records, self.blank, self.rejects, self.shape, self.numbers)
        return Done, (result, *more)


def texts(parsed: Parsed, chosen: Finder | None) -> tuple[list[str], str]:
    """The text of each record, and what it was taken from."""
    if chosen:
        return parsed.column(chosen), ""
    if (first := parsed.first) is None:
        return [], ""
    try:
        shape, finder = fields.usual_text(first)
    except BadRecord as why:
        parsed.reject([(0, why)])
        return texts(parsed, chosen)
    return parsed.column(finder), shape


def chats(parsed: Parsed, chosen: Finder | None) -> tuple[list[Any], str]:
    """The turns of each record, and what they were taken from.

    What is no chat is one turn without a speaker.
    """
    if chosen or not parsed.records or not fields.is_chat(parsed.records[0]):
        found, shape = texts(parsed, chosen)
        return [[("", text)] for text in found], shape
    shape, finder = fields.usual_chat(parsed.records[0])
    return parsed.column(finder), shape


def rows(parsed: Parsed) -> Sequence[int]:
    """The row of each record: the one it carries, or its place in the stream.

    Raises:
        DataError: a record carries something else.
    """
    if not parsed.has(ROW):
        return parsed.rows
    places = zip(parsed.records, parsed.rows, strict=True)
    found = [record.get(ROW, row) for record, row in places]
    if set(map(type, found)) - {int} or not 0 <= min(found) <= max(found) < ROWS:
        wrong = (type(row) is not int or not 0 <= row < ROWS for row in found)
        bad = list(wrong).index(True)
        place = f"{parsed.file}:{parsed.numbers[bad]}"
        msg = f"{place}: {ROW} is {found[bad]!r}, which is no number of a row"
        raise DataError(msg)
    return found


def file_names(paths: list[str]) -> list[str]:
    """What files are called in the names of fields: up to their first dot."""
    names = [Path(path).name.partition(".")[0] for path in paths]
    if len(set(names)) < len(names):
        msg = f"targets that get fields need names of their own: {', '.join(names)}"
        raise UsageError(msg)
    return names


def json_text(value: Any) -> str:
    """A value as the name of a group or a record."""
    return orjson.dumps(value).decode()


def named(value: Any) -> str:
    """A value as a name: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json_text(value)


def keys(parsed: Parsed, key: Finder | None) -> Keys:
    """What chance knows each record by, shape (n,)."""
    import numpy as np  # not at the top: a light pick starts without it

    from sel.maths.random import noise

    if key is None:
        found = rows(parsed)
        if isinstance(found, range):
            return np.arange(found.start, found.stop, dtype=np.uint64)
        return np.array(found, np.uint64)
    named = [noise.key(orjson.dumps(value)) for value in parsed.column(key)]
    return np.array(named, np.uint64)


def carried(parsed: Parsed, names: Iterable[str]) -> list[tuple[str, list[Any]]]:
    """Columns of a thin stream: the row, and the fields to carry."""
    wanted = [(name, parsed.column(fields.value(name))) for name in names]
    return [(ROW, list(rows(parsed))), *wanted]


class Shape:
    """Sees to it that one stream takes its texts from one place."""

    def __init__(self) -> None:
        self.name = ""

    def check(self, done: Done) -> None:
        """Refuse a block whose text stands elsewhere than before."""
        if done.shape and self.name and done.shape != self.name:
            msg = (
                f"the records change: {self.name!r} first and {done.shape!r} later."
                " Try: a run for each kind of record, or --text FIELD"
            )
            raise DataError(msg)
        self.name = done.shape or self.name


def collecting(
    collect: Callable[[Any], Any],
    take: Callable[[Parsed], tuple[Any, str]],
    read: Callable[[Any], Parsed],
) -> Callable[[Any], Done]:
    """What counts the texts of a block, or what else `take` finds in it."""

    def work(block: Any) -> Done:
        parsed = read(block)
        found, shape = take(parsed)
        summary = collect(found)
        return Done(summary, len(found), parsed.blank, parsed.rejects, shape)

    return work
