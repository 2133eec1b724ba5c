"""How the memory of this process is kept."""

import os
import resource
from contextlib import suppress

from sel.errors import MachineError

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # from malloc.h
_HELD = 32 << 20
LEAST, ROOM = 128 << 20, 8 << 30
"""Bytes that numpy needs, and that do for the threads of all cores."""


def hold() -> None:
    """Keep freed memory for the next block: to get it anew takes a tenth of a run."""
    import ctypes

    with suppress(OSError, AttributeError):  # only the C library of GNU has this
        libc = ctypes.CDLL(None)
        libc.mallopt(_MMAP_THRESHOLD, _HELD)
        libc.mallopt(_TRIM_THRESHOLD, _HELD)


def fit() -> None:
    """Where memory is limited, let libraries start no threads, each with its share.

    Some end the process, or wait for ever, if there is no room for them.

    Raises:
        MachineError: there is not even room for numpy.
    """
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if 0 <= most < LEAST:
        msg = "ulimit -v leaves too little memory to start in"
        raise MachineError(msg)
    if 0 <= most < ROOM:
        for library in ("OPENBLAS", "OMP", "MKL"):
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")
