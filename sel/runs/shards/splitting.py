"""A run in shards: each reads a part of the input, and leaves a part of the output.

What is written for a shard are its records and, beside them, a share: what the run has
counted, and what it is the shard of. `--merge` puts parts together, see
sel.runs.shards.merging; sel.runs.shards.engines lets others work on them.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sel.errors import DataError, UsageError, shown
from sel.options.declare import every
from sel.options.fitting import Fitting
from sel.options.reading import Reading
from sel.options.scores import Features
from sel.options.splitting import Splitting
from sel.options.vectors import Matrix, Vectors
from sel.records.shares import Shard
from sel.runs import describing, resuming
from sel.streams import landing, manifest, ranges, remote, share, shared
from sel.streams.endings import TABLES, TEXTS, form
from sel.values import changed
from sel.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sel.options.declare import Option
    from sel.request import Request
    from sel.runs.shapes import Shape

WHOLE = {
    "norm": "its columns are made of all records",
    "records": "its records go to standard output",
    "limit": "it counts over the whole input",
    "explain": "it is about the whole input",
    "sample": "it is one sample of all records",
}
"""Options that a shard cannot keep, and why."""
APART = {
    *("shard", "merge", "engine", "address", "save", "load", "overwrite"),
    *("rounds", "wait", "hits"),
}
"""Options that do not make parts unlike, or are compared by what they bring."""


def run(shape: Shape, request: Request) -> int:
    """Work on a shard, put shards together, or let an engine do all of it.

    Raises:
        SelError: what is asked for cannot be, or it failed.
    """
    asked = request[Splitting]
    if asked.part:
        check(request)
        found = one(shape, request, *asked.part, again=_resumes(request), mark=True)
        if not found:
            request.say(f"{request.path} is complete")
        return 0
    name = "merging" if asked.merge else "engines"
    code: int = importlib.import_module(f"sel.runs.shards.{name}").run(shape, request)
    return code


def check(request: Request) -> None:
    """Refuse what cannot be done in shards.

    Raises:
        UsageError: which option, and why.
    """
    for option in every(request.method, request.takes):
        why = WHOLE.get(option.name)
        if option.name == "report" and request.method.command == "diversify":
            why = "it names the twin of a record, which another shard may have"
        if why and request.values[option.name] not in (None, False):
            msg = f"{option.flag} does not go with shards: {why}"
            raise UsageError(msg)
    if "matrix" in request.method.inputs and request[Vectors].vectors[:1] == "@":
        msg = "its numbers are about all vectors, and a shard has some of them"
        raise UsageError(f"{msg}. Try: --vectors FILE.npy")
    output = request.values.get("output") or ""
    kept = Reading in request and request[Reading].quarantine
    if kept and remote.is_url(output):
        msg = "--on-error quarantine needs the parts on this machine"
        raise UsageError(f"{msg}. Try: --on-error skip, or -o FILE")
    if request.shards:
        msg = "--shard-size does not go with shards: each of them is a file"
        raise UsageError(msg)


def division(request: Request) -> ranges.Division:
    """How the records are cut into shards; where there are none, the rows of a matrix.

    Those are cut where blocks end that are compared at once, so that a shard computes
    the very numbers that one run does.
    """
    if Matrix not in request:
        return ranges.Division(request.records)
    from sel.maths.neighbours import knn
    from sel.streams import npy

    check_matrix(request)
    path = request[Matrix].vectors
    return ranges.Division([path], [max(-(-len(npy.read(path)) // knn.ASKED), 1)])


def by_shards(request: Request) -> bool:
    """Whether what comes out depends on the shards, so that workers may not."""
    return request.title == "sel diversify facility"


def check_matrix(request: Request) -> None:
    """Refuse records where only the rows of a matrix are worked on."""
    if request.sources and not request.share:
        msg = f"{request.title} takes no file but --vectors"
        raise UsageError(f"{msg}. Try: {request.title} --help")


def sums(request: Request) -> str:
    """The option that names the file of what a shard has summed.

    --save of a fit, -o of a measure; empty if the records are passed on.
    """
    if request.method.command == "eval":
        return "output"
    asked = request.get(Fitting)
    fits = asked and not asked.load and Features not in request
    return "save" if fits else ""


def one(
    shape: Shape,
    request: Request,
    number: int,
    of: int,
    *,
    known: Mapping[str, Any] | None = None,
    again: bool = False,
    mark: bool = False,
    divided: Sequence[Any] | None = None,
) -> bool:
    """Work on a shard; whether there was anything to do.

    Args:
        shape: of the method.
        request: for all of the input.
        number: of the shard, from 1.
        of: how many there are.
        known: what `known_by` says of the run, if that was asked.
        again: pass over a part that is complete.
        mark: let a folder that the part goes to not be whole until parts are listed.
        divided: the inputs of the shard, if they are known.
    """
    summed = sums(request)
    fits, option = bool(summed), summed or "output"
    path = part_path(request, number, fits=fits)
    known = known or known_by(request)
    if again and is_complete(path, known["key"], number, of):
        return False
    if mark and not fits and (request.values.get("output") or "")[-1:] == "/":
        shared.mark(request.values["output"])
    if divided is None:
        divided = division(request).shard(number, of)
    values = {**request.values, "shard": None, "merge": False, "engine": None}
    values |= {"address": None, "output": None, option: path, "resume": False}
    values |= {"report": None}
    if Reading in request and request[Reading].quarantine:
        bad = "skip" if summed == "save" else f"quarantine={share.bad(path)}"
        values["on_error"] = bad  # a fit reads them again, and says so then
    values = {name: values[name] for name in request.values}
    facts = {
        "sel": VERSION,
        "made_by": request.title,
        "sums": fits,
        **known,
        "inputs": [_told(source) for source in request.records][:2],
        "types": _types(request),
        "more": max(len(request.records) - 2, 0),
        "ranges": [(_told(x), x.first, x.last, dict(x.fields)) for x in divided],
    }
    left = Shard(number, of, path if fits else share.beside(path), facts)
    sources = [*request.operands, *divided]
    sub = replace(request, sources=sources, values=values, share=left)
    if summed == "save":
        shape = changed(shape, module="scores.summing")
    elif summed:
        shape = changed(shape, gives="state")
    if path[-1:] != "/" and not remote.is_url(path):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    shape.once(sub)
    return True


def _types(request: Request) -> bytes | None:
    """The types of tables among the inputs, for a table that --merge writes."""
    if not any(form(str(one)) in TABLES for one in request.records):
        return None
    from sel.streams import parquet

    return parquet.told(request.records)


def _told(source: object) -> str:
    """An input as a share says it: a URL without what nobody is to know."""
    path = str(source)
    return shown(path) if remote.is_url(path) else path


def part_path(request: Request, number: int, *, fits: bool) -> str:
    """Where the part of a shard goes.

    Raises:
        UsageError: it is said nowhere, or cannot be one of several.
    """
    option = "--save" if sums(request) == "save" else "-o"
    path: str | None = request.values.get(sums(request) or "output")
    if not path or path == "-":
        msg = "--shard needs -o FILE"
        if fits:
            msg = f"shards are summed first: --shard needs {option} SUMS{share.ENDING}"
        if option == "--save":
            msg = f"{msg}, or --load"
        raise UsageError(msg)
    if fits and not path.endswith(share.ENDING):
        msg = f"{option} {path}: what a shard has summed is no result yet"
        raise UsageError(f"{msg}. Try: {option} SUMS{share.ENDING}, and --merge")
    if fits:
        return path
    if path.endswith("/"):
        return path + manifest.shard(number - 1, ending(request))
    if form(path) in (*TABLES, *TEXTS):
        msg = f"{path}: a part of several is lines, and --merge writes the table"
        raise UsageError(f"{msg}. Try: -o with .jsonl")
    return path


def ending(request: Request) -> str:
    """What the names of parts in a folder end with."""
    from sel.runs.shapes import shape

    if shape(request.method).gives == "matrix":
        return ".npy"
    name = os.path.basename(shown(str(request.records[0])))
    found = next((end for end in (".gz", ".zst") if name.endswith(end)), "")
    return f".jsonl{found}"


def known_by(request: Request) -> dict[str, Any]:
    """What tells the parts of one run from others', and what it was asked for."""
    key = identity(request, request.records)
    return {"key": key, "options": told_options(request)}


def identity(request: Request, sources: Sequence[Any]) -> str:
    """What the result depends on: version, options, and the inputs as they are."""
    matter = {one.name for one in _matter(request)}
    given = {name: x for name, x in request.values.items() if name in matter}
    inputs = [
        (shown(str(x)), *(landing.identity(str(x)) or ())[2:])
        for x in (*sources, *files(request))
    ]
    loaded = request.values.get("load")
    learnt = _sum(str(loaded)) if loaded else ""
    operands = [str(x) for x in request.operands]
    whole = (VERSION, request.title, operands, sorted(given.items()), inputs, learnt)
    return hashlib.sha256(repr(whole).encode()).hexdigest()[:32]


def _matter(request: Request) -> list[Option]:
    """The options that make parts unlike."""
    found = every(request.method, request.takes)
    return [x for x in found if x.name not in resuming.NO_MATTER | APART]


def files(request: Request) -> list[str]:
    """What options name that is read, but for what a fit has left."""
    matter = filter(_is_read, _matter(request))
    return [path for one in matter for path in _listed(request.values[one.name])]


def _is_read(option: Option) -> bool:
    return option.value == "FILE" and not option.writes


def _listed(value: Any) -> list[str]:
    if not value:
        return []
    return [value] if isinstance(value, str) else [*map(str, value)]


def told_options(request: Request) -> dict[str, list[Any]]:
    """The options of a shard that are given, for those of --merge to be held against.

    A file may have another name where the parts are merged, so its size stands for it.
    Models are left out, as no merging reads them, and so is where bad lines go.
    """
    operands = map(str, request.operands)
    found = {"": [_size(x) or shown(x) for x in operands]}
    for one in _matter(request):
        value = request.values[one.name]
        if _is_read(one):
            found[one.name] = [_size(path) for path in _listed(value)]
        elif one.name == "on_error" and request[Reading].quarantine:
            found[one.name] = [one.flag, "quarantine"]
        elif not (one.writes or one.value == "MODEL"):
            found[one.name] = [*map(shown, describing.given(one, value))]
    return {name: said for name, said in found.items() if said}


def _size(path: str) -> Any:
    known = landing.identity(path)
    return known and known[2]


def check_options(request: Request, path: str, of_part: Mapping[str, Any]) -> None:
    """Refuse to merge a part with other options than its shard had.

    Raises:
        DataError: which one is unlike.
    """
    mine = told_options(request)
    for one in (None, *_matter(request)):
        name = one.name if one else ""
        here, there = mine.get(name, []), of_part.get(name, [])
        if here == there:
            continue
        if one and not _is_read(one):
            unlike = f"with {' '.join(there)}" if there else f"without {one.flag}"
        elif here:
            unlike = f"with another {one.flag if one else 'condition'}"
        else:
            continue  # what is read need not be named again
        msg = f"{shown(path)} was made {unlike}"
        raise DataError(f"{msg}. Try: --merge with the options of the shards")


def _sum(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_complete(path: str, key: str, number: int, of: int) -> bool:
    """Whether a part is there, and is this one."""
    fits = path.endswith(share.ENDING)
    try:
        found = share.load(path if fits else share.beside(path), path)
    except (DataError, OSError):
        return False
    size = landing.identity(path)
    there = found["sums"] or found["stored"] is None or size is not None
    same = (found["key"], found["shard"], found["of"]) == (key, number, of)
    kept = found["stored"] in (None, size[2] if size else None)
    return same and there and kept


def _resumes(request: Request) -> bool:
    return bool(request.values.get("resume"))
