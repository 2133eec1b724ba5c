"""Folders as inputs: the files below them that can be read, in a fixed order."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sel.errors import DataError
from sel.streams import compression, manifest, parts, remote
from sel.streams.lines import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Say = Callable[[str], None]

TABLES = (".csv", ".tsv", ".parquet", ".arrow", ".feather")
ENDINGS = (".jsonl", ".ndjson", ".json", *TABLES)
STATE = "state.json"
"""What names the files of a data set that the library `datasets` has saved."""


def files_of(
    source: Any,
    glob: str | None = None,
    *,
    folders: bool = True,
    say: Say | None = None,
) -> list[Any]:
    """The files that an input stands for: those of a folder, or of a pattern in a URL.

    Args:
        source: the input.
        glob: which files of a folder.
        folders: whether folders are read.
        say: is told what may be missing.
    """
    if not isinstance(source, str):
        return [source]
    if folders and source != STDIN and source and os.path.isdir(source):
        return [*files(source, glob, say)]
    if (
        folders
        and source[-1:] == "/"
        and remote.is_url(source)
        and source[:4] != "http"
    ):
        from sel.streams import bucket

        return [*bucket.files(source)]
    return remote.expanded(source)


def files(folder: str, pattern: str | None = None, say: Say | None = None) -> list[str]:
    """The files below a folder, sorted by the bytes of their paths.

    Names that begin with a dot or an underscore are left out, as those of files that
    are not finished, and of logs. The folder of a saved data set has the files that its
    state names, in that order; one with a manifest those that it lists. Folders that
    are called as `lang=de` give a field to each record.

    Args:
        folder: its path.
        pattern: which names are read, as `*.jsonl.zst`; without one all of known kinds.
        say: is told what may be missing.

    Raises:
        DataError: there is none.
    """
    if os.path.isfile(os.path.join(folder, STATE)) and not pattern:
        return _saved(folder)
    if not pattern and (listed := manifest.files(folder)):
        return listed
    found = sorted(_below(folder, pattern, say), key=os.fsencode)
    if not found:
        wanted = pattern or ", ".join(f"*{ending}" for ending in ENDINGS)
        msg = f"{folder}: no file below this folder is called {wanted}"
        raise DataError(msg)
    if not any("=" in path for path in found):
        return found
    from sel.streams import partitions

    return partitions.found(folder, found)


def _below(folder: str, pattern: str | None, say: Say | None) -> Iterator[str]:
    for place, inner, names in os.walk(folder):
        listed = manifest.files(place)
        inner[:] = [name for name in inner if name[:1] not in "._" and not listed]
        if say and listed is None:
            _tell(place, names, say)
        for name in names if listed is None else map(os.path.basename, listed):
            plain = compression.plain_name(name)
            known = fnmatch(name, pattern) if pattern else plain.endswith(ENDINGS)
            if known and name[:1] not in "._":
                yield os.path.join(place, name)


def _tell(place: str, names: list[str], say: Say) -> None:
    """Say which outputs of runs that have not come to their end are not there."""
    for output in sorted({*map(parts.output_of, names)} - {None, *names}):  # type: ignore[type-var]
        msg = "is not there: the run that writes it was killed, or goes on"
        say(f"{os.path.join(place, str(output))} {msg}")


def _saved(folder: str) -> list[str]:
    path = os.path.join(folder, STATE)
    try:
        state = msgspec.json.decode(Path(path).read_bytes())
        return [os.path.join(folder, one["filename"]) for one in state["_data_files"]]
    except (msgspec.MsgspecError, KeyError, TypeError):
        msg = f"{path} does not name the files of a data set"
        raise DataError(msg) from None
