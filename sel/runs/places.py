"""Where a run reads and writes: no two of its files are one, and each has its kind."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from sel.errors import MachineError, UsageError
from sel.options.declare import every
from sel.options.reading import Reading
from sel.options.writing import Resuming, Sharding, Writing
from sel.report.log import STDERR
from sel.streams import endings, manifest, parts, remote, share
from sel.streams.atomic import descriptor
from sel.streams.lines import STDIN
from sel.streams.output import NAME as STANDARD
from sel.values import value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sel.request import Request

CARDS = ("matrix", "index")
"""The kinds of outputs that have a card beside them."""
MAPPED = (".npy", ".faiss", ".index")
"""The endings of inputs that have one."""
REMOTE = ("records", "rows", "lines")
"""The kinds of outputs that may be behind a URL."""
UPDATED = {("load", "save"), ("baseline", "save"), ("updated", "output")}
"""What is read whole before it is replaced: from what option, by what option."""


@value
class Place:
    """A file that a run reads or writes."""

    option: str
    """The name of the option; empty for an input."""
    flag: str
    """What messages call the option."""
    path: str
    kind: str = ""
    """What is written to it, of sel.streams.endings."""
    whole: bool = False
    """Whether it is a folder that is replaced as a whole."""

    @property
    def shard(self) -> bool:
        """Whether each shard has one of its own."""
        return self.option in ("output", "on_error")


def check(request: Request, gives: str) -> set[str]:
    """Refuse outputs that are inputs, or one another, or of no known kind.

    Args:
        request: nothing of it was opened yet.
        gives: what goes to -o, of the kinds of sel.streams.endings.

    Returns:
        Paths of all files and folders that may be written.

    Raises:
        UsageError: which files are the same, or what endings there are.
    """
    written = list(_written(request, gives))
    for one in written:
        parts = bool(request.values.get("merge"))  # they are in it, or will be
        folder = one.shard and (parts or Resuming in request)
        if one.whole:
            _is_free(request, one)
            _is_alone(one, [*_read(request), *written])
        elif one.flag != STANDARD:
            numbered = one.option == "output" and Sharding in request
            endings.check(
                one.flag, one.path, one.kind, folder=folder, numbered=numbered
            )
            _is_possible(one, folder=parts)
    apart(_read(request), written)
    written += [one for one in _read(request) if one.option == "updated"]
    return {os.path.realpath(one.path) for one in [*written, *_cards(written)]}


def of(request: Request, gives: str) -> tuple[list[Place], list[Place]]:
    """All files that a run may read, and those that it writes."""
    return list(_read(request)), list(_written(request, gives))


def check_together(shards: list[Request]) -> None:
    """Make the folders of all shards; refuse an output that is used otherwise."""
    each = [one for shard in shards for one in _written(shard, "") if one.shard]
    whole = [one for one in _written(shards[0], "") if not one.shard]
    apart(_read(shards[0]), [*whole, *each])
    for one in each:
        Path(one.path).parent.mkdir(parents=True, exist_ok=True)


def apart(read: Iterable[Place], written: Iterable[Place]) -> None:
    """Refuse an output that is an input, or another output."""
    read = [one for one in read if one.path[:1] != "@"]
    known: dict[object, Place] = {}
    for one in [*read, *_cards(read)]:
        known.setdefault(_same(one.path), one)
    for one in written:
        if one.path.endswith("/"):
            continue
        for part in (one, *_cards([one])):
            before = known.get(_same(part.path))
            if before and (before.option, one.option) not in UPDATED:
                raise _clash(before, part)
            if descriptor(part.path) is None:
                known[_same(part.path)] = part
        output = Path(os.path.realpath(one.path))
        for source in read:
            if parts.is_part(Path(os.path.realpath(source.path)), output):
                raise _clash(source, one)


def _clash(before: Place, one: Place) -> UsageError:
    what = one.flag if one.flag == STANDARD else f"{one.flag} {one.path}".strip()
    if before.kind:
        msg = f"{what} and {before.flag} {before.path} would be the same file"
    else:
        other = f"{before.flag} {before.path}".strip()
        msg = f"{what} would be written over an input, {other}"
    return UsageError(f"{msg}. Try: another name")


def _same(path: str) -> object:
    """What two names of one file have in common."""
    if remote.is_url(path):
        return remote.same(path)
    number = 0 if path == STDIN else descriptor(path)
    try:
        status = os.stat(path) if number is None else os.fstat(number)
    except OSError:
        return os.path.realpath(path)
    if not stat.S_ISREG(status.st_mode):
        return object()  # a device or a pipe may be named twice
    return status.st_dev, status.st_ino


def _cards(places: Iterable[Place]) -> Iterator[Place]:
    for one in places:
        if one.kind in CARDS or (not one.kind and one.path.endswith(MAPPED)):
            yield Place(one.option, one.flag, f"{one.path}.json", one.kind)


def _read(request: Request) -> Iterator[Place]:
    """All files that a run may read."""
    updated = request.title in ("sel index add", "sel index remove")
    for source in request.inputs:
        if isinstance(source, str):
            whole = os.path.exists(source) or remote.is_url(source)
            path = source if whole else source.partition("=")[2]
            yield Place("updated" if updated else "", "", path or source)
    for one in every(request.method, request.takes):
        value = request.values.get(one.name)
        if one.value == "FILE" and not one.writes and value:
            for path in [value] if isinstance(value, str) else value:
                yield Place(one.name, one.flag, str(path))


def _written(request: Request, gives: str) -> Iterator[Place]:
    """All files that a run writes, -o last."""
    if path := request[Reading].quarantine if Reading in request else None:
        yield Place("on_error", "--on-error quarantine", path, "lines")
    if "format" in request.values:
        from sel.options.evaluation import Judging

        for name, path in request[Judging].formats:
            if path:
                yield Place("format", f"--format {name}", path, "words")
    for one in every(request.method, request.takes):
        path = request.values.get(one.name)
        to_stderr = one.writes == "log" and path == STDERR
        if one.writes and path and one.name != "output" and not to_stderr:
            yield Place(one.name, one.flag, path, one.writes)
    yield from _written_last(request, gives)


def _written_last(request: Request, gives: str) -> Iterator[Place]:
    """What -o names, or standard output."""
    output = request.values.get("output") if Writing in request else None
    if plan := request.shards:
        yield Place("output", "-o", plan.folder, gives, whole=True)
    elif output and output != "-":
        yield Place("output", "-o", output, gives)
    elif request.sink is None:
        yield Place("output", STANDARD, "/dev/stdout", gives)


def _is_below(path: str, folder: str) -> bool:
    if remote.is_url(folder) or remote.is_url(path):
        return path.startswith(folder)
    return Path(os.path.realpath(folder)) in Path(os.path.realpath(path)).parents


def _is_free(request: Request, one: Place) -> None:
    """Refuse a folder for numbered files that cannot be had."""
    plan = request.shards
    assert plan
    endings.check(one.flag, f"{plan.folder}part{plan.ending}", one.kind)
    if not remote.is_url(plan.folder):
        manifest.check_free(plan.folder)


def _is_alone(folder: Place, others: Iterable[Place]) -> None:
    """Refuse a folder that another file of the run is in."""
    for one in others:
        known = one.path != STDIN and one.path[:1] != "@"
        if one is not folder and known and _is_below(one.path, folder.path):
            what = f"{one.flag} {one.path}".strip()
            msg = f"{what} is in {folder.path}, which {folder.flag} replaces as a whole"
            raise UsageError(f"{msg}. Try: another name")


def _is_possible(one: Place, *, folder: bool) -> None:
    """Say at the beginning what would be found out at the end."""
    path = one.path
    if remote.is_url(path):
        fits = one.option == "output" and one.kind in REMOTE
        fits |= path.endswith(share.ENDING)
        if not fits or (path.endswith("/") and not folder):
            msg = f"{one.flag} {path}: only a file of records is written to a URL"
            raise UsageError(f"{msg}. Try: {one.flag} FILE")
        return
    if path.endswith("/"):
        return
    if Path(path).is_dir():
        msg = f"{path} is a directory. Try: the name of a file"
        raise MachineError(msg)
    above = os.path.dirname(path) or "."
    if descriptor(path) is None and not Path(above).is_dir():
        msg = f"{path}: no such directory: {above}. Try: mkdir -p {above}"
        raise MachineError(msg)
