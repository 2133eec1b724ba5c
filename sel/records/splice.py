"""New fields into lines whose other bytes stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.records.faults import parse_line
from sel.streams.json import written

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from sel.records.projection import Part

    Column = tuple[str, Sequence[object]]


def splice(
    part: Part, columns: Sequence[Column], lines: list[bytes] | None = None
) -> bytes:
    """A block's lines with a new field for each column, before the last brace.

    Fields of those names that are there already are cut out.

    Args:
        part: the records; which of the names are taken was asked of them.
        columns: pairs of a field name and one value for each record.
        lines: what stands for those of the block.
    """
    lines = part.lines if lines is None else lines
    if not lines:
        return b""
    if part.taken:
        lines = [cut(line, part.taken) for line in lines]
    return spliced(lines, columns)


def spliced(lines: Sequence[bytes], columns: Sequence[Column]) -> bytes:
    """Lines with a new field for each column, which none of them has."""
    heads = [line.rpartition(b"}")[0] for line in lines]
    tails = _tails(columns)
    bare = [i for i, head in enumerate(heads) if head[-1:] in b"{ \t\r"]
    for i in bare:
        if heads[i].strip() == b"{":  # a record without any field
            tails[i] = tails[i][1:]
    pieces = [b""] * (2 * len(tails))
    pieces[::2], pieces[1::2] = heads, tails
    return b"".join(pieces)


def extended(line: bytes, fields: dict[str, Any]) -> bytes:
    """A line with new fields in place of those of their names."""
    line = cut(line, fields)
    return spliced([line], [(name, [value]) for name, value in fields.items()])


def objects(columns: Sequence[Column]) -> bytes:
    """Lines that hold nothing but the columns."""
    return b"".join([b"{" + tail[1:] for tail in _tails(columns)])


def _tails(columns: Sequence[Column]) -> list[bytes]:
    """Per record `,"name":value,...}` and a newline; NaN and infinity become null."""
    (name, values), *others = columns
    key = b"," + written(name) + b":"
    end = b"}\n" if not others else b""
    flat = getattr(values, "ndim", 0) == 1 or set(map(type, values)) <= {int, float}
    if flat and len(values):
        whole = written(values)[1:-1]
        # No JSON has a zero byte.
        tails = (key + whole.replace(b",", end + b"\0" + key) + end).split(b"\0")
    else:
        tails = [key + written(value) + end for value in values]
    if others:
        tails = [a + b for a, b in zip(tails, _tails(others), strict=True)]
    return tails


def cut(line: bytes, names: Container[str]) -> bytes:
    """A line without the fields of some names; as it is where it has none."""
    record = parse_line(line, len(line))
    rest = {key: value for key, value in record.items() if key not in names}
    return line if len(rest) == len(record) else written(rest)
