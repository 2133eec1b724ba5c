"""Names for what is not whole yet: temporary files beside an output, and no one else's.

A part of `out.jsonl` is `.out.jsonl.1f0c9a3e.sel-part`: its number is drawn, it is made
only where nothing has that name, and a run holds a lock on it while it lives. So a part
without a lock was left by a run that was killed.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from typing import TYPE_CHECKING

from sel.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PART, JOURNAL, OLD, SHARDS = ".sel-part", ".sel-journal", ".sel-old", ".sel-shards"
_ANY = re.compile(rf"\.(.+)\.[0-9a-f]{{8}}{re.escape(PART)}", re.DOTALL)
LONGEST = 200
"""Bytes of a name that are repeated in the names of its parts."""


def locked(path: Path, label: str, *, again: bool) -> tuple[int, Path]:
    """A part of an output, open for this run alone; what dead runs left is removed.

    Args:
        path: the output.
        label: what messages call it.
        again: take what a dead run left, if there is any, as it may be gone on with.

    Raises:
        MachineError: another run is writing the output.
    """
    found = None
    for left in _left(path):
        fd = _lock(left)
        if fd is None:
            if left.exists():
                raise _busy(label)
        elif again and found is None:
            found = fd, left
        else:
            remove(left)
            os.close(fd)
    fd, part = found or _new(path)
    try:
        _alone(path, part, label)
    except BaseException:
        remove(part)
        os.close(fd)
        raise
    return fd, part


def unused(path: Path, kind: str) -> Path:
    """A name beside a file that nothing has."""
    return path.with_name(f".{_stem(path)}.{os.urandom(4).hex()}{kind}")


def journal(part: Path) -> Path:
    """Where the journal of a part is."""
    return part.with_suffix(JOURNAL)


def shards(part: Path) -> Path:
    """Where the files are that a part lists, if it lists any."""
    return part.with_suffix(SHARDS)


def remove(part: Path) -> None:
    """Remove a part, its journal, and the files that it lists."""
    journal(part).unlink(missing_ok=True)
    if shards(part).is_dir():
        from sel.streams import swap

        swap.remove(part)
    part.unlink(missing_ok=True)


def is_part(name: Path, output: Path) -> bool:
    """Whether a file is called like a part of an output."""
    kinds = (PART, JOURNAL, OLD)
    return name.parent == output.parent and any(
        _pattern(output, kind).fullmatch(name.name) for kind in kinds
    )


def output_of(name: str) -> str | None:
    """What a file that is called like a part is a part of."""
    found = _ANY.fullmatch(name)
    return found[1] if found else None


def _stem(path: Path) -> str:
    name = os.fsencode(path.name)
    if len(name) <= LONGEST:
        return path.name
    import hashlib  # OpenSSL comes with it

    return hashlib.sha256(name).hexdigest()[:32]


def _pattern(path: Path, kind: str) -> re.Pattern[str]:
    return re.compile(rf"\.{re.escape(_stem(path))}\.[0-9a-f]{{8}}{re.escape(kind)}")


def named(path: Path, kind: str, *, anyones: bool = False) -> list[Path]:
    """What stands beside an output of a kind; that of this user, or `anyones`."""
    pattern = _pattern(path, kind)
    with os.scandir(path.parent) as entries:
        names = sorted(e.name for e in entries if pattern.fullmatch(e.name))
    found = map(path.with_name, names)
    form = stat.S_ISDIR if kind == SHARDS else stat.S_ISREG
    return [one for one in found if anyones or _is_ours(one, form)]


def _left(path: Path) -> list[Path]:
    """The parts of an output that are there; what is without a part is removed."""
    for left in named(path, JOURNAL):
        if not left.with_suffix(PART).exists():
            left.unlink(missing_ok=True)
    for left in named(path, SHARDS):  # a run was killed when all was in its place
        if not left.with_suffix(PART).exists():
            import shutil

            shutil.rmtree(left, ignore_errors=True)
    return named(path, PART)


def _is_ours(path: Path, form: Callable[[int], bool]) -> bool:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    return form(status.st_mode) and status.st_uid == os.geteuid()


def _alone(path: Path, part: Path, label: str) -> None:
    """Refuse a run that began at the same time; remove what no run needs any more."""
    for other in _left(path):
        if other != part and (fd := _lock(other)) is not None:
            remove(other)
            os.close(fd)
        elif other != part and other.exists():
            raise _busy(label)
    for old in named(path, OLD):  # a run was killed while it put files in place
        old.unlink(missing_ok=True)


def _new(path: Path) -> tuple[int, Path]:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    while True:
        part = unused(path, PART)
        try:
            fd = os.open(part, flags, 0o600)
        except FileExistsError:
            continue
        except FileNotFoundError as error:
            error.filename = str(path)
            raise
        try:
            if _is_locked(fd, part):
                return fd, part
        except BaseException:
            remove(part)
            os.close(fd)
            raise
        os.close(fd)


def _lock(part: Path) -> int | None:
    """A locked part, open; None where another run has it, or it is gone."""
    try:
        fd = os.open(part, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    if _is_locked(fd, part):
        return fd
    os.close(fd)
    return None


def _is_locked(fd: int, part: Path) -> bool:
    """Lock an open part; whether it could be, and still has its name."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A run that ended in between has renamed the file that is locked now.
        return os.path.samestat(os.fstat(fd), os.stat(part))
    except (BlockingIOError, FileNotFoundError):
        return False


def _busy(label: str) -> MachineError:
    return MachineError(f"{label}: another run is writing this file")
