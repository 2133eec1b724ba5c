"""Folders in which several machines write, here or behind a URL.

A file appears there when it is whole; so names are all that there is to know.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sel.streams import manifest, remote, stores
from sel.streams.json import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HERE = "memory"
"""The store that only this process has."""


def is_own(path: object) -> bool:
    """Whether nothing but this process can read it."""
    return isinstance(path, str) and path.partition("://")[0].lower() == _HERE


def joined(folder: str, name: str) -> str:
    """The path of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def names(folder: str) -> set[str]:
    """What the files in a folder are called; none where it is not there."""
    if not remote.is_url(folder):
        return set(os.listdir(folder)) if os.path.isdir(folder) else set()
    store, root = stores.filesystem(folder)
    store.invalidate_cache()
    try:
        found = stores.tried(folder, lambda: store.ls(root, False))
    except FileNotFoundError:
        return set()
    return {name.rstrip("/").rpartition("/")[2] for name in found} - {""}


def parts(folder: str) -> list[str]:
    """The numbered files of a folder, whether all are there or not."""
    found = sorted(filter(manifest.is_shard, names(folder)))
    return [joined(folder, name) for name in found]


def make(folder: str) -> None:
    """Let a folder be there; stores need none."""
    if not remote.is_url(folder):
        os.makedirs(folder, exist_ok=True)


def mark(folder: str) -> None:
    """Let a folder not be taken for whole until its files are listed."""
    if not remote.is_url(folder):
        manifest.mark(folder)
        return
    store, path = stores.filesystem(joined(folder, manifest.NAME))
    data = written(manifest.MARK)
    stores.tried(folder, lambda: store.pipe_file(path, data))


def remove(folder: str) -> None:
    """Remove a folder, and all that is in it."""
    if not remote.is_url(folder):
        shutil.rmtree(folder, ignore_errors=True)
        return
    store, root = stores.filesystem(folder)
    store.invalidate_cache()
    with suppress(FileNotFoundError):
        stores.tried(folder, lambda: store.rm(root.rstrip("/"), recursive=True))


def replace(folder: str, old: Iterable[str], moves: Mapping[str, str]) -> None:
    """Put files in a folder in the place of others; until they are listed it is not
    whole.

    Args:
        folder: where they go.
        old: names of those that are replaced.
        moves: from the path of each to its name there.
    """
    mark(folder)
    gone = [joined(folder, name) for name in {*old} - {*moves.values()}]
    places = {path: joined(folder, name) for path, name in moves.items()}
    if not remote.is_url(folder):
        for path in gone:
            Path(path).unlink(missing_ok=True)
        for path, place in places.items():
            os.replace(path, place)
        return
    store, _ = stores.filesystem(folder)

    def plain(paths: Iterable[str]) -> list[str]:
        return [store._strip_protocol(path) for path in paths]

    if gone:
        stores.tried(folder, lambda: store.rm(plain(gone)))
    if places:
        there = plain(places), plain(places.values())
        stores.tried(folder, lambda: store.copy(*there))
