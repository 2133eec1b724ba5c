"""Lists in files: an entry a line, UTF-8, plain or compressed."""

from __future__ import annotations

from sel.errors import DataError, naming
from sel.streams import compression


def read(path: str) -> list[str]:
    """The lines of a file without the space around them; blank ones are left out.

    Raises:
        DataError: it is not UTF-8, or a compressed file is damaged.
    """
    with naming(path), open(path, "rb") as file:
        lines = b"".join(compression.chunks(file, path)).split(b"\n")
    found: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(line.decode().strip())
        except UnicodeDecodeError:
            msg = f"{path}:{number}: this is not UTF-8"
            raise DataError(msg) from None
    return [entry for entry in found if entry]
