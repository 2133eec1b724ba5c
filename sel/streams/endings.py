"""What the ending of an output's name says, and which outputs may have it."""

from __future__ import annotations

import os
import re

from sel.errors import UsageError, shown
from sel.streams.compression import ENDINGS as PACKED
from sel.streams.compression import plain_name

LINES = (".jsonl", ".ndjson")
TABLES = (".parquet", ".arrow", ".feather")
"""What needs pyarrow."""
TEXTS = (".json", ".csv", ".tsv")
"""What else is text, and may be compressed as lines may."""
KINDS = {
    "records": (*LINES, *TEXTS, *TABLES),
    "rows": (*LINES, *TEXTS, *TABLES),
    "lines": LINES,
    "object": (".json",),
    "log": (".log", *LINES),
    "metrics": (".prom",),
    "matrix": (".npy",),
    "index": (".faiss", ".index"),
    "state": (".npz", ".shard"),
    "page": (".html", ".htm"),
    "words": (".txt", ".json", ".xml", ".md"),
}
"""The endings of each kind of output. Lines and texts may be compressed as well."""
PASSING = (".tmp", ".part", ".new", ".next", ".old", ".bak", ".out")
"""Endings of names that do not last, which say nothing of what is in a file."""
_ENDING = re.compile(r".+(\.[A-Za-z]\w*)", re.DOTALL)


def form(path: str) -> str:
    """The ending that says what is in a file of records; nothing for plain lines."""
    found = os.path.splitext(plain_name(shown(path)))[1].lower()
    return found if found in (*TEXTS, *TABLES) else ""


def check(
    flag: str, path: str, kind: str, *, folder: bool = False, numbered: bool = False
) -> None:
    """Refuse a file whose ending says that it is something else than it will be.

    A name without an ending, and one that does not last, is a name of any kind.

    Args:
        flag: the option that names it.
        path: the file.
        kind: what will be in it, of KINDS.
        folder: whether it may be a folder, with / at its end.
        numbered: whether it may be one with another option.

    Raises:
        UsageError: what the file may be called.
    """
    if path == "-":
        msg = f"{flag} - names no file, and standard output is for data"
        raise UsageError(f"{msg}. Try: {flag} FILE, or {flag} /dev/stderr")
    if path.endswith("/"):
        if folder:
            return
        msg = f"{flag} {path} is a folder, and this writes one file. Try: {flag} FILE"
        raise UsageError(f"{msg}, or --shard-size 512MB" if numbered else msg)
    wrong = _unknown(os.path.basename(path), kind)
    if wrong:
        lines = KINDS[kind][:2] == LINES
        known = [*KINDS[kind], *(LINES[0] + end for end in PACKED if lines)]
        may_be = " or ".join(filter(None, [", ".join(known[:-1]), known[-1]]))
        msg = f"{flag} {path}: {wrong} cannot be written here, only {may_be}"
        raise UsageError(msg)


def _unknown(name: str, kind: str) -> str:
    """The ending of a name, where it is not one of a kind; else nothing."""
    if name.endswith(PASSING):
        return ""
    packed = next((end for end in PACKED if name.endswith(end)), "")
    found = _ENDING.fullmatch(name.removesuffix(packed))
    ending = found[1] if found else ""
    if packed:
        lines = KINDS[kind][:2] == LINES
        known = [end for end in ("", *KINDS[kind]) if lines and end not in TABLES]
        return "" if ending in known else ending + packed
    return "" if ending in ("", *KINDS[kind]) else ending
