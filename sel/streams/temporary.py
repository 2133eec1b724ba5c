"""Nameless temporary files, which no signal can leave behind."""

from __future__ import annotations

import io
import os
import tempfile
from typing import Any

from sel.errors import naming


class Temporary(io.BufferedRandom):
    """A file that is gone when it is closed; errors name the folder that it is in."""

    def __init__(self) -> None:
        file: Any = tempfile.TemporaryFile(buffering=0, prefix="sel-")  # noqa: SIM115
        super().__init__(file)

    def write(self, data: Any, /) -> int:
        """Add bytes."""
        with naming(tempfile.gettempdir()):
            return super().write(data)

    def reserve(self, size: int) -> None:
        """Take room for so many bytes, all of them zero."""
        with naming(tempfile.gettempdir()):
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(self.fileno(), 0, size)
            self.truncate(size)

    def flush(self) -> None:
        """Let others see what was written."""
        with naming(tempfile.gettempdir()):
            super().flush()

    def seek(self, *where: Any) -> int:
        """Go to another place."""
        with naming(tempfile.gettempdir()):
            return super().seek(*where)
