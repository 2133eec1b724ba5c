"""Fitted states in files: `.npz` without pickle, with a card inside."""

from __future__ import annotations

import shutil
import struct
import zipfile
import zlib
from dataclasses import fields
from functools import cache
from typing import (
    TYPE_CHECKING,
    Any,
    BinaryIO,
    Protocol,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np
import orjson

from sel.errors import DataError
from sel.streams import arrays, remote
from sel.streams.json import SORTED, written
from sel.streams.output import open_output
from sel.streams.temporary import Temporary
from sel.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.streams.output import Output


class Checked(Protocol):
    """A frozen dataclass of arrays and plain values."""

    def sound(self) -> bool:
        """Whether the values, each of its type, can be what a fit leaves."""
        ...


State = TypeVar("State", bound=Checked)
CARD = "card"
SUM = "sum"


def save(path: str, state: Any, made_by: str, facts: dict[str, Any]) -> None:
    """Write a frozen dataclass of arrays and plain values, and say what made it."""
    arrays_: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for part in fields(state):
        value = getattr(state, part.name)
        (arrays_ if isinstance(value, np.ndarray) else plain)[part.name] = value
    card = {"sel": VERSION, "made_by": made_by, **facts, "values": plain}
    card[SUM] = _sum(arrays_, card)
    arrays_[CARD] = np.frombuffer(written(card), np.uint8)
    file = open_output(path)
    np.savez(_Sink(file), **arrays_)
    file.commit()


class _Sink:
    """An output as numpy wants it, so that no copy of the state is held."""

    def __init__(self, file: Output) -> None:
        self._file = file

    def write(self, data: Any) -> int:
        self._file.write(bytes(data))
        return len(data)

    def read(self) -> bytes:
        """There for numpy to see that this is a file."""
        return b""

    def flush(self) -> None:
        """Nothing is held back."""


def load(
    path: str,
    kind: type[State],
    made_by: str,
    *,
    mapped: bool = False,
    summed: bool = True,
) -> tuple[State, dict[str, Any]]:
    """Read a state back, with its card; `mapped` leaves the arrays in the file.

    If not `summed`, whoever reads a part of the arrays has to check that part.

    All of it is checked: a sum over the whole, the type of each value, and what the
    values of a `kind` must be among themselves, as its method `sound` says.

    Raises:
        DataError: the file is not a saved state, is damaged, or is of another method.
    """
    with _opened(path) as file:
        try:
            arrays_ = dict(_members(file, mapped=mapped))
            card = orjson.loads(arrays_.pop(CARD).tobytes())
            origin, plain, noted = card["made_by"], card["values"], card.pop(SUM)
        except Exception as error:
            if isinstance(error, MemoryError):
                raise
            msg = f"{path} is not a saved state of {made_by!r}. Try: --save to make one"
            raise DataError(msg) from None
    if origin != made_by:
        msg = f"{path} was saved by {origin!r}, not by {made_by!r}"
        raise DataError(msg)
    try:
        learnt = kind(**arrays_, **plain)
        same = not summed or noted == _sum(arrays_, card)
        good = same and _typed(learnt) and learnt.sound()
    except (TypeError, ValueError, ArithmeticError, IndexError):
        good = False
    if not good:
        msg = f"{path} is damaged. Try: --save to make it again"
        raise DataError(msg)
    return learnt, card


def _opened(path: str) -> BinaryIO:
    """A file of this machine; what is behind a URL is fetched into a nameless one."""
    if not remote.is_url(path):
        return open(path, "rb")
    file = Temporary()
    with remote.Reader(path) as source:
        shutil.copyfileobj(source, file, remote.MOST)
    file.seek(0)
    return file


def _sum(arrays_: dict[str, Any], card: dict[str, Any]) -> int:
    """A sum of all that a state holds."""
    found = zlib.crc32(written(card, SORTED))
    for name, values in sorted(arrays_.items()):
        found = zlib.crc32(f"{name} {values.dtype.str} {values.shape}".encode(), found)
        if values.size:
            found = zlib.crc32(np.ascontiguousarray(values).data, found)
    return found


def _typed(state: Any) -> bool:
    """Whether each value of a dataclass is of the type that is declared."""
    own: Any = type(state)
    for name, kind in _hints(own).items():
        value = getattr(state, name)
        if get_origin(kind) is not np.ndarray:
            good = type(value) is kind
        else:
            wanted = get_args(get_args(kind)[1])[0]
            good = isinstance(value, np.ndarray) and value.dtype == wanted
        if not good:
            return False
    return True


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _members(file: BinaryIO, *, mapped: bool) -> Iterator[tuple[str, Any]]:
    """The arrays of a file, each read or mapped at its place in it."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                msg = "it is compressed"
                raise ValueError(msg)
            file.seek(member.header_offset + 26)
            name, extra = struct.unpack("<HH", file.read(4))
            file.seek(name + extra, 1)
            head = arrays.header(file)
            yield (
                member.filename.removesuffix(".npy"),
                arrays.rows(file, head, mapped=mapped),
            )
