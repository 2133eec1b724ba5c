"""Measures that collect block by block, such as `sel eval profile` and `leak`.

`collect` is handed kinds of input, and what `prepare` made of others; summaries add
with `+`. `measure` is handed their sum first.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from sel import inputs
from sel.engine import memory
from sel.inputs import shared
from sel.options.evaluation import Against
from sel.records.fields import ROW
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.runs.measures import parameters
from sel.runs.summaries import balanced
from sel.streams.json import written
from sel.streams.output import finished, open_output

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sel.request import Request


def run(request: Request) -> int:
    """Sum up the records of all inputs, and measure."""
    rows, law = measured(request)
    request.write_rows(rows)
    request.close(law)
    return 0


def measured(request: Request) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """The results, and the counts of the closing line; DataError without records."""
    memory.hold()
    module, own = request.method.load(), request.own
    made = None
    if hasattr(module, "prepare"):
        sets = (shared(request, name).whole() for name in parameters(module.prepare))
        made = module.prepare(*sets, **own["prepare"])
    names = parameters(module.collect)
    kinds = {name: shared(request, name) for name in names if inputs.kind(name)}
    whole = {n: kind.whole() for n, kind in kinds.items() if not kind.each}
    hits = request[Against].hits if Against in request else None

    def work(part: Any) -> Any:
        given = whole | {n: kind.give(part) for n, kind in kinds.items() if kind.each}
        found = module.collect(*(given.get(n, made) for n in names), **own["collect"])
        places = getattr(found, "hits", [])
        placed = [_placed(hit, part) for hit in places] if hits else []
        places.clear()
        return found, placed

    wanted = {k: v for one in kinds.values() for k, v in one.wanted.items()}
    want = Projection(wanted, row=hits is not None)
    stream, ledger = request.stream(), request.ledgers.another()
    read = request.reader.mapped(stream, want, ledger, work, "counting")
    with finished(open_output(hits)) if hits else nullcontext() as output:
        total = balanced(_results(read, output))
    ledger.close()
    if not ledger.records:
        raise none_there(stream)
    more = (whole.get(n, made) for n in parameters(module.measure)[1:])
    found = module.measure(total, *more, **own["measure"])
    rows = [found] if isinstance(found, dict) else list(found)
    return rows, request.ledgers.close()


def _results(read: Any, output: Any) -> Iterator[Any]:
    """The summary of each block; its hits are written."""
    for one in read:
        found, hits = one.result
        if output:
            output.write(b"".join(written(hit) + b"\n" for hit in hits))
        yield found


def _placed(hit: Mapping[str, Any], part: Any) -> dict[str, Any]:
    """A hit with the file, the line and the row of its record."""
    i = hit["record"]
    place = {"file": part.block.file, "line": part.line_number(i), ROW: part.rows[i]}
    placed: dict[str, Any] = {}
    for name, value in hit.items():
        placed |= place if name == "record" else {name: value}
    return placed
