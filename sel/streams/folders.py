"""Folders as inputs: the files below them that can be read, in a fixed order."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sel.errors import DataError
from sel.streams import compression

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES = (".csv", ".tsv", ".parquet", ".arrow", ".feather")
ENDINGS = (".jsonl", ".ndjson", ".json", *TABLES)
STATE = "state.json"
"""What names the files of a data set that the library `datasets` has saved."""


def files(folder: str, pattern: str | None = None) -> list[str]:
    """The files below a folder, sorted by the bytes of their paths.

    Names that begin with a dot or an underscore are left out, as those of files that
    are not finished, and of logs. The folder of a saved data set has the files that its
    state names, in that order.

    Args:
        folder: its path.
        pattern: which names are read, as `*.jsonl.zst`; without one all of known kinds.

    Raises:
        DataError: there is none.
    """
    if os.path.isfile(os.path.join(folder, STATE)) and not pattern:
        return _saved(folder)
    found = sorted(_below(folder, pattern), key=os.fsencode)
    if not found:
        wanted = pattern or ", ".join(f"*{ending}" for ending in ENDINGS)
        msg = f"{folder}: no file below this folder is called {wanted}"
        raise DataError(msg)
    return found


def _below(folder: str, pattern: str | None) -> Iterator[str]:
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name[:1] not in "._"]
        for name in names:
            plain = compression.plain_name(name)
            known = fnmatch(name, pattern) if pattern else plain.endswith(ENDINGS)
            if known and name[:1] not in "._":
                yield os.path.join(place, name)


def _saved(folder: str) -> list[str]:
    path = os.path.join(folder, STATE)
    try:
        state = msgspec.json.decode(Path(path).read_bytes())
        return [os.path.join(folder, one["filename"]) for one in state["_data_files"]]
    except (msgspec.MsgspecError, KeyError, TypeError):
        msg = f"{path} does not name the files of a data set"
        raise DataError(msg) from None
