"""Arrays in files: the header of `.npy`, read in one place and trusted in nothing.

No Python object is ever read: a header is a literal of three entries, and the numbers
behind it are as many bytes as it says.
"""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from sel.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt

MAGIC = b"\x93NUMPY"
WIDTHS = {1: 2, 2: 4, 3: 4}
"""Bytes of the length of a header, by the version."""
LONGEST = 10_000  # bytes of a header that is read
LARGEST = 1 << 48  # rows or columns


@dataclass(frozen=True)
class Header:
    """What stands before the numbers."""

    shape: tuple[int, ...]
    type: np.dtype[Any]
    fortran: bool

    @property
    def bytes(self) -> int:
        """Of the numbers."""
        return prod(self.shape) * self.type.itemsize


def header(source: BinaryIO) -> Header:
    """The header that comes next in a file.

    Raises:
        ValueError: it is none.
    """
    start = source.read(8)
    width = WIDTHS.get(start[6], 0) if len(start) == 8 else 0
    size = int.from_bytes(source.read(width), "little")
    if start[:6] != MAGIC or not width or size > LONGEST:
        msg = "no header"
        raise ValueError(msg)
    return _said(source.read(size))


@lru_cache(1024)  # many states of shards say the same
def _said(text: bytes) -> Header:
    """What a header says.

    Raises:
        ValueError: it is none.
    """
    try:
        said = ast.literal_eval(text.decode("latin1").strip())
        shape, fortran = said["shape"], said["fortran_order"]
        kind = np.dtype(str(said["descr"]))
    except (SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from None
    good = type(shape) is tuple and all(type(n) is int for n in shape)
    if not good or not all(0 <= n < LARGEST for n in shape) or len(said) != 3:
        msg = f"shape {shape}"
        raise ValueError(msg)
    return Header(shape, kind, fortran is True)


def rows(source: BinaryIO, found: Header, *, mapped: bool) -> npt.NDArray[Any]:
    """The numbers behind a header, in the file or in memory.

    Raises:
        ValueError: they are not numbers, or not so many.
    """
    at = source.tell()
    left = os.fstat(source.fileno()).st_size - at
    if found.type.kind not in "biuf" or found.bytes > left:
        msg = f"{left} bytes for {found}"
        raise ValueError(msg)
    order: Any = "F" if found.fortran else "C"
    if mapped and found.bytes:
        return np.memmap(source, found.type, "r", at, found.shape, order)
    values = np.fromfile(source, found.type, prod(found.shape))
    return values.reshape(found.shape, order=order)


def read(path: str) -> npt.NDArray[Any]:
    """An array of any shape from a `.npy` file.

    Raises:
        DataError: this is not such a file.
    """
    with open(path, "rb") as file:
        try:
            return rows(file, header(file), mapped=False)
        except ValueError:
            msg = f"{path} is not a .npy file of numbers. Try: numpy.save to make one"
            raise DataError(msg) from None
