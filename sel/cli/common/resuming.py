"""Going on where an interrupted run stopped."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sel import __version__
from sel.cli.common import matrices
from sel.errors import UsageError
from sel.streams import parquet
from sel.streams.lines import BLOCK
from sel.streams.output import AtomicFile, open_output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.cli.call import Call
    from sel.streams.lines import Stream
    from sel.streams.output import Output
    from sel.streams.rejects import Rejects

EVERY = 32
"""Blocks between two points from which an interrupted run can go on."""

NO_MATTER = {"files", "jobs", "output", "summary", "quiet", "resume", "device"}
"""Options on which the bytes that come out do not depend."""

Item = TypeVar("Item")


def skip(source: Iterator[Item], count: int) -> Iterator[Item]:
    """Pass over what was dealt with before."""
    for _ in range(count):
        next(source, None)
    return source


def output(call: Call, key: str | None) -> Output:
    """Where the data goes; a file that can be gone on with has a journal.

    Raises:
        UsageError: --resume, and a file that cannot be gone on with.
    """
    path = call.writing.output
    if path and not path.endswith(parquet.ENDING):
        return AtomicFile(Path(path), key)
    if path and call.groups["resuming"]:
        msg = f"{path} is written at once: no --resume. Try: -o with .jsonl.zst"
        raise UsageError(msg)
    return open_output(path)


def begin(call: Call, output: Output, rejects: Rejects) -> tuple[int, dict[str, float]]:
    """Start both files: anew, or with --resume where both are safe.

    Returns:
        How many blocks to pass over, and what was counted in them.
    """
    if not isinstance(output, AtomicFile):
        rejects.start()
        return 0, {}
    points = rejects.points(output.points()) if call.groups["resuming"] else ()
    first = max(points, default=0)
    counts = dict(output.start(first).counts)
    rejects.start(first, int(counts.get("rejected", 0)))
    return first, counts


def stream_key(call: Call, stream: Stream) -> str | None:
    """What the result depends on, if the inputs can be read again."""
    regular = all(Path(source).is_file() for source in [*stream.paths, *_beside(call)])
    return key(call, stream.paths) if regular else None


def key(call: Call, paths: list[str]) -> str:
    """What the result depends on: version, options, and the inputs as they are."""
    fitting = call.groups.get("fitting")
    every = [*paths, *(call.files if fitting and not fitting.load else [])]
    inputs = [
        (path, status.st_size, status.st_mtime_ns)
        for path in [*every, *_beside(call)]
        if (status := Path(path).stat())
    ]
    given = [item for item in call.given.items() if item[0] not in NO_MATTER]
    whole = (__version__, BLOCK, call.title, given, inputs)
    return hashlib.sha256(repr(whole).encode()).hexdigest()[:32]


def _beside(call: Call) -> list[str]:
    """What is read beside the records: targets, states, matrices."""
    fitting = call.groups.get("fitting")
    found = [*fitting.target, fitting.load] if fitting else []
    found += [*matrices.files(call.groups.get("matrix", "@"))]
    found += [*call.groups.get("likeness", []), *call.groups.get("references", [])]
    found += call.groups["labelled"].files if "labelled" in call.groups else []
    return [path for path in found if path]
