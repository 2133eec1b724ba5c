"""A run of which a crew does the shards, in place of this process.

What travels is the request, which blocks of which files a shard has, and what was
learnt; records are read and written where the work is done.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel import catalog, inputs
from sel.engine import local
from sel.engine.crews import Crew, ordered
from sel.errors import DataError, MachineError, SelError, UsageError
from sel.options.declare import every
from sel.options.evaluation import Pool
from sel.options.groups import Named
from sel.options.reading import Jobs, Join, Reading
from sel.options.shards import Meeting
from sel.options.splitting import MOST, Splitting
from sel.options.vectors import Vectors
from sel.options.writing import Fields, Writing
from sel.records.passes import counted
from sel.request import Request
from sel.runs import needs, shapes
from sel.runs.scores.summing import fitted
from sel.runs.shards import merging, splitting
from sel.streams import bucket, landing, manifest, ranges, remote, share, shared
from sel.streams.atomic import write_whole
from sel.streams.lines import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sel.runs.shapes import Shape

Task = tuple[int, list[Any]]
"""The number of a shard, and its inputs."""
SHARD, COUNT = "sel.runs.shards.engines:shard", "sel.runs.shards.engines:count"
ASIDE, STATE = ".sel-parts", "state.npz"
LARGE = 128
"""Blocks of a shard, of half a MiB, where there are enough of them."""
EACH = 4
"""Shards for each worker, where there are fewer blocks."""
WIDE = 2_048
"""Blocks of a shard where what comes out depends on the shards, and so on no worker."""
LEARNT = ("target", "against", "pos", "neg", "train", "judgments", "labels", "on")
"""Options that are there to learn by, and not where --load brings what was learnt."""


def run(shape: Shape, request: Request) -> int:
    """Do what is asked with the engine that is named."""
    splitting.check(request)
    if request.values.get("hits"):
        msg = "--hits are of one run, or of each --shard. Try: without --engine"
        raise UsageError(msg)
    needs.check(request)
    _check_shared(request)
    with (
        _place(request) as place,
        _crew(request) as crew,
        tempfile.TemporaryDirectory(prefix="sel-") as folder,
    ):
        learnt = request
        facts: dict[str, Any] = {}
        if _learns(request):
            learnt, facts = _learnt(request, crew, place, f"{folder}/{STATE}")
        module = shape.load(divided=True)
        if hasattr(module, "prepared"):
            learnt = module.prepared(learnt, place)
        parts = list(_parts(learnt, crew, place))
        return merging.together(shape, request, parts, facts=facts, moved=True)


@contextmanager
def _crew(request: Request) -> Iterator[Crew]:
    """The workers, until the run ends."""
    asked = request[Splitting]
    jobs = request[Jobs].jobs if Jobs in request else 0
    jobs = jobs or local.cores()
    if asked.engine == "ray":
        from sel.engine.cluster import Cluster

        crew: Crew = Cluster(asked.address, request.say, jobs)
    else:
        from sel.engine.processes import Processes

        crew = Processes(jobs)
    try:
        yield crew
    finally:
        crew.close()


@contextmanager
def _place(request: Request) -> Iterator[str]:
    """The folder of the parts, with / at its end; it is kept where a run can go on."""
    output = request[Writing].output
    if output is None or output == "-":
        if request[Splitting].address:
            msg = "--address needs -o FILE or DIR/, where all machines can write"
            raise UsageError(msg)
        with tempfile.TemporaryDirectory(prefix="sel-") as folder:
            yield f"{folder}/"
        return
    folder = _beside(output)
    if output.endswith("/"):
        check = bucket.found if remote.is_url(output) else manifest.check_free
        check(output)
    if not request.values.get("resume"):
        shared.remove(folder)
    shared.make(folder)
    keep = False
    try:
        yield folder
    except SelError as error:
        keep = isinstance(error, MachineError) and bool(shared.names(folder))
        raise
    except BaseException:
        keep = "resume" in request.values
        raise
    finally:
        if not keep:
            shared.remove(folder)


def _beside(output: str) -> str:
    """Where the parts of an output are until it is whole."""
    if output.endswith("/"):
        return f"{output}{ASIDE}/"
    path = output if remote.is_url(output) else os.path.realpath(output)
    folder, _, name = path.rpartition("/")
    return f"{folder}/.{name}{ASIDE}/"


def _check_shared(request: Request) -> None:
    """Refuse a store that workers do not have.

    Raises:
        UsageError: which URL that is.
    """
    output = request[Writing].output
    for path in (*request.sources, *splitting.files(request), output):
        if shared.is_own(path):
            msg = f"{path}: only this process has that, and the work is done by others"
            raise UsageError(f"{msg}. Try: without --engine")


def _learns(request: Request) -> bool:
    """Whether there is something to learn before a record is scored."""
    fits = "fit" in request.method.functions
    return fits and "load" in request.values and not request.values["load"]


def _learnt(
    request: Request, crew: Crew, place: str, path: str
) -> tuple[Request, dict[str, Any]]:
    """The run with what was learnt, which is in a path, and what to say of that."""
    facts: dict[str, Any] = {}
    fitting = _alone(request, save=path)
    if splitting.sums(request):
        sums = _alone(request, save=f"{place}sums{share.ENDING}")
        fitted(fitting, (one for _, one in _parts(sums, crew, place)))
    else:
        from sel.runs.scores.scorers import scorer

        facts = scorer(fitting).facts
    if save := request.values.get("save"):
        write_whole(save, Path(path).read_bytes())
    options = every(request.method, request.takes)
    without = {one.name: one.default for one in options if one.name in LEARNT}
    return _alone(request, **without, load=path, save=None), facts


def _alone(request: Request, **more: Any) -> Request:
    """The same run without an engine, and with other values."""
    values = {**request.values, "engine": None, "address": None, **more}
    return replace(request, values=values)


def _parts(request: Request, crew: Crew, place: str) -> Iterator[merging.Part]:
    """Let the crew do all shards; the parts, in order."""
    summed = splitting.sums(request)
    cut = splitting.division(request)
    pools = [request[Pool].pool] if Pool in request else []
    blocks = max(cut.blocks, *(ranges.Division([one]).blocks for one in pools), 0)
    few, large = min(blocks, EACH * crew.workers), LARGE
    if splitting.by_shards(request):
        few, large = 1, WIDE
    of = min(max(few, -(-blocks // large)), MOST)
    divided = [cut.shard(i + 1, of, earlier=False) for i in range(of)]
    if not summed and Reading in request and _by_place(request):
        _count(request, crew, divided)
    output = request.values["output"] if summed == "save" else place
    values = {**request.values, "output": output, "summary": None, "jobs": 1}
    run = splitting.known_by(request)
    values |= {"rounds": f"{place}rounds-{run['key'][:8]}/", "resume": False}
    known = {
        "command": request.method.command,
        "method": request.method.name,
        "sources": [*request.operands, *request.records],
        "values": {k: v for k, v in values.items() if k in request.values},
        "run": run,
        "state": _state(request),
        "place": place,
        "of": of,
    }
    tasks = [(i + 1, one) for i, one in enumerate(divided)]
    if Meeting not in request:
        return _each(request, crew, known, tasks)
    while True:
        found = _round(request, crew, known, tasks)
        if all(one for _, one in found):
            return iter(found)


def _each(
    request: Request, crew: Crew, known: dict[str, Any], tasks: Sequence[Task]
) -> Iterator[Any]:
    """What each shard gives, in order.

    Where a worker finds that it matters how many records stand before, all are counted.
    """
    done = 0
    try:
        for one in ordered(crew, SHARD, known, iter(tasks)):
            done += 1
            yield one
    except ranges.Uncounted:
        _count(request, crew, [divided for _, divided in tasks])
        yield from ordered(crew, SHARD, known, iter(tasks[done:]))


def _round(
    request: Request, crew: Crew, known: dict[str, Any], tasks: Sequence[Task]
) -> list[Any]:
    """What each shard gives in a round.

    A shard may be in the next one already, where it meets a bad line: then those before
    it go on first, as theirs would be told in one run.
    """
    found: list[Any] = []
    try:
        for one in _each(request, crew, known, tasks):
            found.append(one)
    except DataError:
        for _ in _each(request, crew, known, tasks[: len(found)]):
            pass
        raise
    return found


def _state(request: Request) -> bytes | None:
    path = request.values.get("load")
    near = Meeting not in request  # else it is where all machines see the rounds
    return Path(path).read_bytes() if path and near else None


def _count(request: Request, crew: Crew, divided: Sequence[Any]) -> None:
    """Let each shard know how many records stand before it."""
    row = line = 0
    found = ordered(crew, COUNT, request[Reading].max_line, divided)
    for one, (lines, records) in zip(divided, found, strict=True):
        one[0].row, row = row, row + records
        one[0].lines = line if one[0].first else 0
        if not one[0].empty:
            line = lines + (one[0].lines if len(one) == 1 else 0)


def _by_place(request: Request) -> bool:
    """Whether it may matter how many records stand before one."""
    kinds = filter(None, map(inputs.kind, request.method.inputs))
    named = Named in request and not request[Named].on
    thin = Fields in request and request[Fields].thin
    joined = Join in request and request[Join].join
    beside = Vectors in request  # where a record is a row of a matrix
    return bool(thin or named or joined or beside or any(kind.row for kind in kinds))


def count(max_line: int, divided: list[Any]) -> tuple[int, int]:
    """Lines of the last range of a shard, and records of all of them."""
    return counted(Stream(divided, max_line=max_line))


def shard(shared: dict[str, Any], task: Task) -> tuple[str, dict[str, Any] | None]:
    """Do a shard; where its part is, and its share, if there need be no more rounds."""
    number, divided = task
    described = catalog.describe(shared["command"], shared["method"])
    shape = shapes.shape(described)
    values = dict(shared["values"])
    with tempfile.TemporaryDirectory(prefix="sel-") as folder:
        if shared["state"] is not None:
            values["load"] = f"{folder}/{STATE}"
            Path(values["load"]).write_bytes(shared["state"])
        request = Request(described, shared["sources"], values, shape.takes)
        summed = splitting.sums(request)
        fits = bool(summed)
        if fits:
            path = f"{shared['place']}sums-{number:05}{share.ENDING}"
            request.values[summed] = path
        path = splitting.part_path(request, number, fits=fits)
        more = {"known": shared["run"], "again": True, "divided": divided}
        splitting.one(shape, request, number, shared["of"], **more)
    left = path if fits else share.beside(path)
    return path, share.load(left, path) if landing.identity(left) else None
