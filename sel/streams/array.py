"""A file that is one JSON array, in and out, as a stream: each element is a line.

No more is held than what was read at once and the longest element.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING

from sel.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sel.streams.atomic import AtomicFile
    from sel.streams.remote import Upload

LONGEST = 1 << 28
"""Characters of the longest element."""
WORD = 16
"""More than the characters of any word or escape of JSON."""
_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_ENDS = str.maketrans("\r\n", "  ")


def lines(parts: Iterator[bytes], name: str, size: int) -> Iterator[bytes]:
    """The elements as lines, those of about `size` bytes at a time.

    Args:
        parts: the bytes of the file, however they are cut.
        name: what messages call it.
        size: bytes.

    Raises:
        DataError: this is not an array, or it ends early.
    """
    text = _Text(parts, name)
    text.take("[", "this is not a JSON array")
    if text.peek() == "]":
        text.at += 1
    else:
        yield from _elements(text, size)
    if text.peek():
        text.fail("something follows the array")


def _elements(text: _Text, size: int) -> Iterator[bytes]:
    lines: list[str] = []
    held = 0
    while True:
        lines.append(text.element())
        held += len(lines[-1])
        last = text.peek() == "]"
        if held >= size or last:
            joined = "\n".join([*lines, ""])
            yield joined.encode(errors="surrogateescape")
            lines, held = [], 0
        if last:
            text.at += 1
            return
        text.take(",", "a comma is missing")


class _Text:
    """What was read and not yet used of a file."""

    def __init__(self, parts: Iterator[bytes], label: str) -> None:
        self._parts, self._label = parts, label
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._read = JSONDecoder().raw_decode
        self._text = ""
        self._number = 0
        self.at = 0

    def peek(self) -> str:
        """The next character other than white space; nothing at the end."""
        while True:
            self.at = _SPACE.match(self._text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self._text) or not self._more(1):
                return self._text[self.at : self.at + 1]

    def take(self, character: str, why: str) -> None:
        """Pass over a character that must come next."""
        if self.peek() != character:
            self.fail(why if self.peek() else "the array ends early")
        self.at += 1

    def element(self) -> str:
        """The next element, on one line."""
        self.peek()
        self._number += 1
        while True:
            try:
                _, end = self._read(self._text, self.at)
            except (JSONDecodeError, RecursionError) as error:
                if not self._may_be_cut(error) or not self._more(self._held):
                    self.fail(_why(error))
                continue
            if end < len(self._text) or not self._more(1):  # a number may go on
                break
        line, self.at = self._text[self.at : end], end
        return line.translate(_LINE_ENDS) if "\n" in line or "\r" in line else line

    @property
    def _held(self) -> int:
        return len(self._text) - self.at

    def _may_be_cut(self, error: Exception) -> bool:
        """Whether an element may be whole when more is read."""
        if not isinstance(error, JSONDecodeError) or self._held > LONGEST:
            return False
        return error.msg[:12] == "Unterminated" or error.pos > len(self._text) - WORD

    def fail(self, why: str) -> None:
        """Say what is wrong, and at which element."""
        msg = f"{self._label}: {why}, at element {max(self._number, 1):,} of the array"
        raise DataError(msg)

    def _more(self, least: int) -> bool:
        """Read on by at least so many bytes; whether there was anything."""
        found: list[bytes] = []
        while sum(map(len, found)) < max(least, 1) and (more := next(self._parts, b"")):
            found.append(more)
        if found:
            rest = self._decode.decode(b"".join(found))
            self._text, self.at = self._text[self.at :] + rest, 0
        return bool(found)


def _why(error: Exception) -> str:
    if isinstance(error, JSONDecodeError):
        return f"what follows is not JSON, or is cut ({error.msg})"
    return "the values are nested too deep"


class Table:
    """Takes lines, and writes them as elements; see sel.streams.output.Output.

    Args:
        file: where the array goes; it must be started.
        like: the inputs, which do not matter.
    """

    def __init__(self, file: AtomicFile | Upload, like: Iterable[object] = ()) -> None:
        del like
        self._file = file
        self._mark = b"["

    def write(self, data: bytes) -> None:
        """Write whole lines; blank ones are no elements."""
        found = [line for line in data.split(b"\n") if line.strip()]
        if found:
            self._file.write(self._mark + b",\n".join(found))
            self._mark = b",\n"

    def commit(self) -> None:
        """End the array, and put the file in its place."""
        self._file.write(b"[]\n" if self._mark == b"[" else b"]\n")
        self._file.commit()

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old file."""
        self._file.abort(keep=keep)
