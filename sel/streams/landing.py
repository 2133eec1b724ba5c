"""What one run writes and reads: its files appear together, or none of them does."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sel.errors import DataError, UsageError
from sel.streams import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Set

    from sel.streams.sums import Sums

Identity = tuple[int, int, int, object]
"""What a file is known by: device, inode, bytes, and when it was written, in ns; of a
remote one 0, 0, bytes, and what its store says."""


class File(Protocol):
    """A file that is whole, and not in its place yet."""

    path: Any
    """Its place, or its URL."""

    def place(self) -> None:
        """Rename it."""

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old file."""


class Landing:
    """The files of a run; see `together`.

    Args:
        outputs: real paths of files, and of folders, that may be written.
    """

    def __init__(self, outputs: Set[str] | None = None) -> None:
        self._outputs = outputs
        self.known: dict[str, Identity] = {}
        """What was read, as it was when it was first opened."""
        self.mapped: dict[str, str] = {}
        """What is read until the end, and what messages call it."""
        self.sums: Sums | None = None
        """The sums of what was read whole; None where nobody asks."""
        self._open: list[File] = []
        self._ready: list[File] = []

    def opened(self, file: File) -> None:
        """A file that the run writes; it must be one of those that were compared."""
        if self._outputs is not None:
            real = os.path.realpath(file.path)
            if not {real, *map(str, Path(real).parents)} & self._outputs:
                msg = f"{file.path} was not compared with the inputs"
                raise RuntimeError(msg)
        self._open.append(file)

    def ready(self, file: File) -> None:
        """A file that is whole."""
        self._ready.append(file)

    def land(self, *last: str | None) -> None:
        """Put all files that are whole in their places, or none.

        Args:
            last: those that are put there last, in this order.

        Raises:
            DataError: an input that was read until now has changed.
        """
        for path, label in self.mapped.items():
            unchanged(path, label, self.known)
        order = [_real(path) for path in last if path]
        ready = sorted(self._ready, key=lambda file: _place_of(str(file.path), order))
        place(ready)
        self._open = [file for file in self._open if file not in ready]
        self._ready = []

    def leave(self, *, keep: bool) -> None:
        """Leave the old files; `keep` what a later run can go on with."""
        for file in self._open:
            with suppress(OSError):
                file.abort(keep=keep)


_CURRENT: ContextVar[Landing | None] = ContextVar("landing", default=None)


def current() -> Landing | None:
    """The files of the run that is going on."""
    return _CURRENT.get()


@contextmanager
def together(*last: str | None, known: Set[str] | None = None) -> Iterator[Landing]:
    """Put what is written within in its place at the end; none of it after an error.

    Args:
        last: the files that are put in their places last, in this order.
        known: real paths of files, and of folders, that may be written.
    """
    landing = Landing(known)
    token = _CURRENT.set(landing)
    try:
        yield landing
        landing.land(*last)
    except BaseException as error:
        landing.leave(keep=not isinstance(error, UsageError | DataError))
        raise
    finally:
        _CURRENT.reset(token)


def _real(path: str) -> str:
    return path if _is_remote(path) else os.path.realpath(path)


def _is_remote(path: str) -> bool:
    from sel.streams import remote

    return remote.is_url(path)


def _place_of(path: str, order: list[str]) -> int:
    return order.index(path) + 1 if path in order else 0


def place(files: list[File]) -> None:
    """Rename files to what they are to be called: all, or none."""
    undo: list[Callable[[], None]] = []
    olds: list[Path] = []
    try:
        for file in files:
            if len(files) > 1:
                undo.append(getattr(file, "undo", None) or _undoing(file.path, olds))
            file.place()
        for file in files:
            getattr(file, "done", _nothing)()
    except BaseException:
        for one in reversed(undo):
            with suppress(OSError):
                one()
        raise
    finally:
        for old in olds:
            with suppress(OSError):
                old.unlink(missing_ok=True)


def _nothing() -> None:
    """What most files have to do when all are in their places."""


def _undoing(path: Path, olds: list[Path]) -> Callable[[], None]:
    """What gives a path its old file back, which has a second name until then."""
    if not path.is_file():
        return path.unlink
    old = parts.unused(path, parts.OLD)
    try:
        os.link(path, old)
    except OSError:  # a file system without second names
        return lambda: None
    olds.append(old)
    return lambda: os.rename(old, path)


def identity(path: str) -> Identity | None:
    """What a regular file is known by; `-` is standard input; None for others."""
    if _is_remote(path):
        from sel.streams import remote

        return remote.identity(path)
    try:
        status = os.fstat(0) if path == "-" else os.stat(path)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def unchanged(path: str, label: str, known: dict[str, Identity]) -> None:
    """Refuse an input that is not what it was when it was first looked at.

    Args:
        path: the input.
        label: what messages call it.
        known: what each was then; one that is new is added.

    Raises:
        DataError: it has grown, was cut, written to, replaced or removed.
    """
    now = identity(path)
    if now is None and path not in known:
        return
    before = known.setdefault(path, now or (0, 0, 0, 0))
    if now == before:
        return
    how = "changed"
    if now is None or now[:2] != before[:2]:
        how = "was replaced" if now else "was removed"
    elif now[2] != before[2]:
        how = f"went from {before[2]:,} to {now[2]:,} bytes"
    msg = f"{label} {how} while it was read. Try: a copy, or cat FILE | sel ..."
    raise DataError(msg)
