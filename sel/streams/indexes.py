"""Indexes in files: what FAISS writes, with a card beside it."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

from sel.errors import DataError, UsageError, valid
from sel.maths.neighbours import faiss_index
from sel.streams import npy
from sel.streams.atomic import AtomicFile
from sel.streams.json import INDENTED, SORTED, written
from sel.version import VERSION

PIECE = 1 << 22  # bytes that are written at once
STARTS = (b"IxM2", b"IxMp")
"""The first bytes of an index that names its rows."""
SUM = "sum"


def save(path: str, index: Any, facts: dict[str, Any]) -> None:
    """Put an index and its card in their places.

    Raises:
        UsageError: what is there is no regular file.
    """
    faiss = faiss_index.library()
    file = AtomicFile(Path(path))
    if not file.plain:
        msg = f"{path} is not a file, and an index must be one. Try: -o pool.faiss"
        raise UsageError(msg)
    beside = AtomicFile(Path(f"{path}.json"))
    for one in (file, beside):
        one.start(0)
    total = 0

    def write(piece: bytes) -> None:
        nonlocal total
        total = zlib.crc32(piece, total)
        file.write(piece)

    faiss.write_index(index, faiss.PyCallbackIOWriter(write, PIECE))
    shape = {"bytes": os.fstat(file.fileno()).st_size, "ends": npy.ends(file.fileno())}
    known = {"sel": VERSION, **facts, **shape}
    known[SUM] = _with(known, total)
    beside.write(written(known, INDENTED) + b"\n")
    file.commit()
    beside.commit()


def load(
    path: str, *, verify: bool = True, mapped: bool = False
) -> tuple[Any, dict[str, Any]]:
    """An index and its card.

    Args:
        path: the file.
        verify: read all of it, to see that the card's sum is that of these bytes.
        mapped: leave the lists of an ivf index in the file; it cannot be changed.

    Raises:
        DataError: the file is not such an index, is damaged, or has no card, or that of
            another.
    """
    faiss = faiss_index.library()
    card = npy.card(path)
    with open(path, "rb") as file:
        start, size = file.read(4), os.fstat(file.fileno()).st_size
        if start not in STARTS:
            msg = f"{path} is not an index made by sel"
            raise DataError(f"{msg}. Try: sel index build to make one")
        if set(map(type, map(card.get, ("rows", "dim", "bytes", SUM)))) != {int}:
            msg = f"{path}.json is not the card of an index, or is missing"
            raise DataError(f"{msg}. Try: build it again")
        if card["bytes"] != size:
            msg = f"{path} has {size:,} bytes and its card says {card['bytes']:,}"
            raise DataError(f"{msg}. Try: build it again")
        npy.check_card(path, card, {}, file.fileno())
        if verify and _with(card, _total(file)) != card[SUM]:
            msg = f"{path} or its card is damaged: the sum of the two is another"
            raise DataError(f"{msg}. Try: build it again")
    try:
        index = _read(path, mapped=mapped)
    except RuntimeError:
        msg = f"{path} is damaged. Try: build it again"
        raise DataError(msg) from None
    if index.d != card["dim"]:
        msg = f"{path} has {index.d} columns and its card says {card['dim']}"
        raise DataError(msg)
    if faiss.vector_to_array(index.id_map).max(initial=-1) >= card["rows"]:
        msg = f"{path} has rows beyond the {card['rows']:,} of its card"
        raise DataError(f"{msg}. Try: build it again")
    return index, card


def _read(path: str, *, mapped: bool) -> Any:
    faiss = faiss_index.library()
    if mapped and valid(path) == path:
        return faiss.read_index(path, faiss.IO_FLAG_MMAP)
    with open(path, "rb") as file:  # the library takes no name that is not UTF-8
        return faiss.read_index(faiss.PyCallbackIOReader(file.read, PIECE))


def _total(file: Any) -> int:
    """The sum of the bytes of a file."""
    file.seek(0)
    total = 0
    while piece := file.read(PIECE):
        total = zlib.crc32(piece, total)
    return total


def _with(card: dict[str, Any], total: int) -> int:
    """The sum of a card and of the file that it is beside."""
    facts = {name: fact for name, fact in card.items() if name != SUM}
    return zlib.crc32(written(facts, SORTED), total)
