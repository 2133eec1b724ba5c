"""Objects from one process to another through pipes, large buffers without copies."""

from __future__ import annotations

import fcntl
import os
import pickle
from contextlib import suppress
from struct import Struct
from typing import Any

ROOM = 1 << 20  # bytes that a pipe holds: a block fits, so its writer need not wait
_SIZE = Struct("<Q")


class Channel:
    """One end of a pair of pipes.

    What is sent is pickled; buffers that a class or numpy leaves out of the pickle
    (protocol 5) are written and read as they are.
    """

    def __init__(self, read: int, write: int) -> None:
        self.read = read
        self.write = write

    def fileno(self) -> int:
        """What to wait for until there is something to receive."""
        return self.read

    def send(self, value: object) -> None:
        """Send an object; BrokenPipeError if the other side is gone."""
        buffers: list[pickle.PickleBuffer] = []
        head = pickle.dumps(value, 5, buffer_callback=buffers.append)
        parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
        sizes = b"".join(_SIZE.pack(part.nbytes) for part in parts)
        parts = [memoryview(_SIZE.pack(len(sizes)) + sizes), *parts]
        while parts:
            done = os.writev(self.write, parts[:64])
            while parts and done >= parts[0].nbytes:
                done -= parts.pop(0).nbytes
            if parts:
                parts[0] = parts[0][done:]

    def receive(self) -> Any:
        """Receive an object; EOFError if the other side is gone."""
        (size,) = _SIZE.unpack(self._exactly(_SIZE.size))
        sizes = [size for (size,) in _SIZE.iter_unpack(self._exactly(size))]
        head, *buffers = map(self._exactly, sizes)
        return pickle.loads(head, buffers=buffers)  # noqa: S301 (from our own process)

    def _exactly(self, size: int) -> bytes:
        data = os.read(self.read, size) if size else b""
        while len(data) < size:
            more = os.read(self.read, size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def close(self) -> None:
        """Close both pipes."""
        os.close(self.read)
        os.close(self.write)


def pair() -> tuple[Channel, Channel]:
    """Two ends that are joined."""
    (a, b), (c, d) = _pipe(), _pipe()
    return Channel(a, d), Channel(c, b)


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # the user has many pipes; a small one does as well
            fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, ROOM)
    return ends
