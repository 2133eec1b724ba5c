"""`sel score METHOD`: adds numbers to every record that passes through."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np

from sel.cli import blocks, matrices, options, resuming
from sel.cli.fitting import summarise
from sel.engine import local, memory
from sel.errors import DataError, UsageError
from sel.streams import npy, splice, state
from sel.streams.output import AtomicFile, Output, Standard
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.streams.lines import Block, Stream
    from sel.streams.npy import Matrix


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    wanted = [
        ("options", "text", "texts" in method.inputs),
        ("matrices", "matrix", "vectors" in method.inputs),
        ("matrices", "likeness", "vectors" in method.inputs),
        ("matrices", "checking", "vectors" in method.inputs),
        ("score", "fitting", "fit" in method.functions),
        ("score", "tokenizing", "tokenizer" in method.inputs),
        ("options", "chance", "rng" in method.inputs),
        ("score", "adding", True),
        ("options", "resuming", True),
        ("options", "jobs", True),
        ("options", "reading", True),
        ("options", "writing", True),
    ]
    return [(module, group) for module, group, there in wanted if there]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return options.RECORDS


def fitting(
    *, target: list[str] | None = None, save: str | None = None, load: str | None = None
) -> Fitting:
    """Fitting: learn from pool and target, or use what was learnt before.

    Args:
        target: records to be like; may be given several times.
        save: keep what was learnt in FILE (.npz).
        load: use what --save kept, and read the pool only once.
    """
    if bool(target) == bool(load):
        msg = "give --target FILE to learn what to look for, or --load STATE"
        raise UsageError(msg)
    return Fitting(list(target or ()), save, load)


@dataclass(frozen=True)
class Fitting:
    """What to learn from."""

    target: list[str]
    save: str | None
    load: str | None


def tokenizing(*, tokenizer: str | None = None) -> str | None:
    """Tokens.

    Args:
        tokenizer: tokenizer.json to count tokens with (extra models).
    """
    return tokenizer


def adding(
    *,
    as_: str | None = None,
    overwrite: bool = False,
    thin: bool = False,
    carry: str | None = None,
) -> Adding:
    """Records that come out.

    Args:
        as_: name of the new field [that of the method].
        overwrite: replace a field of that name.
        thin: write only the row number, the score and what is carried.
        carry: fields that a thin stream carries, as a,b,c.
    """
    if carry and not thin:
        msg = "--carry goes with --thin"
        raise UsageError(msg)
    names = [name for name in (carry or "").split(",") if name]
    return Adding(as_, overwrite, thin, names)


@dataclass(frozen=True)
class Adding:
    """What becomes of the records."""

    name: str | None
    overwrite: bool
    thin: bool
    carry: list[str]


def run(call: Call) -> int:
    """Score the records of the inputs."""
    memory.hold()
    module = call.method.load()
    fitted = call.groups.get("fitting")
    again = bool(fitted and not fitted.load)
    stream = call.reading.stream(call.files, again=again)
    scorer = _scorer(call, module, stream)
    work = _work(call, scorer)
    if call.writing.output and call.writing.output.endswith("/"):
        return _shards(call, work, scorer)
    _score_into(call, work, stream, scorer, call.writing.output)
    return 0


@dataclass(frozen=True)
class _Scorer:
    """What scores a block's inputs."""

    score: Any
    names: list[str]
    """The new fields."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the closing line says of it."""
    matrix: Matrix | None = None
    """The vectors of the records."""


def _scorer(call: Call, module: Any, stream: Stream) -> _Scorer:
    """The method with its options, fitted where it needs that."""
    own = call.own.get("score", {})
    name = call.groups["adding"].name or call.method.name
    if "matrix" in call.groups:
        return _likeness(call, module, name)
    if "fitting" not in call.groups:
        return _Scorer(lambda *inputs: _columns(module.score(*inputs, **own)), [name])
    learnt, targets = _learnt(call, module, stream)
    separate = len(targets) > 1
    names = [f"{name}_{target}" for target in targets] if separate else [name]
    share = dict(zip(names, learnt.share.tolist(), strict=True)) if separate else None

    def score(texts: list[str]) -> list[Any]:
        return _columns(module.score(texts, learnt, **own))

    return _Scorer(score, names, {"share": share})


def _columns(values: Any) -> list[Any]:
    """Values of shape (n,) or (n, fields) as one array for each field."""
    values = np.asarray(values)
    return list(values.T) if values.ndim > 1 else [values]


def _likeness(call: Call, module: Any, name: str) -> _Scorer:
    """A method that compares rows of a matrix with those of targets."""
    own = call.own["score"]
    paths: list[str] = call.groups["likeness"]
    matrices.check_standard_input([call.groups["matrix"], *paths], call.files)
    matrix = npy.read(call.groups["matrix"])
    targets = matrices.targets(paths, matrix, check=call.groups["checking"])
    names = [f"{name}_{target}" for target in blocks.file_names(paths)]

    def score(rows: Any) -> list[Any]:
        return [module.score(rows, target, **own) for target in targets]

    return _Scorer(score, names if len(names) > 1 else [name], matrix=matrix)


def _learnt(call: Call, module: Any, stream: Stream) -> tuple[Any, list[str]]:
    """The state, fitted or loaded, and the names of targets that are kept apart."""
    fitting: Fitting = call.groups["fitting"]
    kind = get_type_hints(module.fit)["return"]
    if fitting.load:
        learnt, card = state.load(fitting.load, kind, call.title)
        return learnt, card["targets"]
    own = call.own

    def collect(texts: list[str]) -> Any:
        return module.collect(texts, **own["collect"])

    def enough(pool: Any) -> bool:
        return bool(module.enough(pool, **own["enough"]))

    stop = enough if hasattr(module, "enough") else None
    targets = [
        summarise(call, call.reading.stream([path]), collect) for path in fitting.target
    ]
    pool = summarise(call, stream, collect, stop)
    learnt = module.fit(pool, targets, **own["fit"])
    named = []
    if own["fit"].get("separate"):
        named = blocks.file_names(fitting.target)
    if fitting.save:
        facts = {"targets": named, "options": own["collect"] | own["fit"]}
        state.save(fitting.save, learnt, call.title, facts)
    return learnt, named


def _work(call: Call, scorer: _Scorer) -> Callable[[Block], blocks.Done]:
    """What a process does with a block: parse, score, splice."""
    adding: Adding = call.groups["adding"]
    inputs = _inputs(call, scorer.matrix)
    names = scorer.names
    max_line = call.reading.max_line

    def work(block: Block) -> blocks.Done:
        parsed = parse(block, max_line)
        found, shape = inputs(parsed)
        columns = list(zip(names, scorer.score(*found), strict=True))
        numbers = _numbers(columns)
        lists = [(name, _plain(column)) for name, column in columns]
        if adding.thin:
            before = len(parsed.records)
            extra = blocks.carried(parsed, adding.carry)
            if len(parsed.records) < before:
                msg = f"{block.file}: a field of --carry is missing in some record"
                raise DataError(msg)
            data = splice.objects([*extra, *lists])
        else:
            data = splice.splice(parsed, lists, overwrite=adding.overwrite)
        kept = len(parsed.records)
        return blocks.Done(data, kept, parsed.blank, parsed.rejects, shape, numbers)

    return work


def _inputs(
    call: Call, matrix: Matrix | None
) -> Callable[[Any], tuple[tuple[Any, ...], str]]:
    """What finds the positional arguments of the method in a parsed block."""
    if matrix:

        def rows(parsed: Any) -> tuple[tuple[Any, ...], str]:
            found, shape = matrices.rows_of(parsed, matrix)
            return (found,), shape

        return rows
    if "texts" in call.method.inputs:
        chosen = call.groups["text"]
        more: tuple[Any, ...] = ()
        if call.groups.get("tokenizing"):
            from sel.models.tokens import load

            more = (load(call.groups["tokenizing"]),)

        def texts(parsed: Any) -> tuple[tuple[Any, ...], str]:
            found, shape = blocks.texts(parsed, chosen)
            return (found, *more), shape

        return texts
    from sel.maths.noise import Noise

    chance = call.groups["chance"]
    rng = Noise(chance.seed)
    return lambda parsed: ((blocks.keys(parsed, chance.key), rng), "")


def _plain(column: Any) -> Any:
    """Numbers as JSON writes them best: whole ones without a point."""
    if column.dtype != np.float64:
        return np.ascontiguousarray(column)  # float32 has fewer digits to write
    whole = np.isfinite(column).all() and (column == np.floor(column)).all()
    if whole and len(column) and np.abs(column).max() < 2**53:
        return column.astype(np.int64).tolist()
    return column.tolist()


def _numbers(columns: list[tuple[str, Any]]) -> dict[str, float]:
    """What adds up, or takes the least and the most, over blocks."""
    numbers: dict[str, float] = {}
    for name, column in columns:
        finite = column[np.isfinite(column)]
        numbers[f"{name}:null"] = column.size - len(finite)
        numbers[f"{name}:finite"] = len(finite)
        numbers[f"{name}:sum"] = float(finite.sum())
        if len(finite):
            numbers[f"{name}:min"] = float(finite.min())
            numbers[f"{name}:max"] = float(finite.max())
    return numbers


def _shards(call: Call, work: Any, scorer: _Scorer) -> int:
    """One output for each input, of the same name, in a folder."""
    folder = Path(call.writing.output or "")
    folder.mkdir(parents=True, exist_ok=True)
    outputs = [folder / Path(path).name for path in call.files]
    if not outputs or len(set(outputs)) < len(outputs):
        msg = f"-o {folder}/ needs input files, each with a name of its own"
        raise UsageError(msg)
    for path, output in zip(call.files, outputs, strict=True):
        stream = call.reading.stream([path])
        done = _marker(output)
        key = resuming.key(call, [path])
        if call.groups["resuming"] and _says(done, key) and output.exists():
            call.say(f"{output} is complete")
            continue
        done.unlink(missing_ok=True)
        _score_into(call, work, stream, scorer, str(output))
        done.write_text(key)
    return 0


def _marker(output: Path) -> Path:
    """Where it is noted what a finished shard was made from."""
    return output.with_name(f".{output.name}.done")


def _says(marker: Path, key: str) -> bool:
    return marker.exists() and marker.read_text() == key


def _score_into(
    call: Call, work: Any, stream: Stream, scorer: _Scorer, path: str | None
) -> None:
    """Score a stream into one output, and say what was done."""
    output: Output = (
        Standard() if path is None else resuming.file(call, stream, Path(path))
    )
    rejects = call.reading.rejects()
    shape = blocks.Shape()
    counts: dict[str, float] = dict.fromkeys(("kept", "rejected", "blank"), 0)
    first = 0
    if isinstance(output, AtomicFile):
        points = output.points() if call.groups["resuming"] and not rejects.keep else {}
        first = max(points, default=0)
        counts |= output.start(first).counts
    try:
        source = resuming.skip(call.blocks(stream, "scoring"), first)
        for number, done in enumerate(
            local.mapped(work, source, call.groups["jobs"]), first + 1
        ):
            rejects.take(done.rejects)
            shape.check(done)
            output.write(done.result)
            _add(counts, done)
            if isinstance(output, AtomicFile) and number % resuming.EVERY == 0:
                output.checkpoint(number, counts)
        read = int(counts["kept"] + counts["rejected"] + counts["blank"])
        if scorer.matrix:
            matrices.check_count(
                scorer.matrix, shape.name, int(counts["kept"] + counts["rejected"])
            )
        rejects.close(read)
        output.commit()
    except DataError:
        output.abort(keep=False)
        raise
    whole = {name: int(counts[name]) for name in ("kept", "rejected", "blank")}
    call.close(
        {"read": read, "dropped": 0, **whole},
        **{name: _told(counts, name) for name in scorer.names},
        text=shape.name or None,
        **scorer.facts,
    )


def _add(counts: dict[str, float], done: blocks.Done) -> None:
    counts["kept"] += done.records
    counts["rejected"] += len(done.rejects)
    counts["blank"] += done.blank
    for name, value in done.numbers.items():
        kind = name.rpartition(":")[2]
        join = {"min": min, "max": max}.get(kind)
        if join:
            counts[name] = join(counts.get(name, value), value)
        else:
            counts[name] = counts.get(name, 0) + value


def _told(counts: dict[str, float], name: str) -> dict[str, Any]:
    """What the closing line says of a column."""
    nulls = int(counts.get(f"{name}:null", 0))
    told: dict[str, Any] = {}
    if f"{name}:min" in counts:
        told = {
            "min": counts[f"{name}:min"],
            "mean": counts[f"{name}:sum"] / counts[f"{name}:finite"],
            "max": counts[f"{name}:max"],
        }
    return told | ({"null": nulls} if nulls else {})
