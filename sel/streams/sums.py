"""The SHA-256 of what is read, taken on the way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sel.streams import remote

if TYPE_CHECKING:
    from typing import BinaryIO

Sums = dict[str, tuple[int, str]]
"""The bytes and the SHA-256 of files that were read from end to end, by their paths."""
PIECE = 1 << 19


class Summed:
    """A file that is read in order; of one that is read to its end the sum is noted.

    Args:
        file: what is read.
        path: what it is noted by.
        sums: where.
    """

    def __init__(self, file: BinaryIO, path: str, sums: Sums) -> None:
        import hashlib

        self._file, self._path, self._sums = file, path, sums
        self._sha256, self._bytes = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        data = self._file.read(size)
        self._sha256.update(data)
        self._bytes += len(data)
        if not data:
            self._sums[self._path] = self._bytes, self._sha256.hexdigest()
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Summed:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def of_file(path: str, sums: Sums) -> None:
    """Note the sum of a file that was read in another order, by reading it again."""
    with open(path, "rb", buffering=0) as raw:
        file = Summed(raw, path, sums)
        while file.read(PIECE):
            pass


def of_part(file: Any) -> dict[str, Any]:
    """Bytes and sum of a file that is whole and not in its place yet."""
    if isinstance(file, remote.Upload):
        return dict(zip(("stored", "sha256"), file.sums, strict=True))
    if not getattr(file, "plain", False):
        return {}
    import hashlib

    sha256, at = hashlib.sha256(), 0
    while data := os.pread(file.fileno(), PIECE, at):
        sha256.update(data)
        at += len(data)
    return {"stored": at, "sha256": sha256.hexdigest()}
