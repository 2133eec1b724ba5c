"""Matrices as `.npy`: files that can be mapped, images one after the other on pipes.

A file holds one image, in C order; the number of rows is patched into its header when
it is closed. On a pipe a matrix is a sequence of images. Both forms are read from both.
"""

from __future__ import annotations

import io
import mmap
import os
import stat
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import orjson

from sel.errors import DataError, MachineError, UsageError
from sel.streams import arrays, landing
from sel.streams import kinds as others
from sel.streams.atomic import AtomicFile
from sel.streams.json import INDENTED, written
from sel.streams.lines import STDIN, name
from sel.streams.output import Output, Standard, refuse_terminal
from sel.streams.temporary import Temporary
from sel.version import VERSION

if TYPE_CHECKING:
    from sel.types import Vectors

HEADER = 128  # bytes; what is written has this length, whatever the number of rows
IMAGE = 8_192  # rows of an image on a pipe
WIDEST = 1 << 31  # columns
TYPES = ("<f4", "<f2")
MADE = ("made_by", "options", "model", "checkpoints")
"""What cards must have in common for matrices to be compared."""
ENDS = 1 << 16
"""Bytes at each end of a file by which its card knows it."""
_READ = 1 << 20


@dataclass(frozen=True)
class Matrix:
    """Vectors that are mapped from a file, and what made them."""

    name: str
    rows: Any
    """Shape (n, d), float32 or float16; a numpy array that may be mapped."""
    card: dict[str, Any]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dim(self) -> int:
        """Columns."""
        return int(self.rows.shape[1])

    def take(self, places: Any) -> Any:
        """A copy of the rows of an array of numbers; what was mapped is let go."""
        found = self.rows[places]
        mapped = getattr(self.rows, "_mmap", None)
        if mapped is not None:
            mapped.madvise(mmap.MADV_DONTNEED)
        return found


def read(path: str, kinds: tuple[str, ...] = TYPES) -> Matrix:
    """Open a matrix; anything but a plain file is copied to a nameless temporary one.

    Args:
        path: the file.
        kinds: types that its numbers may have.

    Raises:
        DataError: this is not a matrix of such numbers, or not that of its card.
    """
    label = name(path)
    if path[:1] == "@":
        msg = f"{path} names a field, but no records are read. Try: ./{path} for a file"
        raise UsageError(msg)
    known = card(path) if path != STDIN else {}
    with _opened(path) as source:
        first = _header(source, label, kinds)
        at, size = source.tell() if first.seekable else 0, 0
        if first.seekable:
            size = os.fstat(source.fileno()).st_size - at
        if run := landing.current():
            landing.unchanged(path, label, run.known)
            run.mapped[path] = label
        if first.seekable and first.bytes == size:
            rows: Any = np.memmap(source, first.type, "r", at, first.shape)
        else:
            rows = _gathered(source, first, label, kinds)
        if known:
            shape = {"rows": len(rows), "dim": rows.shape[1], "dtype": rows.dtype.name}
            check_card(path, known, shape, source.fileno() if first.seekable else None)
    return Matrix(label, rows, known)


def card(path: str) -> dict[str, Any]:
    """What made a matrix, from the card beside it; nothing where there is none."""
    try:
        found = orjson.loads(Path(path + ".json").read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        msg = f"{path}.json is not a card. Try: remove it, or embed again"
        raise DataError(msg)
    return found


def ends(fd: int) -> str:
    """What tells a file from most others: its size, its first and its last bytes."""
    size = os.fstat(fd).st_size
    head, tail = os.pread(fd, ENDS, 0), os.pread(fd, ENDS, max(size - ENDS, 0))
    return f"{size:x}-{zlib.crc32(tail, zlib.crc32(head)):08x}"


def check_card(
    path: str, known: dict[str, Any], facts: dict[str, Any], fd: int | None
) -> None:
    """Refuse a card that is of another file: a run may have died between the two.

    Raises:
        DataError: the card says other facts, or the file has other ends.
    """
    if fd is not None and "ends" in known:
        facts = {**facts, "ends": ends(fd)}
    for key, fact in facts.items():
        if known.get(key, fact) != fact:
            msg = (
                f"{path}.json is the card of another file: {key} {known[key]} and not"
                f" {fact}. Try: make {path} again, or remove its card"
            )
            raise DataError(msg)


def records_of(path: str, advice: str) -> str:
    """The file of the records of a matrix: that of the same name.

    Args:
        path: of the matrix.
        advice: which option says where they are.

    Raises:
        UsageError: there is none.
    """
    found = Path(path).with_suffix(".jsonl")
    if not found.exists():
        msg = f"the records of {path} are not in {found}. Try: {advice} to say where"
        raise UsageError(msg)
    return str(found)


def check_like(ours: Matrix, theirs: Matrix, *, cards: bool = True) -> None:
    """Refuse vectors of other columns, or with `cards` those made in another way.

    Raises:
        DataError: what differs, in words.
    """
    if ours.dim != theirs.dim:
        msg = (
            f"{ours.name} has {ours.dim} columns and {theirs.name} has {theirs.dim}."
            " Try: embed both in the same way"
        )
        raise DataError(msg)
    if not (cards and ours.card and theirs.card):
        return
    for key in MADE:
        a, b = ours.card.get(key), theirs.card.get(key)
        if a != b:
            msg = (
                f"{ours.name} and {theirs.name} were made in different ways:"
                f" {key} {a} and {b}. Try: --no-card-check if that is meant"
            )
            raise DataError(msg)


class Writer:
    """Writes rows; a file gets one image, standard output one image for each block.

    Args:
        path: the file; None for standard output.
        dim: columns.
        kind: type of the numbers, such as float32.
        key: what the result depends on; see AtomicFile.
    """

    def __init__(
        self, path: str | None, dim: int, kind: str, key: str | None = None
    ) -> None:
        refuse_terminal(path)
        if path and path.endswith((".gz", ".zst")):
            msg = f"a matrix is mapped from its file, so it is not compressed: {path}"
            raise UsageError(msg)
        self.dim = dim
        self.rows = 0
        self.type = np.dtype(kind).newbyteorder("<")
        out = AtomicFile(Path(path), key) if path else None
        self.file = out if out and out.plain else None
        """Where one image goes; None where images follow one another."""
        self._out: Output = out or Standard()

    def start(self, blocks: int) -> dict[str, float]:
        """Go on after so many blocks; 0 begins anew. Gives what was counted."""
        if self.file is None:
            return {}
        point = self.file.start(blocks)
        if not blocks:
            self.file.write(header(0, self.dim, self.type))
        counts = dict(point.counts)
        self.rows = int(counts.get("rows", 0))
        return counts

    def write(self, rows: Vectors) -> None:
        """Add rows, shape (n, d)."""
        rows = np.ascontiguousarray(rows, self.type)
        self.rows += len(rows)
        if self.file:
            self._out.write(rows.tobytes())
            return
        for at in range(0, len(rows), IMAGE):
            part = rows[at : at + IMAGE]
            self._out.write(header(len(part), self.dim, self.type) + part.tobytes())

    def commit(self, made: dict[str, Any]) -> None:
        """Put the file in its place, with its card."""
        if self.file is None:
            if not self.rows:
                self._out.write(header(0, self.dim, self.type))
            self._out.commit()
            return
        self.file.patch(header(self.rows, self.dim, self.type))
        shape = {"rows": self.rows, "dim": self.dim, "dtype": self.type.name}
        beside = AtomicFile(Path(f"{self.file.path}.json"))
        beside.start(0)
        known = {"sel": VERSION, **made, **shape, "ends": ends(self.file.fileno())}
        beside.write(written(known, INDENTED) + b"\n")
        self.file.commit()
        beside.commit()

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old file."""
        self._out.abort(keep=keep)


def header(rows: int, dim: int, kind: Any) -> bytes:
    """The header of an image, always HEADER bytes long."""
    said = (
        f"{{'descr': {kind.str!r}, 'fortran_order': False, 'shape': ({rows}, {dim}), }}"
    )
    start = b"\x93NUMPY\x01\x00" + (HEADER - 10).to_bytes(2, "little")
    return start + said.ljust(HEADER - 11).encode() + b"\n"


@dataclass(frozen=True)
class _Image:
    shape: tuple[int, int]
    type: Any
    seekable: bool

    @property
    def bytes(self) -> int:
        return self.shape[0] * self.shape[1] * int(self.type.itemsize)


def _opened(path: str) -> BinaryIO:
    if path == STDIN:
        if sys.stdin is None:
            msg = "standard input is closed"
            raise MachineError(msg)
        return open(os.dup(0), "rb")
    others.refuse_place(path)
    return open(path, "rb")


def _header(source: BinaryIO, label: str, kinds: tuple[str, ...]) -> _Image:
    """Read the header of the next image."""
    seekable = stat.S_ISREG(os.fstat(source.fileno()).st_mode)
    try:
        found = arrays.header(source)
    except ValueError:
        msg = f"{label} is not a .npy matrix. Try: sel embed to make one"
        raise DataError(msg) from None
    shape, kind = found.shape, found.type
    rule = ""
    if kind.hasobject:
        rule = "it holds Python objects, which are never read"
    elif kind.str not in kinds:
        wanted = np.dtype(kinds[0]).name
        rule = f"its numbers are {kind}. Try: array.astype({wanted!r})"
    elif len(shape) != 2:
        rule = f"it has {len(shape)} dimensions, not 2"
    elif found.fortran and shape[0] > 1 and shape[1] > 1:
        rule = "it is in Fortran order. Try: numpy.ascontiguousarray(array)"
    elif not 0 < shape[1] < WIDEST:
        rule = f"its shape is {shape}"
    if rule:
        msg = f"{label} is not a matrix that can be used: {rule}"
        raise DataError(msg)
    return _Image((shape[0], shape[1]), kind, seekable)


def _gathered(
    source: BinaryIO, first: _Image, label: str, kinds: tuple[str, ...]
) -> Any:
    """All images of a stream in one nameless file, mapped."""
    kept = Temporary()
    image, rows = first, 0
    while True:
        _copy(source, kept, image.bytes, label)
        rows += image.shape[0]
        head = source.read(1)
        if not head:
            break
        image = _header(_Pushed(head, source), label, kinds)  # type: ignore[arg-type]
        if (image.shape[1], image.type) != (first.shape[1], first.type):
            msg = f"{label}: its parts differ in columns or type"
            raise DataError(msg)
    kept.flush()
    shape = (rows, first.shape[1])
    return np.memmap(kept, first.type, "r", 0, shape) if rows else np.empty(shape)


def _copy(source: BinaryIO, target: Any, size: int, label: str) -> None:
    while size:
        data = source.read(min(size, _READ))
        if not data:
            msg = f"{label} ends early: rows are missing. Try: make it again"
            raise DataError(msg)
        target.write(data)
        size -= len(data)


class _Pushed(io.RawIOBase):
    """A source of which the first byte has been read already."""

    def __init__(self, head: bytes, source: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._source = source

    def read(self, size: int = -1) -> bytes:
        head, self._head = self._head, b""
        return head + self._source.read(size - len(head))

    def fileno(self) -> int:
        return self._source.fileno()
