"""What becomes of bad lines: the run fails, or they are dropped, or set aside."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import orjson

from sel.errors import DataError, UsageError
from sel.streams.output import AtomicFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sel.streams.records import Reject

RAW = 64 << 10
"""How much of a bad line the quarantine keeps, in bytes."""
FEW = 100
SHARE = 0.01


class Rejects:
    """Takes the bad lines of a run, and stops it by the rules of the user.

    Args:
        keep: where bad lines are written, once it is started; None drops them.
        fail: stop at the first one.
        most: how many may be, as `N` or `P%`; None is 100 or 1%, what is more.
    """

    def __init__(
        self, *, keep: AtomicFile | None = None, fail: bool = True, most: str | None
    ) -> None:
        self.count = 0
        self._keep = keep
        self._fail = fail
        self._most = most
        self._number, self._share = budget(most)

    def start(self, blocks: int = 0, count: int = 0) -> None:
        """Go on after so many blocks, in which so many lines were bad."""
        self.count = count
        if self._keep:
            self._keep.start(blocks)

    def points(self, others: Iterable[int]) -> set[int]:
        """Those of the points of another file at which this one is safe too."""
        return set(others).intersection(self._keep.points() if self._keep else others)

    def checkpoint(self, blocks: int) -> None:
        """Make what was set aside safe."""
        if self._keep:
            self._keep.checkpoint(blocks, {})

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old quarantine file."""
        if self._keep:
            self._keep.abort(keep=keep)

    def take(self, rejects: Iterable[Reject]) -> None:
        """Set lines aside; DataError if that is one too many."""
        for reject in rejects:
            self.count += 1
            if self._fail or reject.reason == "truncated":
                raise DataError(_sentence(reject))
            if self._keep:
                self._keep.write(_entry(reject))
            if self._share is None and self.count > self._number:
                self._stop(reject)

    def close(self, read: int) -> None:
        """Check the budget against all that was read; write the quarantine file."""
        if self._share is not None:
            allowed = max(self._number, self._share * read)
            if self.count > allowed:
                msg = (
                    f"{self.count:,} of {read:,} lines are bad, more than"
                    f" --max-errors {self._most or '1%'} allows"
                )
                raise DataError(msg)
        if self._keep:
            self._keep.commit()

    def _stop(self, last: Reject) -> None:
        msg = f"more than --max-errors {self._most} bad lines; the last: "
        raise DataError(msg + _sentence(last))


def budget(most: str | None) -> tuple[int, float | None]:
    """How many lines may be bad: a number, and a share of what is read."""
    if most is None:
        return FEW, SHARE
    number = most.removesuffix("%")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if value < 0 or (number == most and value % 1):
        msg = f"--max-errors must be a number such as 50 or a share such as 1%: {most}"
        raise UsageError(msg)
    return (int(value), None) if number == most else (0, value / 100)


def _sentence(reject: Reject) -> str:
    place = f"{reject.file}:{reject.line}" + (f":{reject.byte}" if reject.byte else "")
    look = ""
    if "Try: " not in reject.message:
        look = ". Try: --on-error skip, or quarantine=FILE"
        if reject.reason == "truncated":
            look = ". Try: fetch the file again, or cut the line off with sed '$d'"
    return f"{place}: {reject.message}{look}"


def _entry(reject: Reject) -> bytes:
    """A line of the quarantine file."""
    entry: dict[str, object] = {
        "file": reject.file,
        "line": reject.line,
        "byte": reject.byte,
        "reason": reject.reason,
        "message": reject.message,
    }
    raw = reject.raw.rstrip(b"\r\n")
    if len(raw) > RAW:
        entry["length"] = len(raw)
        raw = raw[:RAW]
    try:
        entry["raw"] = raw.decode()
    except UnicodeDecodeError:
        entry["raw_base64"] = base64.b64encode(raw).decode()
    return orjson.dumps(entry) + b"\n"
