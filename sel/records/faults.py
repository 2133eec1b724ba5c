"""Bad lines: what can be wrong with one, and how it is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import orjson

from sel.streams import rows
from sel.streams.json import read
from sel.values import value

Record = dict[str, Any]
KEPT = 64 << 10
"""Bytes that are kept of a line that is too long."""
_LONG = b"0" * 19
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)

REASONS = {
    "control-char": "a raw control character stands in a string",
    "depth": "nested deeper than 1,024 levels",
    "field-exists": "the new field is there already",
    "field-missing": "a needed field is missing",
    "field-type": "a needed field has the wrong type",
    "form": "the form that is asked for cannot hold the record",
    "line-too-long": "longer than --max-line",
    "lone-surrogate": "half of a surrogate pair stands alone",
    "non-finite": "NaN and Infinity are not JSON numbers",
    "not-object": "the line is JSON, but no object",
    "number-range": "a number is too large to be read exactly",
    "row": "the row cannot be read",
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
        message: the trouble in words, or what gives them if they are asked for.
        byte: where in the line, from 1; 0 if it is nowhere in particular.
    """

    def __init__(
        self, reason: str, message: str | Callable[[], str] = "", byte: int = 0
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.byte = byte
        self._message = message

    def __str__(self) -> str:
        message = self._message() if callable(self._message) else self._message
        return message or REASONS[self.reason]


class Odd(Exception):
    """A block whose records must be looked at one by one."""


@value
class Reject:
    """A line that was set aside, and why."""

    file: str
    line: int
    byte: int
    reason: str
    message: str
    raw: bytes

    @classmethod
    def of(cls, file: str, line: int, raw: bytes, why: BadRecord) -> Reject:
        """A line that was refused; of one that is too long its beginning is kept."""
        raw = raw[:KEPT] if why.reason == "line-too-long" else raw
        raw = rows.parsed(raw).raw if why.reason == "row" else raw
        return cls(file, line, why.byte, why.reason, str(why), raw)

    @property
    def sentence(self) -> str:
        """Where the line stands, and what is wrong with it."""
        byte = f":{self.byte}" if self.byte else ""
        return f"{self.file}:{self.line}{byte}: {self.message}"


def parse_line(line: bytes, max_line: int) -> Record:
    """Read one record.

    Raises:
        BadRecord: the line is not one JSON object.
    """
    if len(line) > max_line:
        raise too_long(max_line)
    if line.startswith(rows.MARK):
        raise BadRecord("row", rows.parsed(line).why)
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise diagnose(line, error) from None
    if _LONG in line.translate(_DIGITS):  # an integer that orjson rounds from 2^64 on
        record = read(line)
    if type(record) is not dict:
        kind = {list: "an array", str: "a string", type(None): "null"}
        msg = f"{kind.get(type(record), 'a number or truth value')}, not an object"
        raise BadRecord("not-object", msg)
    return record


def too_long(max_line: int) -> BadRecord:
    """What is said of a line that is longer than so many bytes."""
    msg = f"longer than --max-line {max_line:,} bytes"
    return BadRecord("line-too-long", msg, max_line)


def is_no_object(line: bytes) -> bool:
    """Whether `parse_line` is sure to refuse a line: without saying why, but soon."""
    try:
        _OBJECT.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return True
    except RecursionError:
        return False
    return False


_OBJECT = msgspec.json.Decoder(dict[str, Any])


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
