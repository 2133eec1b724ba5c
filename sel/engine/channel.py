"""Objects from one process to another, large buffers without a copy of the pickle.

What is sent lies in memory that both processes see, and only its sizes go through a
pipe; the pipe takes all of what is larger than that memory.
"""

from __future__ import annotations

import mmap
import os
import pickle
from itertools import accumulate, pairwise
from struct import Struct
from typing import Any

ROOM = 1 << 20  # bytes: a block of lines fits
_SIZE = Struct("<Q")


class Channel:
    """One end of a pair of pipes, for processes that speak in turn.

    An object is pickled; buffers that a class or numpy leaves out of the pickle
    (protocol 5) are passed on as they are. It must be received before the next is
    sent, as both would lie in the same memory.

    Args:
        read: the pipe to read.
        write: the pipe to write.
        inbox: what the other side wrote.
        outbox: what it will read.
    """

    def __init__(
        self, read: int, write: int, inbox: mmap.mmap, outbox: mmap.mmap
    ) -> None:
        self.read = read
        self.write = write
        self._inbox = inbox
        self._outbox = outbox

    def fileno(self) -> int:
        """What to wait for until there is something to receive."""
        return self.read

    def send(self, value: object) -> None:
        """Send an object; BrokenPipeError if the other side is gone."""
        buffers: list[pickle.PickleBuffer] = []
        head = pickle.dumps(value, 5, buffer_callback=buffers.append)
        parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
        sizes = b"".join(_SIZE.pack(part.nbytes) for part in parts)
        if sum(part.nbytes for part in parts) <= ROOM:
            self._outbox.seek(0)
            for part in parts:
                self._outbox.write(part)
            parts = []
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
        if sum(sizes) <= ROOM:
            ends = pairwise(accumulate(sizes, initial=0))
            head, *buffers = [self._inbox[start:end] for start, end in ends]
        else:
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
    """Two ends that are joined, for a process and one that it forks."""
    (a, b), (c, d) = os.pipe(), os.pipe()
    there, back = mmap.mmap(-1, ROOM), mmap.mmap(-1, ROOM)
    return Channel(a, d, back, there), Channel(c, b, there, back)


def unpickled(data: bytes) -> Any:
    """What a process of ours has pickled."""
    return pickle.loads(data)  # noqa: S301 (see above)


def portable(error: BaseException) -> BaseException:
    """An error as another process can raise it, and where it was raised first."""
    import pickle
    import traceback

    where = traceback.format_exc()
    error.add_note(where)
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    except Exception:  # noqa: BLE001 (whatever it is made of)
        error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(where)
    return error
