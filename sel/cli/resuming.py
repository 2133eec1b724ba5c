"""Going on where an interrupted run stopped."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sel import __version__
from sel.cli import matrices
from sel.streams.lines import BLOCK
from sel.streams.output import AtomicFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.cli.call import Call
    from sel.streams.lines import Stream

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


def file(call: Call, stream: Stream, path: Path) -> AtomicFile:
    """A file that a later run can go on with, if the inputs can be read again."""
    return AtomicFile(path, stream_key(call, stream))


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
