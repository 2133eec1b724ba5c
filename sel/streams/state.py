"""Fitted states in files: `.npz` without pickle, with a card inside."""

from __future__ import annotations

import struct
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import orjson

from sel.errors import DataError
from sel.streams.atomic import AtomicFile
from sel.streams.json import written
from sel.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

State = TypeVar("State")
CARD = "card"


def save(path: str, state: Any, made_by: str, facts: dict[str, Any]) -> None:
    """Write a frozen dataclass of arrays and plain values, and say what made it."""
    arrays: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for part in fields(state):
        value = getattr(state, part.name)
        (arrays if isinstance(value, np.ndarray) else plain)[part.name] = value
    card = {"sel": VERSION, "made_by": made_by, **facts, "values": plain}
    arrays[CARD] = np.frombuffer(written(card), np.uint8)
    file = AtomicFile(Path(path))
    file.start(0)
    np.savez(_Sink(file), **arrays)
    file.commit()


class _Sink:
    """An atomic file as numpy wants it, so that no copy of the state is held."""

    def __init__(self, file: AtomicFile) -> None:
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
    path: str, kind: type[State], made_by: str, *, mapped: bool = False
) -> tuple[State, dict[str, Any]]:
    """Read a state back, with its card; `mapped` leaves the arrays in the file.

    Raises:
        DataError: the file is not a saved state, or one of another method.
    """
    try:
        if mapped:
            arrays = dict(_mapped(path))
        else:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        card = orjson.loads(arrays.pop(CARD).tobytes())
        if card["made_by"] != made_by:
            msg = f"{path} was saved by {card['made_by']!r}, not by {made_by!r}"
            raise DataError(msg)
        return kind(**arrays, **card["values"]), card
    except (
        ValueError,
        KeyError,
        TypeError,
        EOFError,
        AttributeError,
        struct.error,
        zipfile.BadZipFile,
    ):
        msg = f"{path} is not a saved state of {made_by!r}. Try: --save to make one"
        raise DataError(msg) from None


def _mapped(path: str) -> Iterator[tuple[str, Any]]:
    """The arrays of a file, each mapped at its place in it."""
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                msg = "it is compressed"
                raise ValueError(msg)
            file.seek(member.header_offset + 26)
            name, extra = struct.unpack("<HH", file.read(4))
            file.seek(name + extra, 1)
            if np.lib.format.read_magic(file) != (1, 0):
                msg = "it has another header"
                raise ValueError(msg)
            shape, _, kind = np.lib.format.read_array_header_1_0(file)
            rows = np.empty(shape, kind)
            if rows.size and not kind.hasobject:
                rows = np.memmap(file, kind, "r", file.tell(), shape)
            yield member.filename.removesuffix(".npy"), rows
