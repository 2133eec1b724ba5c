"""Numbered files of a folder behind a URL, and the manifest that makes it whole.

Each file is sent on the way, and appears with the others when the run has ended well.
In between the manifest says that the folder is not whole.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sel.errors import DataError, MachineError, UsageError
from sel.streams import landing, manifest, shared, stores
from sel.streams.json import written

if TYPE_CHECKING:
    from collections.abc import Mapping

_AT_ONCE = ("hf",)
"""Stores where a file appears when it ends."""


def files(url: str) -> list[str]:
    """The files of a folder in the order of its manifest.

    Args:
        url: with / at its end.

    Raises:
        DataError: there is no manifest, or a file is missing or not as large as it was.
    """
    store, root = stores.filesystem(url)
    store.invalidate_cache()
    root, label = root.rstrip("/") + "/", url + manifest.NAME
    try:
        data = stores.tried(url, lambda: store.cat_file(root + manifest.NAME))
    except FileNotFoundError:
        msg = f"{label}: there is no such file, and the names of a folder are not known"
        raise DataError(f"{msg}. Try: {url}*.jsonl") from None
    found = stores.tried(url, lambda: store.ls(root, True))
    sizes = {one["name"].rpartition("/")[2]: one.get("size") for one in found}
    listed = manifest.listed(data, label)
    for name, size in listed.items():
        manifest.check_size(url + name, sizes.get(name), size)
    return [url + name for name in listed]


def found(url: str) -> tuple[bytes | None, list[str]]:
    """The manifest of a folder that will be replaced, and the files that it lists.

    Raises:
        MachineError: it holds what no run with --shard-size has written.
    """
    there = shared.names(url)
    if manifest.NAME in there:
        label = url + manifest.NAME
        store, where = stores.filesystem(label)
        data: bytes = stores.tried(label, lambda: store.cat_file(where))
        if not manifest.is_mark(data):
            return data, list(manifest.listed(data, label))
        return None, []
    if other := min((name for name in there if name[0] != "."), default=""):
        msg = f"{url} holds {other}, and is replaced as a whole"
        raise MachineError(f"{msg}. Try: a new folder")
    return None, []


class Folder:
    """A folder behind a URL.

    Args:
        url: with / at its end.

    Raises:
        MachineError: it holds what no run with --shard-size has written.
    """

    def __init__(self, url: str) -> None:
        self.path, self._url = url + manifest.NAME, url
        self._open: Any = None
        self._sending, self._root = stores.filesystem(url, skip_instance_cache=True)
        self._store, _ = stores.filesystem(url)
        self._root = self._root.rstrip("/") + "/"
        self._old, self._before = found(url)
        self._data, self._marked, self._appeared = b"", False, False
        self._transaction: Any = self._sending.transaction
        self._transaction.start()
        protocol = self._sending.protocol
        self._at_once = bool({protocol, *protocol} & {*_AT_ONCE})
        if self._old is None or self._at_once:
            self._mark()
        if run := landing.current():
            run.opened(self)

    def _mark(self) -> None:
        if not self._marked:
            self._put(written(manifest.MARK))
            self._marked = True

    def _put(self, data: bytes) -> None:
        where = self._root + manifest.NAME
        try:
            stores.tried(self.path, lambda: self._store.pipe_file(where, data))
        except (NotImplementedError, ValueError):
            msg = f"{self._url}: nothing can be written there. Try: -o DIR/"
            raise UsageError(msg) from None

    def create(self, name: str) -> Folder:
        """Begin a file, of which this takes the bytes."""
        where = self._root + name
        self._open = stores.tried(
            self._url + name, lambda: self._sending.open(where, "wb")
        )
        return self

    def write(self, data: bytes) -> None:
        """Send bytes of the file that was begun."""
        with stores.saying(self._url):
            self._open.write(data)

    def sync(self) -> None:
        """Nothing of an upload is safe before its end."""

    def close(self) -> None:
        """End the file; it waits for the others."""
        with stores.saying(self._url):
            self._open.close()

    def whole(self, entry: Mapping[str, Any]) -> None:
        """A file has ended."""

    def finish(self, data: bytes) -> None:
        """Keep the manifest until the run ends."""
        self._data = data
        if run := landing.current():
            run.ready(self)
        else:
            self.place()

    def place(self) -> None:
        """Let all files appear, and the manifest last."""
        self._mark()
        with stores.saying(self._url):
            self._appeared = True
            self._transaction.complete()
            new = manifest.listed(self._data, self.path)
            for name in self._before:
                if name not in new:
                    self._store.rm_file(self._root + name)
        self._put(self._data)
        self._transaction = None

    def undo(self) -> None:
        """Remove what has appeared; what was there before cannot be had back."""
        if self._appeared and self._old is None:
            for name in (*manifest.listed(self._data, self.path), manifest.NAME):
                with suppress(Exception):
                    self._store.rm_file(self._root + name)

    def abort(self, *, keep: bool = True) -> None:
        """Leave what was there before."""
        del keep
        if self._transaction is None:
            return
        files = list(self._transaction.files)
        with suppress(Exception):
            self._transaction.complete(commit=False)
        for file in files:
            with suppress(Exception):
                file.closed = True  # or it would be completed by the collector
        self._transaction = None
        if self._marked and not (self._appeared or self._at_once):
            with suppress(Exception):
                if self._old is None:
                    self._store.rm_file(self._root + manifest.NAME)
                else:
                    self._put(self._old)
