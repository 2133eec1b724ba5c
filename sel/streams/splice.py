"""New fields into lines whose other bytes stay as they are."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import orjson

from sel.streams.records import BadRecord, Parsed, Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    Column = tuple[str, Sequence[object]]

_LONG_INTEGER = re.compile(rb"\d{19}")


def splice(parsed: Parsed, columns: Sequence[Column], *, overwrite: bool) -> bytes:
    """The block's lines with a new field for each column, before the last brace.

    Args:
        parsed: the records and their lines.
        columns: pairs of a field name and one value for each record.
        overwrite: replace fields that are there already.
    """
    if any(parsed.has(name) for name, _ in columns):
        columns = _settle(parsed, columns, overwrite=overwrite)
    if not parsed.lines:
        return b""
    tails = _tails(columns)
    if parsed.bare:
        pairs = zip(parsed.records, tails, strict=True)
        tails = [tail if record else tail[1:] for record, tail in pairs]
    pieces = [b""] * (2 * len(tails))
    pieces[::2] = [line.rpartition(b"}")[0] for line in parsed.lines]
    pieces[1::2] = tails
    return b"".join(pieces)


def replaced(parsed: Parsed, number: int, name: str, value: object) -> bytes:
    """One line of a block with another value in a field, which moves to the end."""
    one = Parsed(
        parsed.file,
        [parsed.records[number]],
        [parsed.lines[number]],
        [parsed.rows[number]],
        [parsed.numbers[number]],
    )
    return splice(one, [(name, [value])], overwrite=True)


def objects(columns: Sequence[Column]) -> bytes:
    """Lines that hold nothing but the columns."""
    return b"".join([b"{" + tail[1:] for tail in _tails(columns)])


def _tails(columns: Sequence[Column]) -> list[bytes]:
    """Per record `,"name":value,...}` and a newline; NaN and infinity become null."""
    (name, values), *others = columns
    numbers = orjson.OPT_SERIALIZE_NUMPY
    key = b"," + orjson.dumps(name) + b":"
    end = b"}\n" if not others else b""
    flat = getattr(values, "ndim", 0) == 1 or set(map(type, values)) <= {int, float}
    if flat and len(values):
        whole = orjson.dumps(values, option=numbers)[1:-1]
        # No JSON has a zero byte.
        tails = (key + whole.replace(b",", end + b"\0" + key) + end).split(b"\0")
    else:
        tails = [key + orjson.dumps(value, option=numbers) + end for value in values]
    if others:
        tails = [a + b for a, b in zip(tails, _tails(others), strict=True)]
    return tails


def _settle(
    parsed: Parsed, columns: Sequence[Column], *, overwrite: bool
) -> Sequence[Column]:
    """Deal with records that have a field of that name: refuse, or cut it out."""
    names = [name for name, _ in columns]
    bad: list[tuple[int, BadRecord]] = []
    for i, record in enumerate(parsed.records):
        there = next((name for name in names if name in record), None)
        if there is None:
            continue
        if not overwrite:
            msg = f"field {there!r} is there already. Try: --overwrite, or --as NAME"
            bad.append((i, BadRecord("field-exists", msg)))
            continue
        try:
            parsed.lines[i] = _without(record, parsed.lines[i], names)
        except (TypeError, RecursionError):
            msg = "nested too deep to be written again for --overwrite"
            bad.append((i, BadRecord("depth", msg)))
        else:
            parsed.records[i] = {k: v for k, v in record.items() if k not in names}
    away = {i for i, _ in bad}
    parsed.reject(bad)
    return [
        (name, [value for i, value in enumerate(values) if i not in away])
        for name, values in columns
    ]


def _without(record: Record, line: bytes, names: list[str]) -> bytes:
    rest = {key: value for key, value in record.items() if key not in names}
    if not _LONG_INTEGER.search(line):
        return orjson.dumps(rest)
    # The fast parser rounds integers of 2^64 and more; this one keeps every digit.
    exact = {k: v for k, v in json.loads(line).items() if k not in names}
    return json.dumps(exact, ensure_ascii=False, separators=(",", ":")).encode()
