"""From lines to records, and what is said of a line that is none.

A whole block is parsed at full speed; only a block with something odd in it is
looked at line by line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import hypot
from typing import TYPE_CHECKING, Any

import orjson

from sel.streams.lines import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sel.streams.lines import Block

Record = dict[str, Any]
EXACT = 2.0**63
"""Integers from twice this on come back from the parser as rounded floats."""

REASONS = {
    "control-char": "a raw control character stands in a string",
    "depth": "nested deeper than 1,024 levels",
    "field-exists": "the new field is there already",
    "field-missing": "a needed field is missing",
    "field-type": "a needed field has the wrong type",
    "line-too-long": "longer than --max-line",
    "lone-surrogate": "half of a surrogate pair stands alone",
    "non-finite": "NaN and Infinity are no JSON numbers",
    "not-object": "the line is JSON, but no object",
    "number-range": "a number is too large to be read exactly",
    "syntax": "not JSON",
    "trailing": "something follows the object",
    "truncated": "the last line is cut; its producer may have died",
    "utf8": "not valid UTF-8",
}
"""Why a line can be refused: the closed list of reason codes."""


class BadRecord(ValueError):
    """A line that cannot be used.

    Args:
        reason: one of REASONS.
        message: the trouble in words.
        byte: where in the line, from 1; 0 if it is nowhere in particular.
    """

    def __init__(self, reason: str, message: str = "", byte: int = 0) -> None:
        super().__init__(message or REASONS[reason])
        self.reason = reason
        self.byte = byte


@dataclass(frozen=True)
class Finder:
    """What finds a value in a record."""

    find: Callable[[Record], Any]
    """Gives the value, or raises BadRecord."""
    plain: str | None = None
    """The field, where the value is simply that field of a record ..."""
    types: frozenset[type] = frozenset()
    """... and has one of these types; then no call is needed for each record."""


@dataclass(frozen=True)
class Reject:
    """A line that was set aside, and why."""

    file: str
    line: int
    byte: int
    reason: str
    message: str
    raw: bytes


@dataclass
class Parsed:
    """The records of a block, beside the lines they came from."""

    file: str
    records: list[Record]
    lines: list[bytes]
    rows: list[int] | range
    """Position of each record among the records of the stream."""
    numbers: list[int] | range
    """Line number of each record in its file."""
    blank: int = field(default_factory=int)
    rejects: list[Reject] = field(default_factory=list)

    def reject(self, bad: Iterable[tuple[int, BadRecord]]) -> None:
        """Set records aside, by their place in this block."""
        away = dict(bad)
        for i, why in away.items():
            self.rejects.append(_reject(self.file, self.numbers[i], self.lines[i], why))
        stay = [i for i in range(len(self.records)) if i not in away]
        self.records = [self.records[i] for i in stay]
        self.lines = [self.lines[i] for i in stay]
        self.rows = [self.rows[i] for i in stay]
        self.numbers = [self.numbers[i] for i in stay]

    @property
    def first(self) -> Record | None:
        """The first record, if there is one."""
        return self.records[0] if self.records else None

    @property
    def bare(self) -> bool:
        """Whether any record has no field at all."""
        return not all(self.records)

    def has(self, name: str) -> bool:
        """Whether any record has a field of this name."""
        return True in [name in record for record in self.records]

    def column(self, get: Finder) -> list[Any]:
        """What `get` finds in each record; records it refuses are set aside."""
        if get.plain is not None:
            try:
                values = [record[get.plain] for record in self.records]
            except KeyError:
                pass
            else:
                if _as_wanted(values, get):
                    return values
        found: list[Any] = []
        bad: list[tuple[int, BadRecord]] = []
        for i, record in enumerate(self.records):
            try:
                value = get.find(record)
                if type(value) is float and abs(value) >= EXACT:
                    _check_digits(self.lines[i], value)
                found.append(value)
            except BadRecord as why:
                bad.append((i, why))
        self.reject(bad)
        return found


class Unread(Parsed):
    """A block that is read when something of it is asked for.

    Where that is one plain field, as for most methods, each record is let go as soon
    as its value is known: to hold thousands of them costs more than to parse them.

    Args:
        block: the lines.
        max_line: the longest that is read.
        seek: a field whose absence shall be known without the records.
    """

    def __init__(self, block: Block, max_line: int, seek: str | None = None) -> None:
        self._block = block
        self._max_line = max_line
        self._seek = seek
        self._without: str | None = None

    @property
    def first(self) -> Record | None:
        """See Parsed."""
        if "lines" not in vars(self):
            try:
                return parse_line(self._block.lines[0], self._max_line)
            except BadRecord:
                pass
        return super().first

    @property
    def bare(self) -> bool:
        """See Parsed."""
        alone = "lines" in vars(self) and "records" not in vars(self)
        return not alone and super().bare

    def column(self, get: Finder) -> list[Any]:
        """See Parsed."""
        if get.plain is not None and "lines" not in vars(self):
            values = self._alone(get.plain)
            if values is not None and _as_wanted(values, get):
                return values
        return super().column(get)

    def has(self, name: str) -> bool:
        """See Parsed; known without the records where none has what was sought."""
        return name != self._without and super().has(name)

    def _alone(self, name: str) -> list[Any] | None:
        """A field of each record; None if there is something odd in the block."""
        lines, loads = self._block.lines, orjson.loads
        try:
            if (seek := self._seek) is None:
                values = [loads(line)[name] for line in lines]
            else:
                records = map(loads, lines)
                values = [one[name] for one in records if seek not in one]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return None
        if _longest(lines, self._max_line) > self._max_line:
            return None
        if len(values) < len(lines):
            return None  # some have the field that was sought
        self._without = seek
        known = _whole(self._block, [])
        vars(self).update(vars(known))
        del self.records
        return values

    def __getattr__(self, name: str) -> Any:
        """What was not read yet."""
        if name[0] == "_":
            raise AttributeError(name)
        if "lines" in vars(self):
            self.records = _each(self.lines)
        else:
            vars(self).update(vars(parse(self._block, self._max_line)))
        return vars(self)[name]


def _as_wanted(values: list[Any], get: Finder) -> bool:
    """Whether all have the types that are looked for, and no number was rounded."""
    return get.types.issuperset(map(type, values)) and (
        float not in get.types or hypot(*values) < EXACT
    )


def _whole(block: Block, records: list[Any]) -> Parsed:
    """A block in which every line is a record."""
    vars(block)["blank"] = 0  # known, and need not be counted
    size = len(block.lines)
    rows, numbers = (range(at, at + size) for at in (block.row, block.line))
    return Parsed(block.file, records, block.lines, rows, numbers)


def parse(block: Block, max_line: int) -> Parsed:
    """Read the records of a block."""
    lines = block.lines
    try:
        records = _each(lines)
    except orjson.JSONDecodeError:
        return _carefully(block, max_line)
    if set(map(type, records)) != {dict} or _longest(lines, max_line) > max_line:
        return _carefully(block, max_line)
    return _whole(block, records)


def _each(lines: list[bytes]) -> list[Any]:
    loads = orjson.loads
    return [loads(line) for line in lines]


def _longest(lines: list[bytes], limit: int) -> int:
    """Only the first line of a block can be longer than a block."""
    return max(map(len, lines)) if limit < BLOCK else len(lines[0])


def parse_line(line: bytes, max_line: int) -> Record:
    """Read one record.

    Raises:
        BadRecord: the line is not one JSON object.
    """
    if len(line) > max_line:
        msg = f"longer than --max-line {max_line:,} bytes"
        raise BadRecord("line-too-long", msg, max_line)
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise diagnose(line, error) from None
    if type(record) is not dict:
        kind = {list: "an array", str: "a string", type(None): "null"}
        msg = f"{kind.get(type(record), 'a number or truth value')}, not an object"
        raise BadRecord("not-object", msg)
    return record


def _check_digits(line: bytes, value: float) -> None:
    """Refuse an integer that the parser has rounded: one of 2^64 and more."""
    digits = f"{abs(value):.0f}"
    if re.search(rb"[:\s\[]-?" + digits[:3].encode() + rb"\d{17,}\s*[,}\]]", line):
        msg = f"an integer near {value:.6g} is too large to be read exactly"
        raise BadRecord("number-range", msg)


def _carefully(block: Block, max_line: int) -> Parsed:
    parsed = Parsed(block.file, [], [], rows := [], numbers := [])
    row = block.row - 1
    for number, line in enumerate(block.lines, block.line):
        if line.isspace():
            parsed.blank += 1
            continue
        row += 1
        try:
            record = parse_line(line, max_line)
        except BadRecord as why:
            parsed.rejects.append(_reject(block.file, number, line, why))
        else:
            parsed.records.append(record)
            parsed.lines.append(line)
            rows.append(row)
            numbers.append(number)
    return parsed


def _reject(file: str, number: int, line: bytes, why: BadRecord) -> Reject:
    return Reject(file, number, why.byte, why.reason, str(why), line)


def diagnose(line: bytes, error: orjson.JSONDecodeError) -> BadRecord:
    """Say what is wrong with a line that is not JSON, in the words of REASONS."""
    try:
        text = line.decode()
    except UnicodeDecodeError as bad:
        return BadRecord("utf8", byte=bad.start + 1)
    at = min(error.pos, len(text))
    byte = len(text[:at].encode()) + 1
    message = error.msg
    if message.startswith("unexpected end") and not line.endswith(b"\n"):
        return BadRecord("truncated", byte=byte)
    for start, reason in _MESSAGES:
        if message.startswith(start):
            return BadRecord(reason, byte=byte)
    if re.match(r"-?(NaN|Infinity)", text[max(0, at - 1) :].lstrip("+")) or re.match(
        r"(NaN|Infinity)", text[at:]
    ):
        return BadRecord("non-finite", byte=byte)
    return BadRecord("syntax", f"not JSON: {message}", byte)


_MESSAGES = (
    ("number is infinity", "number-range"),
    ("no low surrogate", "lone-surrogate"),
    ("no high surrogate", "lone-surrogate"),
    ("invalid low surrogate", "lone-surrogate"),
    ("invalid high surrogate", "lone-surrogate"),
    ("unexpected content after", "trailing"),
    ("unexpected control character", "control-char"),
    ("depth limit", "depth"),
    ("str is not valid UTF-8", "utf8"),
)
