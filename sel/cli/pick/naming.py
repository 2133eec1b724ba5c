"""Records that another stream names: by row, by a key, or by their class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sel.cli.common import blocks
from sel.errors import DataError
from sel.streams import fields
from sel.streams.records import Parsed, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.cli.call import Call
    from sel.streams.records import Finder

    Judge = Callable[[Parsed], list[bool]]


def naming(*, from_: str, on: str | None = None) -> Naming:
    """Which records.

    Args:
        from_: stream that names records by its _row, or by --on.
        on: field that names a record in both streams.
    """
    return Naming(from_, on)


@dataclass(frozen=True)
class Naming:
    """What names records."""

    path: str
    on: str | None


def classing(*, from_: str, per: str) -> Classing:
    """Classes.

    Args:
        from_: stream with the class and rank of each, as `eval classes` writes it.
        per: field of the records that holds the class.
    """
    return Classing(from_, fields.value(per))


@dataclass(frozen=True)
class Classing:
    """Which class each record is in, and where their ranks are."""

    path: str
    find: Finder


def judge(call: Call, pick: Callable[..., list[bool]], own: Any) -> Judge | None:
    """What judges a block by the other stream; None where there is none."""
    if "naming" in call.groups:
        return _by_name(call, pick, own)
    return _by_class(call, pick, own) if "classing" in call.groups else None


def _by_name(call: Call, pick: Callable[..., list[bool]], own: Any) -> Judge:
    naming: Naming = call.groups["naming"]
    find = fields.value(naming.on) if naming.on else None
    columns = _columns(call, naming.path, [naming.on or blocks.ROW])
    names = (value for (value,) in columns)
    wanted = set(map(blocks.json_text, names) if naming.on else names)

    def by_name(parsed: Parsed) -> list[bool]:
        if find is None:
            named: Any = blocks.rows(parsed)
        else:
            named = [blocks.json_text(value) for value in parsed.column(find)]
        return pick(named, wanted, **own)

    return by_name


def _by_class(call: Call, pick: Callable[..., list[bool]], own: Any) -> Judge:
    classing: Classing = call.groups["classing"]
    rows = list(_columns(call, classing.path, ["class", "rank", "rows"]))
    if not all(type(row[1]) is type(row[2]) is int for row in rows):
        msg = f"{classing.path}: rank and rows must be whole numbers"
        raise DataError(msg)
    rows.sort(key=lambda row: row[1])
    table = [(blocks.named(name), size) for name, _, size in rows]

    def by_class(parsed: Parsed) -> list[bool]:
        names = list(map(blocks.named, parsed.column(classing.find)))
        return pick(names, table, **own)

    by_class(Parsed("", [], [], [], []))  # a wrong option is told before a record
    return by_class


def _columns(call: Call, path: str, names: list[str]) -> Iterator[tuple[Any, ...]]:
    """The values of some fields of a stream, which no record may lack."""
    stream = call.reading.stream([path])
    finds = [fields.value(name) for name in names]
    for block in stream.blocks():
        parsed = parse(block, stream.max_line)
        columns = [parsed.column(find) for find in finds]
        for bad in parsed.rejects[:1]:
            msg = f"{bad.file}:{bad.line}: {bad.message}"
            raise DataError(msg)
        yield from zip(*columns, strict=True)
