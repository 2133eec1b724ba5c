"""Numbered files of a folder of this machine, until they are in their places.

They are written in a folder of their own beside the part of the manifest. With a
journal, what was written survives a crash, and the next run goes on.
"""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson

from sel.errors import naming
from sel.streams import compression, manifest, parts, swap
from sel.streams.atomic import AtomicFile
from sel.streams.json import written

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = "entries"
"""What the files that have ended are noted in, for a run that goes on."""


class Folder:
    """A folder of this machine.

    Args:
        path: it is made if it is not there.
        key: see AtomicFile.
    """

    def __init__(self, path: Path, key: str | None) -> None:
        manifest.check_free(f"{path}/")
        new = not path.exists()
        path.mkdir(parents=True, exist_ok=True)
        self.manifest = Manifest(path / manifest.NAME, key, new=new)
        self.made = self.manifest.made
        self.made.mkdir(exist_ok=True)
        self._lasts = key is not None

    def create(self, name: str) -> Sink:
        """A new file."""
        return Sink(self.made / name, os.O_CREAT | os.O_EXCL)

    def reopened(self, name: str, size: int) -> Sink:
        """A file that is gone on with after so many bytes."""
        sink = Sink(self.made / name, os.O_APPEND)
        os.ftruncate(sink.fd, size)
        return sink

    def whole(self, entry: dict[str, Any]) -> None:
        """Note that a file has ended, where a run may go on after it."""
        if not self._lasts:
            return
        sink = Sink(self.made / ENTRIES, os.O_CREAT | os.O_APPEND)
        sink.write(written(entry) + b"\n")
        sink.close()

    def entries(self) -> list[dict[str, Any]]:
        """The files that have ended."""
        path = self.made / ENTRIES
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        return [orjson.loads(line) for line in lines]

    def rewound(self, number: int, ending: str | None) -> list[dict[str, Any]]:
        """So many of the files that have ended, the others are removed.

        Args:
            number: how many.
            ending: that of the one after them, where it is gone on with.
        """
        kept = self.entries()[:number] if number else []
        names = {entry["name"] for entry in kept}
        if ending is not None:
            names.add(manifest.shard(number, ending))
        for name in set(os.listdir(self.made)) - names:
            (self.made / name).unlink()
        for entry in kept:
            self.whole(entry)
        return kept

    def finish(self, data: bytes) -> None:
        """Write the manifest."""
        self.manifest.write(data)
        self.manifest.commit()

    def abort(self, *, keep: bool) -> None:
        """Leave the old files."""
        self.manifest.abort(keep=keep)


class Manifest(AtomicFile):
    """The manifest of a folder, whose files are put in their places before it."""

    def __init__(self, path: Path, key: str | None, *, new: bool) -> None:
        super().__init__(path, key)
        self._new = new
        self.made = parts.shards(self._part)
        swap.back(self._part)

    def place(self) -> None:
        """Put all files in their places, or none."""
        with naming(str(self.path.parent)):
            try:
                swap.put(self._part)
            except BaseException:
                swap.back(self._part)
                raise
            super().place()

    def undo(self) -> None:
        """Take them away again."""
        if not self._part.exists():
            os.rename(self.path, self._part)
            parts.remove(self._part)
            self._leave_none()

    def done(self) -> None:
        """Remove the files that were replaced."""
        import shutil

        shutil.rmtree(self.made, ignore_errors=True)

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old files."""
        super().abort(keep=keep)
        self._leave_none()

    def _leave_none(self) -> None:
        if self._new:
            with suppress(OSError):  # there is something in it
                self.path.parent.rmdir()


class Sink:
    """A file, of which all that is written is safe when it is closed."""

    def __init__(self, path: Path, how: int) -> None:
        self._path = str(path)
        self.fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC | how, 0o666)

    def write(self, data: bytes) -> None:
        """Write all of it."""
        with naming(self._path):
            view = memoryview(data)
            while view:
                view = view[os.write(self.fd, view) :]

    def sync(self) -> None:
        """Make it safe."""
        with naming(self._path):
            os.fdatasync(self.fd)

    def close(self) -> None:
        """End it."""
        self.sync()
        os.close(self.fd)


def sums(path: Path, size: int) -> tuple[Any, int] | None:
    """The SHA-256 and the CRC of the first bytes of a file; None if it has fewer."""
    import hashlib

    sha256, crc = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while size and (data := file.read(min(size, compression.CHUNK))):
                sha256.update(data)
                crc = zlib.crc32(data, crc)
                size -= len(data)
    except FileNotFoundError:
        return None
    return None if size else (sha256, crc)
