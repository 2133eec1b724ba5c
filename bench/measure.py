"""Runs whole processes and says what they cost: CPU time, wall time, peak memory.

CPU time is user plus system time of the process and of all that it started, also of
workers that outlive it. Peak memory is that of the largest single process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from resource import RUSAGE_SELF, getrusage
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from resource import struct_rusage
    from types import FrameType

UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER
LIMIT = 300
"""Seconds after which a command is ended."""


class Failed(Exception):
    """A command did not end well; the message says how."""


@dataclass(frozen=True)
class Usage:
    """What a command cost: seconds, and MB of the largest process."""

    cpu: float
    wall: float
    peak: float


def environment(state: Path) -> dict[str, str]:
    """What all commands run with: one thread for each process, C locale."""
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    threads = dict.fromkeys(THREADS, "1")
    return kept | threads | {"LC_ALL": "C", "LLM_USER_PATH": str(state)}


def adopt_orphans() -> None:
    """Let this process wait for workers whose parent has ended (Linux)."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)


def measure(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    output: Path,
    errors: Path,
    feed: Sequence[str] = (),
) -> Usage:
    """Run a command to its end.

    Args:
        argv: the command.
        cwd: where it runs.
        env: its environment.
        output: where its standard output goes.
        errors: where its standard error goes.
        feed: a command whose output it reads, and whose cost does not count.

    Raises:
        Failed: it could not be started, failed, or took too long.
    """
    with output.open("wb") as out, errors.open("wb") as err:
        feeder = _start(feed, subprocess.DEVNULL, subprocess.PIPE, err, cwd, env)
        source = feeder.stdout if feeder else subprocess.DEVNULL
        began = time.perf_counter()
        main = _start(argv, source, out, err, cwd, env)
        assert main
        if feeder and feeder.stdout:
            feeder.stdout.close()
        with _limited(main, feeder):
            usage, status = _reap(main.pid, began, feeder.pid if feeder else 0)
    if status:
        raise Failed(f"ended with {status}: {_last_line(errors)}")
    return usage


def _start(
    argv: Sequence[str],
    source: int | IO[bytes] | None,
    out: int | IO[bytes],
    err: IO[bytes],
    cwd: Path,
    env: Mapping[str, str],
) -> subprocess.Popen[bytes] | None:
    if not argv:
        return None
    try:
        return subprocess.Popen(
            argv,
            stdin=source,
            stdout=out,
            stderr=err,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
    except OSError as error:
        raise Failed(f"{argv[0]}: {error.strerror}") from None


@contextmanager
def _limited(*processes: subprocess.Popen[bytes] | None) -> Iterator[None]:
    """End the processes, and those they started, after LIMIT seconds."""

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        for process in filter(None, processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(LIMIT)
    try:
        yield
    except KeyboardInterrupt:
        end(0, None)
        raise
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        for process in filter(None, processes):
            process.returncode = process.returncode or 0  # it was waited for


def _reap(main: int, began: float, feeder: int) -> tuple[Usage, int]:
    """Wait for all children: what they cost, without the feeder, and main's end."""
    cpu = peak = wall = 0.0
    end = 0
    while True:
        try:
            pid, status, used = os.wait4(-1, 0)
        except ChildProcessError:
            return Usage(cpu, wall, peak), end
        if pid == main:
            wall = time.perf_counter() - began
            end = os.waitstatus_to_exitcode(status)
        if pid != feeder:
            cpu += used.ru_utime + used.ru_stime
            peak = max(peak, _megabytes(used))


def _megabytes(used: struct_rusage) -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return used.ru_maxrss * unit / 1e6


def own_peak() -> float:
    """Peak memory of this process, MB: no figure of a child can be below it."""
    return _megabytes(getrusage(RUSAGE_SELF))


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "no message"
