"""`sel eval tournament`: methods that choose for one half of a target, round by round.

Each choice is made and judged by the commands themselves; what came of it is kept in a
file of its own, by the name of all that it depends on.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from sel.errors import DataError, OptionError, SelError, UsageError
from sel.inputs import shared
from sel.maths.random import sampler
from sel.maths.random.noise import SeededNoise
from sel.options.chance import Seed
from sel.options.declare import Share
from sel.options.evaluation import Targets
from sel.options.reading import Jobs
from sel.options.text import Text
from sel.options.tournament import Entries
from sel.records import splice
from sel.records.fields import ROW
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.report.progress import Work
from sel.request import refuse_twice
from sel.runs import describing
from sel.runs.measures import entrants
from sel.runs.measures.entrants import CHOOSING, JUDGES, RANDOM
from sel.runs.stages import Stage, parsed
from sel.streams import landing, npy, parts
from sel.streams.atomic import write_whole
from sel.streams.json import written
from sel.version import VERSION

if TYPE_CHECKING:
    from sel.request import Request

SHUFFLED = "pick random --fraction 1 --order shuffle"
"""A choice of which the first bytes stand for all."""
READING = ("utility", "match")
"""Judges that read texts."""
NOW = ".sel-now"
"""The folder of files that are not kept."""
APART = 1 << 32
"""A number of random parts that no choice of records uses."""
Cells = dict[tuple[str, Any], list[dict[str, Any]] | str]
"""By method and size: what came of each round, or why the method failed."""


def run(request: Request) -> int:
    """Let all methods choose, and say which choice is the best."""
    asked = request[Entries]
    if request.sources:
        msg = f"the pool is given as --pool {request.sources[0]}"
        raise UsageError(msg)
    request.sources = [*asked.pool, *request[Targets].target]
    refuse_twice(request)
    methods, judge = entrants.methods(asked.methods), entrants.judge(asked.judge)
    embed = parsed(f"embed {asked.embed}", ["embed"])
    if len(embed) > 1:
        raise OptionError("embed", "one method", asked.embed)
    with ExitStack() as ending:
        place = _opened(asked.work, ending)
        ring = _Ring(request, place, methods, judge, embed[0])
        entries = _entries(request, ring, methods)
    figure, sign = JUDGES[judge.method.name]
    rows = request.method.load().measure(entries, figure, sign)
    about: dict[str, Any] = {
        "judge": asked.judge,
        "embedding": asked.embed,
        "pool": ring.pool.size,
    }
    rows[-1] |= about | {"target": ring.target.size}
    if asked.report:
        from sel.report import tournament

        made = describing.command_line(request)
        tournament.write(asked.report, rows, made, request[Seed].seed)
    request.write_rows(rows)
    if not request.console.table:
        request.say(rows[-1]["verdict"])
    request.close(request.ledgers.close(), **about)
    return 0


def _opened(work: str | None, ending: ExitStack) -> Path:
    """The folder, for this run alone, without what a killed one was at."""
    if not work:
        work = ending.enter_context(tempfile.TemporaryDirectory(prefix="sel-"))
    place = Path(work)
    place.mkdir(parents=True, exist_ok=True)
    held, part = parts.locked(place / "tournament", f"--work {place}", again=True)

    def leave() -> None:
        shutil.rmtree(place / NOW, ignore_errors=True)
        parts.remove(part)
        os.close(held)

    ending.callback(leave)
    shutil.rmtree(place / NOW, ignore_errors=True)
    (place / NOW).mkdir()
    return place


def _entries(request: Request, ring: _Ring, methods: dict[str, list[Stage]]) -> Any:
    """What came of each method at each size, random choices first."""
    entry: Any = request.method.load().Entry
    asked, lines = request[Entries], []
    cells: Cells = {(m, s): [] for s in asked.counts for m in methods}
    steps: Any = Work(_played(request, ring, methods, cells), asked.seeds * len(cells))
    for _ in request.following(steps, "choosing"):
        pass
    for (name, size), found in cells.items():
        label, luck = asked.counts[size], cells[RANDOM, size]
        assert isinstance(luck, list)
        if isinstance(found, str):
            lines.append(entry(name, label, {}, [], [], found))
            continue
        facts = {k: fmean(one[k] for one in found) for k in found[0] if k != "value"}
        if ring.needs_vectors(methods[name]):
            facts["embedding_seconds"] = ring.embedding_seconds
        values, others = ([one["value"] for one in some] for some in (found, luck))
        others = others if name != RANDOM else []
        lines.append(entry(name, label, facts, values, others))
    return lines


def _played(
    request: Request, ring: _Ring, methods: dict[str, list[Stage]], cells: Cells
) -> Iterator[int]:
    """Add what came of each method and size in each round, or why it failed."""
    asked, first = request[Entries], request[Seed].seed
    sizes = {one: ring.count(one) for one in asked.counts}
    for seed in range(first, first + asked.seeds):
        for (name, size), found in cells.items():
            if isinstance(found, list):
                try:
                    found.append(ring.cell(seed, sizes[size], methods[name]))
                except (SelError, OSError, MemoryError) as error:
                    if name == RANDOM or isinstance(error, _Judged):
                        raise
                    why = str(error) or type(error).__name__
                    cells[name, size] = why.replace(ring.folder, "")
            yield 1


class _Judged(DataError):
    """A choice cannot be judged: so it is with all of them."""


@dataclass(frozen=True)
class _Copied:
    """Records in a file of their own, each with its row."""

    path: Path
    size: int
    sum: str


class _Ring:
    """Where methods choose, and are judged.

    Args:
        request: says what from, and for what.
        place: a folder for files, some of which are kept.
        methods: their stages, those of random choices among them.
        judge: measures a choice.
        embed: makes vectors.
    """

    def __init__(
        self,
        request: Request,
        place: Path,
        methods: dict[str, list[Stage]],
        judge: Stage,
        embed: Stage,
    ) -> None:
        self._request, self._place = request, place
        self._judge, self._embed = judge, embed
        asked = request[Entries]
        text, jobs = request[Text].text, request[Jobs].jobs
        self._known: dict[str, Any] = {"jobs": jobs, "overwrite": True}
        self._known |= {"text": text} if text else {}
        self._known |= {"model": asked.model} if asked.model else {}
        self.pool = self._copied(asked.pool, "pool.jsonl")
        self.target = self._copied(request[Targets].target, "target.jsonl")
        if self.target.size < 2:
            msg = "the target has one record, and cannot be split in two"
            raise DataError(msg)
        self._seed: int | None = None
        self._shuffle = parsed(SHUFFLED, CHOOSING)[0]
        self._random = methods[RANDOM]

    def _copied(self, sources: list[str], name: str) -> _Copied:
        """The good records of some inputs: bad is a text, too, that none can read."""
        reader, ledger = self._request.reader, self._request.ledgers.another()
        texts = self._judge.method.name in READING or "text" in self._embed.takes
        wanted = shared(self._request, "texts").wanted if texts else {}
        want = Projection(wanted, free=[ROW], overwrite=True)
        path, size, sum_ = Path(self._file(name)), 0, hashlib.sha256()
        stream = reader.stream(sources)
        with path.open("wb") as file:
            for part in reader.parts(stream, want, ledger, "reading"):
                rows = range(size, size + len(part))
                data = splice.splice(part, [(ROW, list(rows))])
                file.write(data)
                sum_.update(data)
                size = rows.stop
        ledger.kept = size
        ledger.close()
        if not size:
            raise none_there(stream)
        return _Copied(path, size, sum_.hexdigest())

    def count(self, size: int | Share) -> int:
        """How many records a size is."""
        count = size.of(self.pool.size) if isinstance(size, Share) else size
        if count > self.pool.size:
            msg = f"a size of {count:,} is more than the pool's {self.pool.size:,}"
            raise DataError(msg)
        return count

    def needs_vectors(self, stages: list[Stage]) -> bool:
        """Whether one of the stages is given vectors."""
        return any(stage.lacks & {"vectors", "target_vectors"} for stage in stages)

    def cell(self, seed: int, size: int, stages: list[Stage]) -> dict[str, Any]:
        """What came of a method in a round: as it is known, or else anew."""
        draws = self._request[Entries].draws
        what = [_words(stage) for stage in stages], _words(self._judge), seed, size
        path = self._kept((what, draws), "json", _words(self._embed))
        if path.exists():
            known: dict[str, Any] = orjson.loads(path.read_bytes())
            return known
        self._split(seed)
        if stages is self._random:
            seeds = range(seed * draws, (seed + 1) * draws)
            each = [self._once(seed, one, size, stages) for one in seeds]
            found = {name: fmean(one[name] for one in each) for name in each[0]}
        else:
            most = None
            if self._judge.method.name == "utility":
                most = int(self.cell(seed, size, self._random)["bytes"])
            found = self._once(seed, seed, size, stages, most)
        with landing.together():
            write_whole(str(path), written(found) + b"\n")
        return found

    def _once(
        self,
        seed: int,
        draw: int,
        size: int,
        stages: list[Stage],
        most: int | None = None,
    ) -> dict[str, float]:
        """A choice and the figure of it.

        Args:
            seed: of the round.
            draw: the seed of the choice.
            size: records to choose.
            stages: choose them.
            most: bytes that may be learnt from.
        """
        chosen, facts = self._chosen(draw, size, stages)
        return self._judged(seed, chosen, most) | facts

    def _kept(self, what: object, ending: str, *more: object) -> Path:
        """The file of something that depends on pool, target and options."""
        known = {k: v for k, v in self._known.items() if k != "jobs"}
        whole = VERSION, self.pool.sum, self.target.sum, known, what, more
        name = hashlib.sha256(repr(whole).encode()).hexdigest()[:24]
        return self._place / f"{name}.{ending}"

    @property
    def folder(self) -> str:
        """Where files are that are not kept, as it stands in messages."""
        return f"{self._place / NOW}/"

    def _file(self, name: str) -> str:
        """A file for as long as the round lasts."""
        return f"{self.folder}{name}"

    def _split(self, seed: int) -> None:
        """Two halves of the target, to choose with and to judge by."""
        if self._seed == seed:
            return
        lines = self.target.path.read_bytes().split(b"\n")[:-1]
        noise = SeededNoise(seed)
        half = np.sort(sampler.subsample(len(lines), 0.5, noise, APART))
        rest = np.setdiff1d(np.arange(len(lines)), half)
        chosen = [
            splice.extended(lines[i] + b"\n", {ROW: row})  # of choose.npy
            for row, i in enumerate(half.tolist())
        ]
        judging = [lines[i] + b"\n" for i in rest.tolist()]
        for name, some in (("choose", chosen), ("judge", judging)):
            Path(self._file(f"{name}.jsonl")).write_bytes(b"".join(some))
        self._half, self._seed = half, seed

    def _chosen(
        self, seed: int, size: int, stages: list[Stage]
    ) -> tuple[str, dict[str, float]]:
        """The file of a choice, and what is to be said of it."""
        known, target = self._known | {"seed": seed}, [self._file("choose.jsonl")]
        known |= {"target": target, "pos": target, "neg": [str(self.pool.path)]}
        if self.needs_vectors(stages):
            known |= {"vectors": self._vectors(self.pool)[0]}
            path = self._file("choose.npy")
            with landing.together():
                rows = npy.read(self._vectors(self.target)[0]).rows
                np.save(path, rows[self._half])
            known |= {"target_vectors": [path]}
        source, started, kept = str(self.pool.path), _cpu(), 0
        for number, stage in enumerate(stages, 1):
            more = {"k": size} if number == len(stages) else {}
            output = self._file(f"stage{number}.jsonl")
            kept = stage.run(source, output, known | more).summary["kept"]
            source = output
        if not kept:
            msg = "it chose no record"
            raise DataError(msg)
        return source, {"records": kept, "cpu_seconds": _cpu() - started}

    def _vectors(self, records: _Copied) -> tuple[str, float]:
        """The vectors of pool or target, and the seconds that they took."""
        what = _words(self._embed)
        path, cost = (self._kept((what, records.sum), x) for x in ("npy", "seconds"))
        if not cost.exists():
            started = _cpu()
            self._embed.run(str(records.path), str(path), self._known)
            with landing.together():
                write_whole(str(cost), written(_cpu() - started))
        seconds: float = orjson.loads(cost.read_bytes())
        return str(path), seconds

    @property
    def embedding_seconds(self) -> float:
        """What all vectors took."""
        return sum(self._vectors(one)[1] for one in (self.pool, self.target))

    def _judged(self, seed: int, chosen: str, most: int | None) -> dict[str, float]:
        """The figure of a choice, and the bytes that were learnt from."""
        name, half = self._judge.method.name, self._file("judge.jsonl")
        known = self._known | {"seed": seed, "seeds": 0, "target": [half]}
        try:
            if name == "utility":
                known |= {"bytes": most} if most else {}
                shuffled = self._file("shuffled.jsonl")
                self._shuffle.run(chosen, shuffled, {"seed": seed})
                chosen = shuffled
            elif name == "match":
                known |= {"pool": chosen}  # of no matter where there are no baselines
            else:
                known |= {"vectors": self._vectors(self.pool)[0], "test_records": half}
                known |= {"test": self._vectors(self.target)[0]}
            row = self._judge.run(chosen, self._file("judged.jsonl"), known).rows[0]
        except SelError as error:
            raise _Judged(str(error).replace(self.folder, "")) from None
        value = row[JUDGES[name][0]]
        return {"value": value} | ({"bytes": row["bytes"]} if "bytes" in row else {})


def _words(stage: Stage) -> object:
    """All that a stage was asked for."""
    method, given = stage.method, sorted(stage.given.items())
    return method.command, method.name, given, stage.operands


def _cpu() -> float:
    """The seconds that this process and those that it has waited for have worked."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
