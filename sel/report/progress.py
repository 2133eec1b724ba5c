"""How far a run is, on a terminal and nowhere else."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.streams.lines import Block, Stream

PATIENCE = 1.0
"""Seconds before anything is shown: what takes no longer needs no progress."""
OFTEN = 0.1


def watched(stream: Stream, label: str, *, quiet: bool) -> Iterator[Block]:
    """The blocks of a stream; how far it was read is shown on standard error."""
    blocks = stream.blocks()
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        return blocks
    return _shown(blocks, stream, label)


def _shown(blocks: Iterator[Block], stream: Stream, label: str) -> Iterator[Block]:
    started = last = time.monotonic()
    bar: Any = None
    try:
        for block in blocks:
            yield block
            now = time.monotonic()
            if now - started > PATIENCE and now - last > OFTEN:
                last = now
                bar = bar or _bar(label, stream.size)
                done = stream.stored if stream.size else stream.bytes
                bar.update(bar.task_ids[0], completed=done, rows=block.row)
                bar.refresh()
    finally:
        if bar:
            bar.stop()


def _bar(label: str, size: int | None) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("{task.fields[rows]:,} records"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,  # no thread: processes may be forked
    )
    bar.add_task(label, total=size, rows=0)
    bar.start()
    return bar
