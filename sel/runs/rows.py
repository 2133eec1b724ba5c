"""`sel score`: numbers added to every record that passes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.engine import memory
from sel.options.models import Model
from sel.options.writing import Fields
from sel.records import fields, splice
from sel.records.fields import ROW
from sel.records.projection import Projection
from sel.runs import resuming
from sel.runs.scorers import scorer
from sel.streams.output import Lasting, finished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.scorers import Scorer
    from sel.streams.lines import Stream

FEW = 8
"""New fields of which the closing line tells each."""

Counts = dict[str, float]
"""What adds up over blocks and shards, or takes the least and the most, by name."""


def run(request: Request) -> int:
    """Score the records of the inputs."""
    memory.hold()
    found = scorer(request)
    want, work = _work(request, found)
    for kind in found.given:
        if not kind.each:
            kind.whole()  # a model that cannot be loaded leaves nothing behind
    if resuming.to_folder(request):
        counts: Counts = {}
        for shard, stream in resuming.shards(request, list, found.files):
            _add(counts, _score_into(shard, stream, want, work, found))
    else:
        counts = _score_into(request, found.stream, want, work, found)
    law = {name: int(counts.get(name, 0)) for name in ("kept", "rejected", "blank")}
    told = found.names if len(found.names) <= FEW else []
    request.close(
        {"read": sum(law.values()), "dropped": 0, **law},
        fields={name: _told(counts, name) or None for name in told},
        text=found.how or None,
        **found.facts,
        **found.made_by,
    )
    return 0


def _work(
    request: Request, found: Scorer
) -> tuple[Projection, Callable[[Part], tuple[bytes, Counts]]]:
    """What is asked of the records, and what a process does with a block."""
    asked, names = request[Fields], found.names
    carried = {f"carry {name}": fields.value(name) for name in asked.carried}
    want = Projection(
        {**found.wanted, **carried},
        row=found.row or asked.thin,
        free=() if asked.thin else names,
        overwrite=asked.overwrite,
        advice="--overwrite, or --as NAME",
    )

    def work(part: Part) -> tuple[bytes, Counts]:
        values = found.score(part)
        columns = list(zip(names, values, strict=True))
        lists = [(name, _plain(column)) for name, column in columns]
        if asked.thin:
            more = [(name, part[f"carry {name}"]) for name in asked.carried]
            data = splice.objects([(ROW, list(part.rows)), *more, *lists])
        else:
            lines = found.mask(part, values) if found.mask else None
            data = splice.splice(part, lists, lines)
        return data, _numbers(columns)

    return want, work


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


def _numbers(columns: list[tuple[str, Any]]) -> Counts:
    """What adds up, or takes the least and the most, over blocks."""
    numbers: Counts = {}
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
    request: Request, stream: Stream, want: Projection, work: Any, found: Scorer
) -> Counts:
    """Score a stream into one output; what was counted."""
    key = resuming.stream_key(request, stream, found.files) if request.path else None
    output = resuming.output(request, key)
    ledger = request.ledger(key)
    ledger.strict_rows = found.strict
    first, before = resuming.begin(request, output, ledger)
    counts = dict(before)
    every = 1 if Model in request else resuming.EVERY  # a model may take minutes
    with finished(output):
        blocks = request.reader.mapped(
            stream, want, ledger, work, "scoring", first=first
        )
        for number, read in enumerate(blocks, first + 1):
            data, numbers = read.result
            output.write(data)
            _add(counts, numbers)
            counts |= {
                "kept": ledger.records,
                "rejected": ledger.rejected,
                "blank": ledger.blank,
            }
            if number % every == 0 and isinstance(output, Lasting):
                ledger.checkpoint(number)
                output.checkpoint(number, counts)
        found.check(ledger)
        ledger.close()
    return counts


def _add(counts: Counts, more: Mapping[str, float]) -> None:
    for name, value in more.items():
        kind = name.rpartition(":")[2]
        join = {"min": min, "max": max}.get(kind)
        if join:
            counts[name] = join(counts.get(name, value), value)
        else:
            counts[name] = counts.get(name, 0) + value


def _told(counts: Counts, name: str) -> dict[str, Any]:
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
