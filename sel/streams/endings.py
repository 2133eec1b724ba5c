"""What the ending of an output's name says, and which outputs may have it."""

from __future__ import annotations

import os
import re

from sel.errors import UsageError

COMPRESSED = (".gz", ".zst")
LINES = (".jsonl", ".ndjson")
KINDS = {
    "records": (*LINES, ".parquet"),
    "rows": (*LINES, ".json", ".parquet"),
    "lines": LINES,
    "object": (".json",),
    "matrix": (".npy",),
    "index": (".faiss", ".index"),
    "state": (".npz",),
    "page": (".html", ".htm"),
    "words": (".txt", ".json", ".xml", ".md"),
}
"""The endings of each kind of output. A name without an ending is one of any kind."""
PACKED = {"records", "rows", "lines"}
"""The kinds of which .gz and .zst make a compressed file; a table packs itself."""
_ENDING = re.compile(r".+(\.[A-Za-z]\w*)")


def check(flag: str, path: str, kind: str, *, folder: bool = False) -> None:
    """Refuse a file whose ending says that it is something else than it will be.

    Args:
        flag: the option that names it.
        path: the file.
        kind: what will be in it, of KINDS.
        folder: whether it may be a folder, with / at its end.

    Raises:
        UsageError: what the file may be called.
    """
    if path == "-":
        msg = f"{flag} - names no file: data goes to standard output"
        raise UsageError(f"{msg}. Try: {flag} FILE, or {flag} /dev/stderr")
    if path.endswith("/"):
        if folder:
            return
        msg = f"{flag} {path} is a folder, and this writes one file. Try: {flag} FILE"
        raise UsageError(msg)
    name = os.path.basename(path)
    plain = name
    if kind in PACKED:
        plain = next((name[: -len(e)] for e in COMPRESSED if name.endswith(e)), name)
    found = _ENDING.fullmatch(plain)
    known = KINDS[kind]
    if found is None or (found[1] in known and (plain == name or found[1] in LINES)):
        return
    some = [*known, *(f".jsonl{e}" for e in COMPRESSED if kind in PACKED)]
    ending = name[name.index(found[1]) :] if plain != name else found[1]
    msg = f"{flag} {path}: {ending} cannot be written here, only {listed(some)}"
    raise UsageError(msg)


def listed(words: list[str]) -> str:
    """Words with commas, and `or` before the last."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
