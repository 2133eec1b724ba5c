"""Files behind URLs: s3://, gs://, hf://, https:// and whatever else fsspec knows.

A file is read in ranges, and a range that fails is asked for again; an upload appears
when it is whole. Credentials are those that fsspec finds in its own configuration.
"""

from __future__ import annotations

import errno
import io
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sel.errors import DataError, MachineError, UsageError, shown
from sel.streams import compression, landing
from sel.streams.stores import NoRanges, filesystem, saying, tried

if TYPE_CHECKING:
    pass

LEAST, MOST = 1 << 16, 1 << 22
"""Bytes that are fetched at once; more and more while a file is read in order."""
_URL = re.compile(r"[a-z][a-z0-9+.-]+(::[a-z][a-z0-9+.-]+)*://", re.IGNORECASE)
_STAMPS = {"etag", "lastmodified", "mtime", "updated", "created", "blobid", "sha"}
"""What stores say of a file that changes with it, in small letters."""


def is_url(path: str) -> bool:
    """Whether a name is a URL, and not that of a file on this machine."""
    return bool(_URL.match(path)) and not os.path.lexists(path)


def expanded(path: str) -> list[str]:
    """The URLs that one with a pattern stands for, in order; else itself.

    Raises:
        DataError: there is no such file.
    """
    signs = "*[" if path.lower().startswith("http") else "*[?"
    found = re.search(f"[{re.escape(signs)}]", path)
    if not found or not is_url(path):
        return [path]
    store, pattern = filesystem(path)
    if tried(path, lambda: store.exists(pattern)):
        return [path]  # the signs are part of its name
    root = path[: path.rfind("/", 0, found.start()) + 1]
    above = store._strip_protocol(root).rstrip("/")
    files = tried(path, lambda: store.glob(pattern, detail=True))
    names = sorted(name for name, one in files.items() if one["type"] != "directory")
    if not names:
        msg = f"{path}: no file has such a name"
        raise DataError(msg)
    return [root + name[len(above) :].lstrip("/") for name in names]


def same(url: str) -> object:
    """What two names of one remote file have in common."""
    try:
        store, path = filesystem(url)
    except MachineError:  # said where it is opened, if it may be
        return url
    if "file" in store.protocol:
        return os.path.realpath(path)
    return type(store).__name__, path


def identity(url: str) -> landing.Identity | None:
    """What the store knows a file by; None if it is not there."""
    store, path = filesystem(url)
    store.invalidate_cache()
    try:
        about = tried(url, lambda: store.info(path))
    except FileNotFoundError:
        return None
    stamps = [(key, str(about[key])) for key in sorted(about) if _plain(key) in _STAMPS]
    return 0, 0, about.get("size") or 0, repr(stamps)


def _plain(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "")


class Reader(io.RawIOBase):
    """A remote file, of which only what is read is fetched.

    Where a server gives no ranges it is one stream, which cannot be rewound.

    Args:
        url: the file.

    Raises:
        FileNotFoundError: there is none.
        MachineError: it cannot be reached, after several tries.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._store, self._path = filesystem(url)
        self._held, self._from, self._at, self._ahead = b"", 0, 0, LEAST // 2
        self._stream: Any = None
        self._file = tried(url, self._opened)
        self._size: int | None = getattr(self._file, "size", None)
        if not self._ranges():
            self._size = None
            self._file.close()

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Whether the store gives ranges."""
        return self._size is not None

    def tell(self) -> int:
        """How many bytes stand before the next one."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go on elsewhere; nothing is fetched."""
        if self._size is None:
            raise io.UnsupportedOperation
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}
        self._at = max(start[whence] + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, but for the end of the file."""
        done = 0
        while done < len(buffer):
            start = self._at - self._from
            if not 0 <= start < len(self._held):
                self._fetch(len(buffer) - done)
                start = 0
            data = self._held[start : start + len(buffer) - done]
            if not data:
                break
            buffer[done : done + len(data)] = data
            done += len(data)
            self._at += len(data)
        return done

    def close(self) -> None:
        """End the connection."""
        if not self.closed and self._stream is not None:
            with suppress(Exception):
                self._stream.close()
        super().close()

    def _opened(self) -> Any:
        return self._store.open(self._path, "rb", cache_type="none")

    def _ranges(self) -> bool:
        """Whether ranges are given; servers of HTTP may pass over that they should."""
        if not self._url.lower().startswith("http") or not self._size:
            return self._size is not None
        last = self._size - 1
        try:
            tried(self._url, lambda: self._ranged(last, 1))
        except NoRanges:
            return False
        return True

    def _fetch(self, size: int) -> None:
        """Hold the bytes from here on."""
        in_order = self._at == self._from + len(self._held)
        self._ahead = min(2 * self._ahead, MOST) if in_order else LEAST
        size = max(size, self._ahead)
        try:
            if self._size is None:
                self._held = tried(self._url, lambda: self._streamed(size))
            else:
                size = min(size, max(self._size - self._at, 0))
                self._held = tried(self._url, lambda: self._ranged(self._at, size))
        except (OSError, MachineError):
            run = landing.current()
            if run and self._url in run.known:
                landing.unchanged(self._url, shown(self._url), run.known)
            raise
        self._from = self._at

    def _ranged(self, start: int, size: int) -> bytes:
        if not size:
            return b""
        try:
            self._file.seek(start)
            data: bytes = self._file.read(size)
        except ValueError as why:
            if "range requests" in str(why):
                raise NoRanges from None
            raise
        if len(data) != size:
            msg = f"{len(data):,} of {size:,} bytes came"
            raise OSError(errno.EIO, msg)
        return data

    def _streamed(self, size: int) -> bytes:
        try:
            if self._stream is None:
                self._stream = self._store.open(self._path, "rb", block_size=0)
                left = self._at
                while left and (passed := self._stream.read(min(left, MOST))):
                    left -= len(passed)
            return bytes(self._stream.read(size))
        except Exception:
            self._stream = None  # from its beginning, next time
            raise


class Upload:
    """An output behind a URL; see sel.streams.output.Output.

    What is written goes to the store at once, and is seen there when the run has ended
    well: an upload in parts that is completed, or a file of another name that is moved.

    Args:
        url: where it goes.

    Raises:
        UsageError: nothing can be written there.
    """

    def __init__(self, url: str) -> None:
        import hashlib

        self.path = url
        self._new = self._placed = False
        self._sha256, self._sent = hashlib.sha256(), 0
        self._store, path = _sender(url)
        self._compressor = compression.compressor(shown(url))
        self._transaction: Any = self._store.transaction
        self._transaction.start()
        try:
            self._file: Any = tried(url, lambda: self._store.open(path, "wb"))
        except (NotImplementedError, ValueError):
            msg = f"{url}: nothing can be written there. Try: -o FILE"
            raise UsageError(msg) from None
        if run := landing.current():
            run.opened(self)

    def write(self, data: bytes) -> None:
        """Compress by the ending, and send."""
        self._store_bytes(self._compressor.compress(data) if self._compressor else data)

    @property
    def sums(self) -> tuple[int, str]:
        """The bytes that were sent, and their SHA-256."""
        return self._sent, self._sha256.hexdigest()

    def commit(self) -> None:
        """End the file, which appears with the others of the run."""
        if self._compressor:
            self._store_bytes(self._compressor.flush())
        if run := landing.current():
            run.ready(self)
        else:
            self.place()

    def place(self) -> None:
        """Let it appear."""
        with saying(self.path):
            self._new = identity(self.path) is None
            self._file.close()
            self._transaction.complete()
        self._file, self._placed = None, True
        IDLE.setdefault(_known_by(self._store), []).append(self._store)

    def undo(self) -> None:
        """Remove what has appeared; what was there before cannot be had back."""
        if self._placed and self._new:
            store, path = filesystem(self.path)
            store.rm_file(path)

    def abort(self, *, keep: bool = True) -> None:
        """Leave what was there before."""
        del keep
        if self._file is None:
            return
        with suppress(Exception):
            self._transaction.complete(commit=False)
        with suppress(Exception):
            self._file.closed = True  # or it would be completed by the collector
        self._file = None

    def _store_bytes(self, data: bytes) -> None:
        self._sha256.update(data)
        self._sent += len(data)
        with saying(self.path):
            self._file.write(data)


IDLE: dict[object, list[Any]] = {}
"""File systems that have sent something, and may again: a new one takes a while."""


def _sender(url: str) -> tuple[Any, str]:
    """A file system with no other transaction, and the name of the file in it."""
    store, path = filesystem(url)
    idle = IDLE.get(_known_by(store))
    return (idle.pop(), path) if idle else filesystem(url, skip_instance_cache=True)


def _known_by(store: Any) -> object:
    """What file systems of this process have in common that are alike."""
    return os.getpid(), type(store), repr((store.storage_args, store.storage_options))
