"""How far a run is, on a terminal and nowhere else."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.streams.blocks import Block
    from sel.streams.lines import Stream

PATIENCE = 1.0
"""Seconds before anything is shown: what takes no longer needs no progress."""
OFTEN = 0.1


def watched(stream: Stream | Work, label: str, *, quiet: bool) -> Iterator[Block]:
    """The blocks of a stream; how far it was read is shown on standard error."""
    blocks = stream.blocks()
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        return blocks
    return _shown(blocks, stream, label)


class Tokens:
    """What models have read in this run, and when they began."""

    def __init__(self) -> None:
        self.read = 0
        self._started = 0.0
        self.line: _Line | None = None
        """Where it is shown, while something is."""

    def heard(self, tokens: int) -> None:
        """A model has read so many more."""
        self._started = self._started or time.monotonic()
        self.read += tokens
        if self.line:
            self.line.show()

    @property
    def rate(self) -> float:
        """Tokens a second since the first pass was done; 0 if there was none."""
        seconds = time.monotonic() - self._started
        return self.read / max(seconds, 1e-3) if self.read else 0.0


TOKENS = Tokens()


class Step:
    """A step of a Work, as a block of no lines."""

    row = count = blank = 0
    file = ""


class Work:
    """What is done in memory, watched as a stream of records is.

    Args:
        steps: do it, one by one, and say how much each was.
        size: how much there is to do.
    """

    def __init__(self, steps: Iterator[int], size: int) -> None:
        self._steps, self.size = steps, size
        self.stored = self.bytes = 0
        self.sources = ()

    def blocks(self) -> Iterator[Any]:
        """Do it."""
        for some in self._steps:
            self.stored += some
            yield Step


def _shown(
    blocks: Iterator[Block], stream: Stream | Work, label: str
) -> Iterator[Block]:
    line = TOKENS.line = _Line(stream, label)
    try:
        for block in blocks:
            yield block
            line.rows = block.row
            line.done = stream.stored if stream.size else stream.bytes
            line.show()
    finally:
        TOKENS.line = None
        line.stop()


class _Line:
    """The line that is shown, when there was reason to be patient."""

    def __init__(self, stream: Stream | Work, label: str) -> None:
        self._stream, self._label = stream, label
        self._started = self._last = time.monotonic()
        self._bar: Any = None
        self.rows = self.done = 0

    def show(self) -> None:
        """Say how far it is, not too often."""
        now = time.monotonic()
        if now - self._started <= PATIENCE or now - self._last <= OFTEN:
            return
        self._last = now
        self._bar = bar = self._bar or _bar(
            self._label, self._stream.size, read=not isinstance(self._stream, Work)
        )
        rate = f"{TOKENS.rate:,.0f} tokens/s" if TOKENS.read else ""
        bar.update(bar.task_ids[0], completed=self.done, rows=self.rows, rate=rate)
        bar.refresh()

    def stop(self) -> None:
        """Take it away."""
        if self._bar:
            self._bar.stop()


def _bar(label: str, size: int | None, *, read: bool) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    streamed = [
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("{task.fields[rows]:,} records"),
    ]
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *(streamed if read else [TaskProgressColumn()]),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,  # no thread: processes may be forked
    )
    bar.add_task(label, total=size, rows=0, rate="")
    bar.start()
    return bar
