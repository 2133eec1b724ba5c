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
    from collections.abc import Iterable, Iterator, Mapping

    from sel.report.metrics import Metrics
    from sel.streams.blocks import Block
    from sel.streams.lines import Stream

EVERY = 60.0
"""Seconds from one line to the next, at least: a line follows a block of records."""
STDERR = "-"


class Log:
    """Lines on how far a run is, added to a file; what cannot be is left out.

    Args:
        path: the file; `-` is standard error; None for none.
        metrics: a file that has the same numbers, see sel.report.metrics.
        command: what is run.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: str | None, metrics: str | None, command: str) -> None:
        self._command = command
        self._last, self._bytes, self._rows = time.monotonic(), 0, 0
        self._file: Any = None
        if path:
            place: Any = os.dup(2) if path == STDERR else path
            self._file = open(place, "ab", buffering=0)  # noqa: SIM115 (as long as the run)
        self._metrics: Metrics | None = None
        if metrics:
            from sel.report.metrics import Metrics

            self._metrics = Metrics(metrics, command)

    def following(
        self, blocks: Iterable[Block], stream: Stream, doing: str
    ) -> Iterator[Block]:
        """The blocks of a stream; a line a minute, and one at the end of each file."""
        started, several = time.monotonic(), len(stream.sources) > 1
        file, done = "", _share(stream)

        def say(file: str = "") -> None:
            self._last = now = time.monotonic()
            self._say(doing, self._rows, now - started, done, file)

        for block in blocks:
            if several and file not in ("", block.file):
                say(file)
            yield block
            file, self._bytes = block.file, stream.bytes
            self._rows, done = block.row + block.count - block.blank, _share(stream)
            if time.monotonic() - self._last >= EVERY:
                say()
        if several and file:
            say(file)

    def shard(self, file: str, seconds: float) -> None:
        """One of several outputs is whole, after so many seconds."""
        self._say("shard", self._rows, seconds, None, file)

    def end(self, counts: Mapping[str, int], seconds: float) -> None:
        """The last line.

        Args:
            counts: of the law.
            seconds: that the run took.
        """
        self._say("done", counts["read"] - counts["blank"], seconds, 1.0)
        if self._metrics:
            self._metrics.end(counts, seconds)

    def _say(
        self, doing: str, rows: int, seconds: float, done: float | None, file: str = ""
    ) -> None:
        line: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": self._command,
            "doing": doing,
            "rows": rows,
            "bytes": self._bytes,
            "rows_per_second": round(rows / max(seconds, 1e-3), 1),
        }
        if file:
            line["file"] = file
        if TOKENS.read:
            line["tokens"] = TOKENS.read
            line["tokens_per_second"] = round(TOKENS.rate, 1)
        if done:
            line["done"] = round(done, 4)
            line["seconds_left"] = round(seconds * (1 - done) / done, 1)
        if self._file:
            with suppress(OSError):  # no run fails for want of a line on how far it is
                self._file.write(written(line) + b"\n")
        if self._metrics:
            self._metrics.tell(line)


def _share(stream: Stream) -> float | None:
    """How much of a stream was read; None where its size is not known."""
    return min(stream.stored / stream.size, 1.0) if stream.size else None
