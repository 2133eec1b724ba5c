"""Standard input, output and error, which may be closed, full, or anything else."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import warnings
from io import TextIOWrapper

from sel.errors import MachineError, naming


def page(words: str) -> None:
    """Put a page on standard output."""
    if sys.stdout is None:
        msg = "standard output is closed"
        raise MachineError(msg)
    with naming("standard output"):
        sys.stdout.write(words)


def flush() -> None:
    """Make sure that all is out; a full disk shows here, or at the close."""
    if sys.stdout is not None:
        with naming("standard output"):
            sys.stdout.flush()
            os.close(os.dup(1))


def reserve() -> None:
    """Never let a data file become descriptor 0, 1 or 2 because it was closed."""
    for fd, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, mode)
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def hush() -> None:
    """Leave standard error to the messages of sel, and let any name be written."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not os.environ.get("SEL_DEBUG"):
        warnings.simplefilter("ignore")
        sys.unraisablehook = lambda _: None
        threading.excepthook = lambda _: None


def why(error: OSError) -> str:
    """What is said of an error of the system, which may not know of which file."""
    said = error.strerror or str(error) or type(error).__name__
    if isinstance(error.filename, str | bytes):
        return f"{os.fsdecode(error.filename)}: {said}"
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return f"{said}. Try: TMPDIR=FOLDER, where there is room" if full else said


def die_by(number: int) -> None:
    """End by a signal, in silence, so that the shell's loops see it."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
