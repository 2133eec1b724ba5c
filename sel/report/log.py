"""How far a run is, a line of JSON a minute, for programs and for files."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sel.report.progress import TOKENS
from sel.streams.json import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sel.streams.blocks import Block
    from sel.streams.lines import Stream

EVERY = 60.0
"""Seconds from one line to the next, at least: a line follows a block of records."""
STDERR = "-"


class Log:
    """Lines on how far a run is, added to a file; what cannot be is left out.

    Args:
        path: the file; `-` is standard error.
        command: what is run.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: str, command: str) -> None:
        self._command = command
        self._last, self._bytes = time.monotonic(), 0
        place: Any = os.dup(2) if path == STDERR else path
        self._file = open(place, "ab", buffering=0)  # noqa: SIM115 (as long as the run)

    def following(
        self, blocks: Iterable[Block], stream: Stream, doing: str
    ) -> Iterator[Block]:
        """The blocks of a stream, with a line a minute on how far it was read."""
        started = time.monotonic()
        for block in blocks:
            yield block
            self._bytes = stream.bytes
            now = time.monotonic()
            if now - self._last >= EVERY:
                self._last = now
                rows = block.row + block.count - block.blank
                self._say(doing, rows, now - started, _share(stream))

    def end(self, rows: int, seconds: float) -> None:
        """The last line.

        Args:
            rows: records that were read.
            seconds: that the run took.
        """
        self._say("done", rows, seconds, 1.0)

    def _say(self, doing: str, rows: int, seconds: float, done: float | None) -> None:
        line: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": self._command,
            "doing": doing,
            "rows": rows,
            "bytes": self._bytes,
            "rows_per_second": round(rows / max(seconds, 1e-3), 1),
        }
        if TOKENS.read:
            line["tokens"] = TOKENS.read
            line["tokens_per_second"] = round(TOKENS.rate, 1)
        if done:
            line["done"] = round(done, 4)
            line["seconds_left"] = round(seconds * (1 - done) / done, 1)
        with suppress(OSError):  # no run fails for want of a line on how far it is
            self._file.write(written(line) + b"\n")


def _share(stream: Stream) -> float | None:
    """How much of a stream was read; None where its size is not known."""
    return min(stream.stored / stream.size, 1.0) if stream.size else None
