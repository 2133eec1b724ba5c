"""Files behind URLs: s3://, gs://, hf://, https:// and whatever else fsspec knows.

A file is read in ranges, and a range that fails is asked for again; an upload appears
when it is whole. Credentials are those that fsspec finds in its own configuration.
"""

from __future__ import annotations

import errno
import io
import os
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sel.errors import DataError, MachineError, SelError, UsageError, shown
from sel.extras import library
from sel.streams import compression, landing

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
LEAST, MOST = 1 << 16, 1 << 22
"""Bytes that are fetched at once; more and more while a file is read in order."""
WAITS = (0.5, 1.0, 2.0, 4.0)
"""Seconds before a request that failed is made again."""
_URL = re.compile(r"[a-z][a-z0-9+.-]+(::[a-z][a-z0-9+.-]+)*://", re.IGNORECASE)
_STAMPS = {"etag", "lastmodified", "mtime", "updated", "created", "blobid", "sha"}
"""What stores say of a file that changes with it, in small letters."""
_EXTRA = ("s3", "s3a", "gs", "gcs", "hf", "http", "https")
"""What the extra brings the packages for."""
_QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_VERBOSITY": "error"}
"""What keeps libraries from asking a server for more than files, and from talking."""
_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotImplementedError)
_SECRET = re.compile("KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL")
"""Names of variables of the environment whose values are told nobody."""
SHORT = 4
"""Characters of a word that can be no secret."""
_AGAIN = (408, 429)
"""Answers of a server, from 400 to 499, after which to ask again may help."""


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
        except _NoRanges:
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
                raise _NoRanges from None
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


class _NoRanges(Exception):
    """A server gives a file only from its beginning."""


class saying:  # noqa: N801 (used as a function)
    """Say on one line what a store raises, whatever that is."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, Exception) and not isinstance(error, SelError):
            raise _failure(self._url, error) from None


def filesystem(url: str, **options: Any) -> tuple[Any, str]:
    """The file system of fsspec, and the name of the file in it."""
    core = library("fsspec.core")
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        store, path = core.url_to_fs(url, **options)
    except ImportError as error:
        extra = url.partition("://")[0].lower() in _EXTRA
        advice = ". Try: pip install 'sel-toolkit[remote]'" if extra else ""
        msg = f"{url}: {_without_secrets(url, str(error))}{advice}"
        raise MachineError(msg) from None
    except ValueError as error:
        msg = f"{url}: {_without_secrets(url, str(error))}"
        raise UsageError(msg) from None
    return store, path


def tried(url: str, action: Callable[[], T]) -> T:
    """The result of a request, which is made again where that may help."""
    for wait in (*WAITS, None):
        try:
            return action()
        except (_NoRanges, NotImplementedError, SelError):
            raise
        except Exception as why:  # noqa: BLE001 (each store raises its own)
            error = why.__cause__ if _is_vague(why) else why
            assert isinstance(error, Exception)
            if wait is None or _is_final(error):
                raise _failure(url, error) from None
            time.sleep(wait)
    raise AssertionError


def _is_vague(error: Exception) -> bool:
    """Whether this is what fsspec says of any answer of a server but a good one."""
    return isinstance(error, FileNotFoundError) and hasattr(error.__cause__, "status")


def _is_final(error: Exception) -> bool:
    """Whether the same request would have the same answer."""
    status = getattr(error, "status", 0)
    refused = 400 <= status < 500 and status not in _AGAIN
    named = type(error).__name__ in ("NoCredentialsError", "FileExpired")
    return refused or named or isinstance(error, _FINAL)


def _failure(url: str, error: Exception) -> Exception:
    """What is said of an error of a store."""
    if isinstance(error, FileNotFoundError) or getattr(error, "status", 0) == 404:
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), shown(url))
    if isinstance(error, OSError) and error.strerror:
        why = error.strerror
    else:
        why = str(error) or type(error).__name__
    return MachineError(f"{url}: {_without_secrets(url, ' '.join(why.split()))[:200]}")


def _without_secrets(url: str, words: str) -> str:
    """What a store says, without user, password and parameters of a URL, and tokens."""
    users = re.findall(r"(?<=://)[^\s/]*@", url)
    values = re.findall(r"(?<==)[^&#\s]+", url.partition("?")[2])
    known = [v for name, v in os.environ.items() if _SECRET.search(name)]
    for secret in (*users, *values, *known):
        words = words.replace(secret, "") if len(secret) > SHORT else words
    return shown(words)
