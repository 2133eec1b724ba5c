"""The list of the numbered files of a folder, which says that they are whole.

`_sel.json` is put in its place last. Until then a part of it stands beside it, so that
a folder that a run has not finished is told from one that was never ours.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sel.errors import DataError, MachineError
from sel.streams import parts
from sel.streams.json import written

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "_sel.json"
ASIDE = "old"
"""Where files are while they are replaced, see sel.streams.swap."""
MARK = {"whole": False}
"""What stands in the place of a manifest while files appear one after the other."""
_SHARD = re.compile(r"part-\d{5}(\.\w+)*")


def shard(number: int, ending: str) -> str:
    """What a numbered file is called."""
    return f"part-{number:05}{ending}"


def is_shard(name: str) -> bool:
    """Whether a numbered file is called so."""
    return bool(_SHARD.fullmatch(name))


def listed(data: bytes, label: str) -> dict[str, int]:
    """The files that a manifest lists, in order, and the bytes of each.

    Raises:
        DataError: it is not what `--shard-size` writes, or says that it is not whole.
    """
    try:
        said = msgspec.json.decode(data)
        if said == MARK:
            raise unfinished(label)
        found = {one["name"]: int(one["bytes"]) for one in said["shards"]}
        ours = all(map(_SHARD.fullmatch, found))
    except (msgspec.MsgspecError, AttributeError, KeyError, TypeError, ValueError):
        found, ours = {}, False
    if not found or not ours:
        msg = f"{label} does not list the files of a folder, as --shard-size does"
        raise DataError(msg)
    return found


def is_mark(data: bytes) -> bool:
    """Whether files are still to appear."""
    with suppress(msgspec.MsgspecError):
        return bool(msgspec.json.decode(data) == MARK)
    return False


def mark(folder: str) -> None:
    """Let a folder not be taken for whole until its files are listed."""
    os.makedirs(folder, exist_ok=True)
    path = Path(folder) / NAME
    aside = parts.unused(path, parts.PART)
    aside.write_bytes(written(MARK) + b"\n")
    os.replace(aside, path)


def unfinished(label: str) -> DataError:
    """What is said of a folder without all of its files."""
    msg = f"{label} is not whole: the run that writes it was killed, or goes on"
    return DataError(f"{msg}. Try: that run again")


def files(folder: str) -> list[str] | None:
    """The files of a folder in the order of its manifest; None where there is none.

    Raises:
        DataError: one is missing, or is not as large as it was; or a run that writes
            into the folder has not come to its end.
    """
    path = os.path.join(folder, NAME)
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        if any(_begun(Path(folder))):
            raise unfinished(folder) from None
        return None
    return [_checked(folder, *one) for one in listed(data, path).items()]


def _checked(folder: str, name: str, size: int) -> str:
    path = os.path.join(folder, name)
    now = os.stat(path).st_size if os.path.exists(path) else None
    check_size(path, now, size)
    return path


def check_size(path: str, now: int | None, size: int) -> None:
    """Refuse a file that is not as large as its manifest says, or is missing."""
    if now is None:
        msg = f"{path} is missing, and {NAME} lists it"
        raise DataError(msg)
    if now != size:
        msg = f"{path} has {now:,} bytes, and by {NAME} it had {size:,}"
        raise DataError(msg)


def check_free(folder: str) -> None:
    """Refuse a folder that holds what no run with --shard-size has written.

    Raises:
        MachineError: which file that is.
    """
    place = Path(folder)
    if not place.exists():
        return
    there = {name for name in os.listdir(folder) if name[:1] != "."}
    ours = {
        name
        for part in _begun(place)
        for path in (part, parts.shards(part) / ASIDE / NAME)
        for name in names(path)
    }
    if NAME in there:
        for name, size in listed(
            (place / NAME).read_bytes(), f"{folder}{NAME}"
        ).items():
            if name in there and (place / name).stat().st_size != size:
                msg = f"{folder}{name} was changed since sel wrote it"
                raise MachineError(f"{msg}. Try: another folder")
        return
    if other := min(there - ours, default=""):
        msg = f"{folder} holds {other}, and is replaced as a whole"
        raise MachineError(f"{msg}. Try: a new folder")


def names(path: Path) -> list[str]:
    """The files that a manifest lists, or one that is not in its place; none where it
    was not written.
    """
    try:
        return list(listed(path.read_bytes(), str(path)))
    except (DataError, FileNotFoundError, NotADirectoryError):
        return []


def _begun(folder: Path) -> Iterator[Path]:
    """The parts of a manifest, whose runs have not come to their end."""
    yield from parts.named(folder / NAME, parts.PART, anyones=True)
