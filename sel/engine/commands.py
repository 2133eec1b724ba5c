"""Programs of others: what they write for what they are given."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from sel.errors import MachineError, printable

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        MachineError: it cannot be run, takes too long, or ends with another status
            than 0.
    """
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603 (what the user asks for)
            words, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
    except (OSError, ValueError) as error:
        raise failed(words, getattr(error, "strerror", None) or str(error)) from None
    try:
        out, err = process.communicate(data, seconds)
    except subprocess.TimeoutExpired:
        raise failed(words, f"took more than {seconds:g} s") from None
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


def failed(words: Sequence[str], why: str) -> MachineError:
    """What is said of a program that did not do what it should."""
    return MachineError(printable(f"{shlex.join(words)}: {why}"))
