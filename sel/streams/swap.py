"""New files of a folder put in the place of those of an older run, and back.

They stand beside the part of the manifest, in a folder that has its number. The old
files are set aside there while they are replaced, so that a run that is killed in
between can be undone by the next one.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from sel.errors import MachineError
from sel.streams import manifest, parts

if TYPE_CHECKING:
    from pathlib import Path


def put(part: Path) -> None:
    """Move the files that the part of a manifest lists to where they are listed.

    Raises:
        MachineError: there is another file of such a name.
    """
    folder, made = part.parent, parts.shards(part)
    aside = made / manifest.ASIDE
    aside.mkdir()
    old = folder / manifest.NAME
    # Without its manifest a folder is not whole.
    for name in [manifest.NAME, *manifest.names(old)] if old.exists() else ():
        with suppress(FileNotFoundError):
            os.rename(folder / name, aside / name)
    for name in manifest.names(part):
        if os.path.lexists(folder / name):
            msg = f"{folder / name} is in the way. Try: a new folder"
            raise MachineError(msg)
        os.rename(made / name, folder / name)


def back(part: Path) -> None:
    """Undo what `put` has done, however far it came; the new files are kept."""
    folder, made = part.parent, parts.shards(part)
    aside = made / manifest.ASIDE
    if not aside.is_dir():
        return
    for name in manifest.names(part):
        if not (made / name).exists() and (folder / name).exists():
            os.rename(folder / name, made / name)
    last = manifest.NAME
    for name in sorted(os.listdir(aside), key=lambda name: (name == last, name)):
        os.rename(aside / name, folder / name)
    aside.rmdir()


def remove(part: Path) -> None:
    """Remove the new files that are not in their places; the old ones get theirs."""
    back(part)
    shutil.rmtree(parts.shards(part))
