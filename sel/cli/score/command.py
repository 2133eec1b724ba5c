"""`sel score METHOD`: adds numbers to every record that passes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli import options
from sel.cli.common import blocks, matrices, resuming, shards
from sel.cli.score import scoring
from sel.engine import local, memory
from sel.errors import DataError, UsageError
from sel.streams import splice
from sel.streams.output import AtomicFile
from sel.streams.records import Unread, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.streams.lines import Block, Stream
    from sel.streams.records import Parsed

Counts = dict[str, float]
"""What adds up over blocks and shards, or takes the least and the most, by name."""


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    labelled, model = "labels" in method.inputs, "model" in method.inputs
    fitted, vectors = "fit" in method.functions, "vectors" in method.inputs
    wanted = [
        ("options", "text", bool({"texts", "chats"} & set(method.inputs))),
        ("score.pairs", "answering", "pairs" in method.inputs),
        ("embed.rows", "modelling", model),
        ("common.matrices", "matrix", vectors),
        ("common.matrices", "likeness", vectors and not labelled and not fitted),
        ("score.labels", "labelled", labelled),
        ("score.labels", "references", "floors" in method.inputs),
        ("common.matrices", "checking", vectors and not fitted),
        ("score.features", "numbers", "features" in method.inputs),
        ("score.scoring", "fitting", fitted and not vectors),
        ("score.scoring", "keeping", fitted and vectors),
        ("score.command", "tokenizing", "tokenizer" in method.inputs),
        ("options", "chance", "rng" in method.inputs and not fitted),
        ("options", "seed", "rng" in method.inputs and fitted),
        ("score.command", "adding", True),
        ("options", "resuming", True),
        ("options", "jobs", not model),
        ("options", "reading", True),
        ("options", "writing", True),
    ]
    return [(module, group) for module, group, there in wanted if there]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return options.RECORDS


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
    scorer = scoring.scorer(call, module, stream)
    work = _work(call, scorer)
    if shards.wanted(call):
        counts = _nothing()
        for shard, part in shards.each(call, str):
            _add(counts, _score_into(shard, work, part, scorer))
    else:
        counts = _score_into(call, work, stream, scorer)
    _close(call, counts, scorer)
    return 0


def _work(call: Call, scorer: scoring.Scorer) -> Callable[[Block], blocks.Done]:
    """What a process does with a block: parse, score, splice."""
    adding: Adding = call.groups["adding"]
    inputs = scoring.inputs(call, scorer.matrix)
    names = scorer.names
    max_line = call.reading.max_line
    # Whether the records are asked for their text, and for nothing else.
    alone = (
        "texts" in call.method.inputs
        and "model" not in call.method.inputs
        and len(names) == 1
        and not (adding.overwrite or adding.carry)
    )
    seek = blocks.ROW if adding.thin else names[0]

    def work(block: Block) -> blocks.Done:
        if alone:
            parsed: Parsed = Unread(block, max_line, seek)
        else:
            parsed = parse(block, max_line)
        found, shape = inputs(parsed)
        columns = list(zip(names, scorer.score(*found), strict=True))
        numbers = _numbers(columns)
        lists = [(name, _plain(column)) for name, column in columns]
        if adding.thin:
            before = len(parsed.lines)
            extra = blocks.carried(parsed, adding.carry)
            if len(parsed.lines) < before:
                msg = f"{block.file}: a field of --carry is missing in some record"
                raise DataError(msg)
            data = splice.objects([*extra, *lists])
        else:
            data = splice.splice(parsed, lists, overwrite=adding.overwrite)
        kept = len(parsed.lines)
        return blocks.Done(data, kept, parsed.blank, parsed.rejects, shape, numbers)

    return work


def _plain(column: Any) -> Any:
    """Numbers as JSON writes them best: whole ones without a point."""
    if isinstance(column, list):
        return column  # labels
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
        if isinstance(column, list):
            continue
        finite = column[np.isfinite(column)]
        numbers[f"{name}:null"] = column.size - len(finite)
        numbers[f"{name}:finite"] = len(finite)
        numbers[f"{name}:sum"] = float(finite.sum())
        if len(finite):
            numbers[f"{name}:min"] = float(finite.min())
            numbers[f"{name}:max"] = float(finite.max())
    return numbers


def _score_into(
    call: Call, work: Any, stream: Stream, scorer: scoring.Scorer
) -> Counts:
    """Score a stream into one output; what was counted."""
    path = call.writing.output
    key = resuming.stream_key(call, stream) if path else None
    output = resuming.output(call, key)
    rejects = call.reading.journaled(key)
    first, before = resuming.begin(call, output, rejects)
    counts = _nothing() | before
    # A model may take minutes for a block: each is made safe.
    every = 1 if "modelling" in call.groups else resuming.EVERY
    try:
        source = resuming.skip(call.blocks(stream, "scoring"), first)
        for number, done in enumerate(
            local.mapped(work, source, call.groups.get("jobs", 1)), first + 1
        ):
            rejects.take(done.rejects)
            scorer.shape.check(done)
            output.write(done.result)
            _add(counts, _counted(done))
            if isinstance(output, AtomicFile) and number % every == 0:
                rejects.checkpoint(number)
                output.checkpoint(number, counts)
        if scorer.matrix is not None:
            records = int(counts["kept"] + counts["rejected"])
            matrices.check_count(scorer.matrix, scorer.shape.name, records)
        rejects.close(_read(counts))
        output.commit()
    except DataError:
        output.abort(keep=False)
        rejects.abort(keep=False)
        raise
    return counts


def _close(call: Call, counts: Counts, scorer: scoring.Scorer) -> None:
    whole = {name: int(counts[name]) for name in ("kept", "rejected", "blank")}
    call.close(
        {"read": _read(counts), "dropped": 0, **whole},
        **{name: _told(counts, name) or None for name in scorer.names},
        text=scorer.shape.name or None,
        **scorer.facts,
    )


def _nothing() -> Counts:
    return dict.fromkeys(("kept", "rejected", "blank"), 0)


def _read(counts: Counts) -> int:
    return int(counts["kept"] + counts["rejected"] + counts["blank"])


def _counted(done: blocks.Done) -> Counts:
    """What a block adds to the counts."""
    law = {"kept": done.records, "rejected": len(done.rejects), "blank": done.blank}
    return law | done.numbers


def _add(counts: Counts, more: Counts) -> None:
    for name, value in more.items():
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
