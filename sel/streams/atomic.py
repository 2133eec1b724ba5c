"""A file that appears only when it is whole, beside its place until then.

It is written under a name of its own, see sel.streams.parts, and renamed at the end of
the run. With a journal, what was written survives a crash, and the next run goes on.
"""

from __future__ import annotations

import os
import re
import stat
import zlib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import orjson

from sel.errors import MachineError, naming
from sel.streams import compression, landing, parts
from sel.streams.json import written
from sel.values import fields, value

if TYPE_CHECKING:
    from collections.abc import Mapping

_DESCRIPTOR = re.compile(r"/dev/(?:fd/(\d+)|std(in|out|err))|/proc/self/fd/(\d+)")


@value
class Point:
    """A place to go on from: so much was read, and its result is safe on the disk."""

    blocks: int = 0
    bytes: int = 0
    crc: int = 0
    counts: Mapping[str, float] = MappingProxyType({})


class AtomicFile:
    """A file that is either the old one or the whole new one.

    What is there already and no regular file, such as /dev/null or a named pipe, is
    written to as it is; so is what is open already, such as /dev/stdout or /dev/fd/3.

    Args:
        path: the file; a link stays, and what it points to is replaced.
        key: what the result depends on; with a key there is a journal, from which
            a later run with the same key can go on.

    Raises:
        MachineError: another run is writing the file.
    """

    def __init__(self, path: Path, key: str | None = None) -> None:
        self.path, self._label = Path(os.path.realpath(path)), str(path)
        if self.path.is_dir():
            msg = f"{path} is a directory. Try: {path}/ with several inputs"
            raise MachineError(msg)
        number = descriptor(path)
        self.plain = number is None and (self.path.is_file() or not _there(self.path))
        """Whether this is a file, which can be replaced, cut and read again."""
        self._compressor = compression.compressor(self.path.name)
        self._journal: Journal | None = None
        self._written = self._crc = 0
        if self.plain:
            again = key is not None
            self._fd, self._part = parts.locked(self.path, self._label, again=again)
        else:
            self._fd = _device(path) if number is None else os.dup(number)
        self._open = True
        try:
            if key and self.plain:
                self._journal = Journal(parts.journal(self._part), key)
        except OSError:
            self.abort(keep=False)
            raise
        if run := landing.current():
            run.opened(self)

    def points(self) -> dict[int, Point]:
        """Where a run can go on, by the number of blocks read."""
        return self._journal.points(self._fd) if self._journal else {}

    def start(self, blocks: int) -> Point:
        """Go on after so many blocks; 0 begins anew."""
        with naming(self._label):
            point = self.points()[blocks] if blocks else Point()
            if self._journal:
                self._journal.rewind(point)
            if self.plain:
                os.ftruncate(self._fd, point.bytes)
                os.lseek(self._fd, 0, os.SEEK_END)
        self._written, self._crc = point.bytes, point.crc
        return point

    def write(self, data: bytes) -> None:
        """Compress by the file's ending, and write."""
        with naming(self._label):
            self._store(self._compressor.compress(data) if self._compressor else data)

    def patch(self, head: bytes) -> None:
        """Replace the first bytes, at the very end: a number that was not known."""
        with naming(self._label):
            os.pwrite(self._fd, head, 0)

    def fileno(self) -> int:
        """The descriptor, to read what was written."""
        return self._fd

    def checkpoint(self, blocks: int, counts: Mapping[str, float]) -> None:
        """Make all that was written safe, and note how far the input was read."""
        with naming(self._label):
            self._end_frame()
            if self._journal:
                os.fdatasync(self._fd)
                point = Point(blocks, self._written, self._crc, dict(counts))
                self._journal.note(point)

    def commit(self) -> None:
        """End the file, which is put in its place with the others of the run."""
        with naming(self._label):
            self._end_frame()
            if self.plain:
                os.fchmod(self._fd, self._mode())
                os.fsync(self._fd)
        if run := landing.current():
            run.ready(self)
        else:
            landing.place([self])

    def place(self) -> None:
        """Put the file in its place."""
        with naming(self._label):
            if self.plain:
                os.rename(self._part, self.path)
                _sync_folder(self.path.parent)
        if self._journal:
            self._journal.remove()
        self._close()

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old file; what is done is kept only where there is a journal."""
        if not self._open:
            return
        if self._journal and keep:
            self._journal.close()
        elif self.plain:
            parts.remove(self._part)
            if self._journal:
                self._journal.close()
        self._close()

    def _close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._fd)
            self._fd = -1  # the number may be that of another file from now on

    def _store(self, data: bytes) -> None:
        _write_all(self._fd, data)
        self._written += len(data)
        if self._journal:
            self._crc = zlib.crc32(data, self._crc)

    def _end_frame(self) -> None:
        if self._compressor:
            self._store(self._compressor.flush())

    def _mode(self) -> int:
        try:
            return stat.S_IMODE(self.path.stat().st_mode)
        except FileNotFoundError:
            mask = os.umask(0o022)
            os.umask(mask)
            return 0o666 & ~mask


class Journal:
    """Points at which all that was written is safe, in a file beside the output."""

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self._key = key
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._known: dict[int, Point] | None = None

    def points(self, part: int) -> dict[int, Point]:
        """The points of this key that the part file bears out, by blocks read."""
        if self._known is None:
            noted = self._read()
            self._known = noted if _holds(part, list(noted.values())) else {}
        return self._known

    def note(self, point: Point) -> None:
        """Add a point, and make it safe."""
        with naming(str(self.path)):
            self._append(point)
            os.fdatasync(self._fd)

    def rewind(self, point: Point) -> None:
        """Keep no more than this point."""
        with naming(str(self.path)):
            os.ftruncate(self._fd, 0)
            os.lseek(self._fd, 0, os.SEEK_SET)
        if point.blocks:
            self.note(point)

    def remove(self) -> None:
        """End it: the output is whole, or will never be."""
        self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Leave it for a later run."""
        os.close(self._fd)

    def _append(self, point: Point) -> None:
        note = {"key": self._key, **fields(point)}
        _write_all(self._fd, written(note) + b"\n")

    def _read(self) -> dict[int, Point]:
        points = {}
        with open(os.dup(self._fd), "rb") as notes:
            notes.seek(0)
            for line in notes:
                try:
                    note = orjson.loads(line)
                except orjson.JSONDecodeError:
                    break  # the line that was being written when the run died
                if note.pop("key", None) != self._key:
                    break
                points[note["blocks"]] = Point(**note)
        return points


def _holds(part: int, points: list[Point]) -> bool:
    """Whether the part file begins with the bytes that the last point vouches for."""
    if not points:
        return False
    crc, left = 0, points[-1].bytes
    with open(os.dup(part), "rb") as file:
        file.seek(0)
        while left and (data := file.read(min(left, compression.CHUNK))):
            crc = zlib.crc32(data, crc)
            left -= len(data)
    return left == 0 and crc == points[-1].crc


def descriptor(path: Path | str) -> int | None:
    """The number of an open file that a path such as /dev/stdout or /dev/fd/3 means."""
    name = os.path.abspath(path)
    for _ in range(40):
        if found := _DESCRIPTOR.fullmatch(name):
            number = found[1] or found[3]
            return int(number) if number else ("in", "out", "err").index(found[2])
        if not os.path.islink(name):
            return None
        name = os.path.abspath(os.path.join(os.path.dirname(name), os.readlink(name)))
    return None


def write_whole(path: str, data: bytes) -> None:
    """Put a file beside the output in its place."""
    file = AtomicFile(Path(path))
    file.start(0)
    file.write(data)
    file.commit()


def _there(path: Path) -> bool:
    """Whether there is something; PermissionError where that cannot be known."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


def _device(path: Path) -> int:
    """Something other than a regular file, for writing."""
    return os.open(path, os.O_WRONLY | os.O_CLOEXEC)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
