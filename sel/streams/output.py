"""Where data goes: standard output, or files that appear only when whole."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, runtime_checkable

from sel.errors import DataError, MachineError, UsageError, naming
from sel.streams import remote
from sel.streams.atomic import AtomicFile, descriptor
from sel.streams.endings import form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sel.streams.atomic import Point

STDOUT = "-"
NAME = "standard output"
"""What messages call it."""
WRITERS = {
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".json": "array",
    ".csv": "delimited_output",
    ".tsv": "delimited_output",
}
"""Which module of sel.streams has the `Table` that records of an ending go through."""


class Output(Protocol):
    """Takes bytes; nothing of a file is seen before `commit`."""

    def write(self, data: bytes) -> None: ...

    def commit(self) -> None: ...

    def abort(self, *, keep: bool = True) -> None: ...


@runtime_checkable
class Lasting(Output, Protocol):
    """An output with which a run that was interrupted may go on; see AtomicFile."""

    def points(self) -> dict[int, Point]: ...

    def start(self, blocks: int) -> Point: ...

    def checkpoint(self, blocks: int, counts: Mapping[str, float]) -> None: ...


def open_output(path: str | None) -> Output:
    """Standard output for None and `-`, else an atomic file."""
    return Standard() if path is None or path == STDOUT else _file(path)


def open_records(path: str | None, like: Iterable[object] = ()) -> Output:
    """The same for lines of records, which are written as the ending says.

    Args:
        path: where data goes.
        like: the inputs, whose types a table keeps.
    """
    module = WRITERS.get(form(path)) if path else None
    if path is None or module is None:
        return open_output(path)
    table: Callable[..., Output] = importlib.import_module(
        f"sel.streams.{module}"
    ).Table
    return table(_file(path), like)


def _file(path: str) -> AtomicFile | remote.Upload:
    if remote.is_url(path):
        return remote.Upload(path)
    file = AtomicFile(Path(path))
    file.start(0)
    return file


@contextmanager
def finished(output: Output) -> Iterator[Output]:
    """Put an output in its place at the end; leave nothing of it if the run fails."""
    try:
        yield output
        output.commit()
    except BaseException as error:
        output.abort(keep=not isinstance(error, UsageError | DataError))
        raise


class Standard:
    """Standard output, plain bytes."""

    def __init__(self) -> None:
        if sys.stdout is None:
            msg = "standard output is closed"
            raise MachineError(msg)
        self._out: BinaryIO = sys.stdout.buffer

    def write(self, data: bytes) -> None:
        """Pass the data on at once: blocks are large already."""
        with naming(NAME):
            self._out.write(data)

    def commit(self) -> None:
        """Make sure that all is out; a full disk shows here, or at the close."""
        with naming(NAME):
            self._out.flush()
            os.close(os.dup(self._out.fileno()))

    def abort(self, *, keep: bool = True) -> None:
        """Leave what is out; there is no way to take it back."""


def refuse_terminal(path: str | None) -> None:
    """Compressed bytes and matrices are never written to a terminal."""
    number = 1 if path in (None, STDOUT) else descriptor(str(path))
    if number is not None and os.isatty(number):
        msg = "this is binary and the output is a terminal. Try: -o FILE"
        raise UsageError(msg)
