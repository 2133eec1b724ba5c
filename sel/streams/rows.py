"""What becomes of a row that is not a record: a line that says why, and is refused.

Readers of tables and arrays make lines of JSON. A row that they cannot read is a line,
too, so that it is counted, refused by the policy of the run, and kept in quarantine as
it was.
"""

from __future__ import annotations

from typing import NamedTuple

MARK = b"\x1e"
"""Begins such a line; no JSON does."""
_END = b"\x1f"


class Bad(NamedTuple):
    """A row that cannot be read."""

    why: str
    raw: bytes

    def line(self) -> bytes:
        """The line that stands for it."""
        raw = self.raw.replace(b"\n", b"\x1e")
        return MARK + self.why.encode() + _END + raw + b"\n"


def parsed(line: bytes) -> Bad:
    """The row that a line stands for."""
    why, _, raw = line[1:].partition(_END)
    kept = raw.removesuffix(b"\n").replace(b"\x1e", b"\n")
    return Bad(why.decode(errors="replace"), kept)
