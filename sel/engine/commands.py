"""Programs of others: what they write for what they are given."""

from __future__ import annotations

import os
import select
import selectors
import shlex
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sel.errors import MachineError, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST, TAIL = 1 << 26, 1 << 12
"""Bytes of standard output that are taken, and of standard error that are kept."""
AT_ONCE = 1 << 16
EVENTS = selectors.EVENT_WRITE, selectors.EVENT_READ, selectors.EVENT_READ


def check(words: Sequence[str]) -> None:
    """See that there is a program.

    Raises:
        MachineError: there is none of that name.
    """
    if not shutil.which(words[0]):
        raise failed(words, "there is no such program")


def filtered(words: Sequence[str], data: bytes, seconds: float) -> bytes:
    """What a program writes to standard output, given data on standard input.

    Args:
        words: the program and its arguments; no shell reads them.
        data: all that it is given.
        seconds: that it may take; then it is ended, and so is what it has started.

    Raises:
        MachineError: it cannot be run, takes too long, writes too much, or ends with
            another status than 0.
    """
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603 (what the user asks for)
            words,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            bufsize=0,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise failed(words, getattr(error, "strerror", None) or str(error)) from None
    try:
        out, err = _talked(process, data, time.monotonic() + seconds)
    except (TimeoutError, subprocess.TimeoutExpired):
        raise failed(words, f"took more than {seconds:g} s") from None
    except OverflowError:
        raise failed(words, f"wrote more than {MOST >> 20} MB") from None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError, ValueError):
                stream.close()  # type: ignore[union-attr]
    if process.returncode:
        last = err.decode(errors="replace").strip().rpartition("\n")[2][:200]
        said = f": {last}" if last else ""
        raise failed(words, f"ended with status {process.returncode}{said}")
    return out


def _talked(
    process: subprocess.Popen[bytes], data: bytes, until: float
) -> tuple[bytes, bytes]:
    """What a program writes to standard output, and the end of what it says else.

    `communicate` would hold all that it ever writes.
    """
    streams = process.stdin, process.stdout, process.stderr
    out, err, rest = bytearray(), b"", memoryview(data)
    with selectors.DefaultSelector() as ready:
        for event, stream in zip(EVENTS, streams, strict=True):
            ready.register(stream, event)  # type: ignore[arg-type]
        while ready.get_map():
            if (left := until - time.monotonic()) <= 0:
                raise TimeoutError
            for key, _ in ready.select(left):
                if key.fileobj is process.stdin:
                    rest = rest[_written(key.fd, rest) :]
                    some: object = rest
                elif key.fileobj is process.stdout:
                    out += (some := os.read(key.fd, AT_ONCE))
                else:
                    err = (err + (some := os.read(key.fd, AT_ONCE)))[-TAIL:]
                if not some:
                    ready.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]
            if len(out) > MOST:
                raise OverflowError
    process.wait(max(until - time.monotonic(), 0))
    return bytes(out), err


def _written(place: int, data: memoryview) -> int:
    """How much of some data a pipe takes; all, where nobody reads it any more."""
    try:
        return os.write(place, data[: select.PIPE_BUF])
    except BrokenPipeError:
        return len(data)


def failed(words: Sequence[str], why: str) -> MachineError:
    """What is said of a program that did not do what it should."""
    return MachineError(printable(f"{shlex.join(words)}: {why}"))
