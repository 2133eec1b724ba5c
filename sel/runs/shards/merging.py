"""Parts of shards put together: the bytes and the closing line of one run."""

from __future__ import annotations

import os
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel.errors import DataError, UsageError, shown
from sel.options.fitting import Fitting
from sel.options.reading import Reading
from sel.records import shares
from sel.records.ledger import LAW
from sel.runs import describing
from sel.runs.scores.summing import fitted
from sel.runs.shards import splitting
from sel.streams import (
    bucket,
    compression,
    landing,
    lines,
    manifest,
    remote,
    share,
    shared,
)
from sel.streams.json import INDENTED, written
from sel.streams.output import finished, open_output
from sel.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sel.request import Request
    from sel.runs.shapes import Shape

Part = tuple[str, dict[str, Any]]
"""The file of a shard, and its share."""
CARD = ".json"
"""The ending of what stands beside a matrix."""
STEP = 1 << 20
"""Bytes that are copied at once."""


def run(shape: Shape, request: Request) -> int:
    """Put the parts together that the inputs are.

    Raises:
        DataError: they are not all parts of one run, each of them once.
    """
    splitting.check(request)
    paths = [
        path
        for source in map(str, request.sources[len(request.operands) :])
        for path in (shared.parts(source) if _is_folder(source) else [source])
    ]
    return together(shape, request, complete(request, paths))


def _is_folder(source: str) -> bool:
    return os.path.isdir(source) or (source[-1:] == "/" and remote.is_url(source))


def complete(request: Request, paths: Sequence[str]) -> list[Part]:
    """The parts of a run in their order.

    Raises:
        DataError: one is missing, is there twice, or is of another run.
    """
    if not paths:
        msg = "give the parts that --shard has written"
        raise UsageError(msg)
    found: dict[int, Part] = {}
    for path in paths:
        one = _share_of(path)
        _check(request, path, one, found)
        found[one["shard"]] = path, one
    _, first = next(iter(found.values()))
    of = first["of"]
    missing = [number for number in range(1, of + 1) if number not in found]
    if missing:
        few = ", ".join(map(str, missing[:8])) + ", ..." * (len(missing) > 8)
        what = f"shard {few} of {of:,} is missing"
        if len(missing) > 1:
            what = f"shards {few} of {of:,} are missing"
        msg = f"{what}. Try: the runs with their --shard"
        raise DataError(msg)
    return [found[number] for number in range(1, of + 1)]


def _share_of(path: str) -> dict[str, Any]:
    fits = path.endswith(share.ENDING)
    found = share.load(path if fits else share.beside(path), path)
    found.pop("summary", None)  # it is read when its turn comes
    return found


def _check(
    request: Request, path: str, one: Mapping[str, Any], before: Mapping[int, Part]
) -> None:
    """Refuse a part that is not one of the others' run."""
    if one["made_by"] != request.title:
        msg = f"{shown(path)} is a part of {one['made_by']!r}, not of {request.title!r}"
        raise DataError(msg)
    if one["sel"] != VERSION:
        msg = f"{shown(path)} was made by sel {one['sel']}, and this is {VERSION}"
        raise DataError(f"{msg}. Try: the run with its --shard again")
    if not before:  # the others are of the same run
        splitting.check_options(request, path, one["options"])
    if one["shard"] in before:
        other, _ = before[one["shard"]]
        msg = f"shard {one['shard']} is there twice: {shown(other)} and {shown(path)}"
        raise DataError(msg)
    for other, known in before.values():
        if any(one[name] != known[name] for name in ("key", "of", "sums")):
            msg = (
                f"{shown(other)} and {shown(path)} are not parts of one run: their"
                " options, their inputs or the number of shards are unlike"
            )
            raise DataError(msg)
        break


def together(
    shape: Shape,
    request: Request,
    parts: Sequence[Part],
    *,
    facts: Mapping[str, Any] | None = None,
    moved: bool = False,
) -> int:
    """Put parts that were checked together.

    Args:
        shape: of the method.
        request: says where they go.
        parts: all of a run, in order.
        facts: what the closing line says besides.
        moved: whether they may be moved to the folder that the output is.
    """
    from sel.runs import places

    summed = parts[0][1]["sums"]
    if summed and Fitting in request:
        return _fit(request, parts)
    values = {**request.values, "merge": True, "engine": None, "address": None}
    paths = [path for path, _ in parts]
    whole = replace(request, sources=[*request.operands, *paths], values=values)
    whole.types = list(filter(None, [parts[0][1].get("types")]))
    allowed, folder = places.check(whole, shape.gives), whole.values["output"] or ""
    listed = folder + manifest.NAME if folder.endswith("/") else None
    allowed |= {os.path.realpath(listed)} if listed else set()
    module, told = shape.load(divided=True), []
    with landing.together(whole.landed, listed, known=allowed):
        ledger, label = None, _label(parts[0][1])
        if Reading in request:
            ledger = whole.started_ledger()
            shares.add(ledger, [one["counts"] for _, one in parts], label)
        if not (listed or summed):
            _join(shape, whole, module, parts)
        if ledger:
            for part in parts if request[Reading].quarantine else ():
                ledger.set_aside(_bad(*part))
            ledger.close()
            if ledger.doubt:
                whole.say(f"{label}: {ledger.doubt}")
        for _, one in parts:
            told.append({**one, "facts": {**one.get("facts", {}), **(facts or {})}})
        code: int = module.merged(whole, told, ledger)
        if listed:
            _list(request, whole, parts, listed, moved=moved)
    return code


def _join(shape: Shape, request: Request, module: Any, parts: Sequence[Part]) -> None:
    """Write one file of all parts."""
    if shape.gives == "matrix":
        module.joined(request, parts)
        return
    with finished(request.output()) as output:
        for data in _lines(parts):
            output.write(data)


def _label(one: Mapping[str, Any]) -> str:
    """What messages call the inputs."""
    first = lines.name(one["inputs"][0])
    more = one["more"] + len(one["inputs"]) - 1
    return f"{first} and {more:,} more" if more else first


def _lines(parts: Sequence[Part]) -> Iterator[bytes]:
    """The lines of all parts, each of which is what its shard has written.

    Raises:
        DataError: one is not.
    """
    for path, one in parts:
        size = crc = 0
        rest = b""
        with lines.opened(path) as file:
            for data in compression.chunks(file, path, STEP):
                size, crc = size + len(data), zlib.crc32(data, crc)
                if size > one["bytes"]:
                    break
                whole, end, last = data.rpartition(b"\n")
                if end:
                    yield rest + whole + end
                rest = last if end else rest + last
        if (size, crc) != (one["bytes"], one["crc"]):
            raise _changed(path)
        if rest:
            yield rest


def _bad(path: str, one: Mapping[str, Any]) -> bytes:
    """The bad lines of a part.

    Raises:
        DataError: they are not those that its shard has counted.
    """
    try:
        data = Path(share.bad(path)).read_bytes()
    except FileNotFoundError:
        data = b""
    if data.count(b"\n") != one["counts"]["rejected"]:
        msg = f"{shown(path)}: {share.bad(path)} does not have its bad lines"
        raise DataError(f"{msg}. Try: the run with its --shard again")
    return data


def _fit(request: Request, parts: Sequence[Part]) -> int:
    """Learn from what shards have summed."""
    path = request.values.get("save")
    asked = request[Fitting]
    if not path or path.endswith(share.ENDING) or not asked.target:
        msg = "--merge of what shards have summed needs --target, and --save STATE.npz"
        raise UsageError(msg)
    fitted(request, (share.load(part, part) for part, _ in parts))
    request.say(f"{path} has what was learnt from {len(parts):,} shards")
    return 0


def _list(
    request: Request, whole: Request, parts: Sequence[Part], path: str, *, moved: bool
) -> None:
    """Write the list of the parts in a folder, which makes it whole.

    Raises:
        UsageError: a part is elsewhere.
    """
    entries, moves = [], {}
    for part, one in parts:
        folder, slash, name = part.rpartition("/")
        if not moved:
            _is_there(whole, part, one, _same(f"{folder}{slash}", path))
        counts = one["counts"] or one
        known = {"name": name, "records": one.get("kept", counts.get("records"))}
        entries.append({**known, "bytes": one["stored"], "sha256": one["sha256"]})
        moves[part] = name
        if os.path.exists(part + CARD):
            moves[part + CARD] = name + CARD
    if moved:
        folder = whole.values["output"]
        old = bucket.found(folder)[1] if remote.is_url(folder) else _listed(path)
        shared.replace(folder, old, moves)
    sums = {name: sum(one[name] for one in entries) for name in ("records", "bytes")}
    about: dict[str, Any] = {
        "version": VERSION,
        "command": describing.command_line(request),
    }
    about |= {"counts": {name: whole.summary[name] for name in LAW}}
    with finished(open_output(path)) as file:
        file.write(written({**about, **sums, "shards": entries}, INDENTED) + b"\n")


def _listed(path: str) -> list[str]:
    """The files that a manifest lists, with their cards."""
    names = manifest.names(Path(path))
    return [*names, *(name + CARD for name in names)]


def _is_there(
    whole: Request, part: str, one: Mapping[str, Any], in_place: bool
) -> None:
    """Refuse a part that is elsewhere, or is not as large as its shard made it."""
    if not in_place:
        msg = f"{shown(part)} is not in {whole.values['output']}"
        raise UsageError(f"{msg}. Try: -o FILE")
    found = landing.identity(part)
    if not found or found[2] != one["stored"]:
        raise _changed(part)


def _changed(part: str) -> DataError:
    msg = f"{shown(part)} is not what its shard has written"
    return DataError(f"{msg}. Try: the run with its --shard again")


def _same(folder: str, listed: str) -> bool:
    return os.path.realpath(folder or ".") == os.path.realpath(os.path.dirname(listed))
