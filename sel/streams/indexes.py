"""Indexes in files: what FAISS writes, with a card beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sel.errors import DataError, UsageError
from sel.maths.neighbours import faiss_index
from sel.streams import npy
from sel.streams.atomic import AtomicFile
from sel.streams.json import INDENTED, written
from sel.version import VERSION

PIECE = 1 << 22  # bytes that are written at once
STARTS = (b"IxM2", b"IxMp")
"""The first bytes of an index that names its rows."""


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
    faiss.write_index(index, faiss.PyCallbackIOWriter(file.write, PIECE))
    shape = {"bytes": os.fstat(file.fileno()).st_size, "ends": npy.ends(file.fileno())}
    known = {"sel": VERSION, **facts, **shape}
    beside.write(written(known, INDENTED) + b"\n")
    file.commit()
    beside.commit()


def load(path: str) -> tuple[Any, dict[str, Any]]:
    """An index and its card.

    Raises:
        DataError: the file is not such an index, or has no card, or that of another.
    """
    faiss = faiss_index.library()
    card = npy.card(path)
    with open(path, "rb") as file:
        start, size = file.read(4), os.fstat(file.fileno()).st_size
        if start in STARTS and card.get("bytes") == size:
            npy.check_card(path, card, {}, file.fileno())
    if start not in STARTS:
        msg = f"{path} is not an index made by sel. Try: sel index build to make one"
        raise DataError(msg)
    if not {"rows", "dim", "bytes"} <= set(card):
        msg = f"{path}.json, the card of the index, is missing. Try: build it again"
        raise DataError(msg)
    if card["bytes"] != size:
        msg = f"{path} has {size:,} bytes and its card says {card['bytes']:,}"
        raise DataError(f"{msg}. Try: build it again")
    try:
        with open(path, "rb") as file:  # the library takes no name that is not UTF-8
            index = faiss.read_index(faiss.PyCallbackIOReader(file.read, PIECE))
    except RuntimeError:
        msg = f"{path} is damaged. Try: build it again"
        raise DataError(msg) from None
    if index.d != card["dim"]:
        msg = f"{path} has {index.d} columns and its card says {card['dim']}"
        raise DataError(msg)
    return index, card
