"""`sel score`: numbers added to every record that passes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.engine import memory
from sel.maths.statistics import exact
from sel.options.models import Running
from sel.options.writing import Fields
from sel.records import beside, fields, splice
from sel.records.fields import ROW
from sel.records.projection import Projection
from sel.runs import resuming
from sel.runs.scores.scorers import scorer
from sel.streams.compression import plain_name
from sel.streams.output import Lasting, finished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sel.inputs import Input
    from sel.records.beside import Beside, Inside
    from sel.records.ledger import Ledger
    from sel.records.passes import Read
    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.scores.scorers import Scorer
    from sel.streams.lines import Stream

FEW = 8
"""New fields of which the closing line tells each."""

TOLD = ("counted", "names", "how", "facts", "matrix")
"""What a shard tells of itself."""

Counts = dict[str, Any]
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
    for kind in found.given:
        kind.done()
    facts = {**found.facts, **found.made_by}
    more = (found.names, found.how, facts, _size(found.beside))
    return _closed(request, dict(zip(TOLD, (counts, *more), strict=True)))


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Close a run that was done in shards.

    Args:
        request: the run.
        shares: what each has told, in order.
        ledger: has counted what they have.
    """
    counts: Counts = {}
    for one in shares:
        _add(counts, one["counted"])
    if shares[0]["matrix"]:
        name, rows = shares[0]["matrix"]
        beside.check_count(name, rows, ledger)
    how = next((one["how"] for one in shares if one["how"]), "")
    return _closed(request, {**shares[0], "counted": counts, "how": how})


def _closed(request: Request, told: dict[str, Any]) -> int:
    """Say what was done, or leave it to who adds it up."""
    if request.share:
        request.share.told |= told
        return 0
    counts, names = told["counted"], told["names"]
    law = {name: int(counts.get(name, 0)) for name in ("kept", "rejected", "blank")}
    names = names if len(names) <= FEW else []
    facts = dict(told["facts"])
    for name, number in counts.items():
        kind, tab, what = name.partition("\t")
        if tab:
            facts[kind] = {**facts.get(kind, {}), what: int(number)}
    request.close(
        {"read": sum(law.values()), "dropped": 0, **law},
        fields={name: _told(counts, name) or None for name in names},
        text=told["how"] or None,
        **facts,
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
        numbers = _numbers(columns)
        for kind in found.given:
            numbers |= {_of(kind) + name: n for name, n in kind.counted().items()}
        return data, numbers

    return want, work


def _of(kind: Input) -> str:
    """What the counts of an input begin with."""
    return f"{kind.name}\t"


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
        numbers[f"{name}:sum"] = [float(finite.sum())]
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
    every = 1 if Running in request else resuming.EVERY  # a model may take minutes

    def take(read: Read) -> None:
        data, numbers = read.result
        output.write(data)
        _add(counts, numbers)
        counts.update(kept=ledger.records, rejected=ledger.rejected, blank=ledger.blank)

    def safe(number: int) -> None:
        if isinstance(output, Lasting):
            ledger.checkpoint(number)
            output.checkpoint(number, counts)

    with finished(output):
        blocks = request.reader.mapped(
            stream, want, ledger, work, "scoring", first=first
        )
        resuming.each(
            *(blocks, ledger, take, safe),
            first=first,
            every=every,
            anywhere=not _is_compressed(request),
        )
        found.check(ledger)
        ledger.close()
    return counts


def _is_compressed(request: Request) -> bool:
    """Whether files end a frame wherever they are made safe."""
    plan = request.shards
    name = plan.ending if plan else request.path or ""
    return plain_name(name) != name


def _size(source: Beside | Inside | None) -> tuple[str, int] | None:
    """The matrix that the records have rows of, and how many."""
    if not isinstance(source, beside.Beside):
        return None
    return source.matrix.name, len(source.matrix)


def _add(counts: Counts, more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        kind = name.rpartition(":")[2]
        join: Any = {"min": min, "max": max, "sum": exact.added}.get(kind)
        if join:
            counts[name] = join(counts[name], value) if name in counts else value
        else:
            counts[name] = counts.get(name, 0) + value


def _told(counts: Counts, name: str) -> dict[str, Any]:
    """What the closing line says of a column."""
    nulls = int(counts.get(f"{name}:null", 0))
    told: dict[str, Any] = {}
    if f"{name}:min" in counts:
        told = {
            "min": counts[f"{name}:min"],
            "mean": exact.total(counts[f"{name}:sum"]) / counts[f"{name}:finite"],
            "max": counts[f"{name}:max"],
        }
    return told | ({"null": nulls} if nulls else {})
