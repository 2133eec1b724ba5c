"""What a manifest says of a run: nothing that changes from day to day."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

from sel.errors import shown
from sel.options.declare import Share, every
from sel.records.ledger import LAW
from sel.request import HOW
from sel.streams import lines
from sel.streams.endings import TABLES, form
from sel.streams.sums import of_file
from sel.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.options.declare import Option
    from sel.request import Request
    from sel.streams.landing import Landing
    from sel.streams.lines import Source

BESIDE = ("output", "summary", "log", "metrics", "quiet", "seed")
"""Options that are not repeated among the others."""


def command_line(request: Request) -> str:
    """What a shell is given for the same result; defaults are left out."""
    words = ["sel", request.method.command, request.method.name]
    for one in every(request.method, request.takes):
        if one.name not in HOW:
            words += given(one, request.values[one.name])
    words += [x if isinstance(x, str) else lines.name(x) for x in request.asked]
    return shlex.join(map(shown, words))


def given(option: Option, value: Any) -> list[str]:
    """An option as a shell is given it; nothing if it has its default."""
    if value == option.default or value is None:
        return []
    if option.kind == "bool":
        return [option.flag if value else option.negation]
    several = value if isinstance(value, (list, tuple)) else [value]
    words = [each if isinstance(each, str) else repr(each) for each in several]
    return [word for each in words for word in (option.flag, each)]


def about(request: Request, landed: Landing) -> dict[str, Any]:
    """What there is to say of a run that has come to its end.

    Args:
        request: the run.
        landed: knows the sums of what was read.
    """
    options = [one for one in every(request.method, request.takes) if _says(one)]
    return {
        "version": VERSION,
        "command": command_line(request),
        "options": {
            one.name.rstrip("_"): _said(request.values[one.name]) for one in options
        },
        "seed": request.values.get("seed"),
        "inputs": [_sum(path, landed) for path in dict.fromkeys(_read(request))],
        "counts": {name: request.summary[name] for name in LAW},
    }


def _says(one: Option) -> bool:
    """Whether what comes out depends on an option."""
    return one.owner not in HOW and one.name not in BESIDE


def _said(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_said(one) for one in value]
    if isinstance(value, Share):
        return repr(value)
    return shown(value) if isinstance(value, str) else value


def _read(request: Request) -> Iterator[Source]:
    """What the run reads: the inputs first, then files beside them."""
    yield from request.inputs
    for one in every(request.method, request.takes):
        value = request.values.get(one.name)
        if one.value == "FILE" and not one.writes and value:
            yield from [value] if isinstance(value, str) else value


def _sum(path: Source, landed: Landing) -> dict[str, Any]:
    """An input; what is not known of it is null."""
    sums = landed.sums
    assert sums is not None
    size = sha256 = None
    if isinstance(path, str):
        if form(path) in TABLES and os.path.isfile(path):
            of_file(path, sums)
        if path in sums:
            size, sha256 = sums[path]
        elif path in landed.known:
            size = landed.known[path][2]
    return {"name": shown(lines.name(path)), "bytes": size, "sha256": sha256}
