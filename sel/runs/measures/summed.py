"""Measures that collect block by block, such as `sel eval profile` and `leak`.

`collect` is handed kinds of input, and what `prepare` made of others; summaries add
with `+`. `measure` is handed their sum first.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from sel import inputs
from sel.engine import memory
from sel.errors import UsageError
from sel.inputs import shared
from sel.options.evaluation import Against
from sel.records.fields import ROW
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.runs.measures.measure import parameters
from sel.runs.summaries import balanced
from sel.streams.json import written
from sel.streams.output import finished, open_output
from sel.streams.packed import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sel.records.ledger import Ledger
    from sel.request import Request
    from sel.streams.lines import Stream


def run(request: Request) -> int:
    """Sum up the records of all inputs, and measure."""
    rows, law = measured(request)
    if request.share:
        return 0
    request.write_rows(rows)
    request.close(law)
    return 0


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Measure what shards have summed; see sel.runs.scores.rows."""
    if Against in request and request[Against].hits:
        msg = "--hits are in the files that the shards have written"
        raise UsageError(msg)
    rows, _ = measured(request, shares)
    request.write_rows(rows)
    request.close(ledger.law())
    return 0


def measured(
    request: Request, shares: list[dict[str, Any]] | None = None
) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """The results, and the counts of the closing line; DataError without records.

    Args:
        request: the measure. If it is a shard, its sum is left to others, and there
            are no results.
        shares: what shards have told, if they have summed all.
    """
    memory.hold()
    summing = _Summing(request)
    if shares is not None:
        if not sum(one["counts"]["records"] for one in shares):
            raise none_there(request.reader.stream(shares[0]["inputs"]))
        parts = (unpacked(one["total"]) for one in shares)
        return summing.rows(balanced(part for part in parts if part is not None)), {}
    stream, ledger = request.stream(), request.ledgers.another()
    if request.share:
        request.share.ledger, ledger.partial = ledger, True
    total = summing.total(stream, ledger)
    ledger.close()
    if request.share:
        request.share.told |= {"total": packed(total)}
        request.ledgers.close()
        return [], {}
    if not ledger.records:
        raise none_there(stream)
    return summing.rows(total), request.ledgers.close()


class _Summing:
    """What a measure collects, and is handed.

    Args:
        request: the measure.
    """

    def __init__(self, request: Request) -> None:
        self._request, self._module = request, request.method.load()
        self._own, self._made = request.own, None
        if hasattr(self._module, "prepare"):
            names = parameters(self._module.prepare)
            sets = (shared(request, name).whole() for name in names)
            self._made = self._module.prepare(*sets, **self._own["prepare"])
        self._names = parameters(self._module.collect)
        kinds = {n: shared(request, n) for n in self._names if inputs.kind(n)}
        self._whole = {n: kind.whole() for n, kind in kinds.items() if not kind.each}
        self._each = {n: kind for n, kind in kinds.items() if kind.each}
        wanted = {k: v for one in kinds.values() for k, v in one.wanted.items()}
        self._hits = request[Against].hits if Against in request else None
        self._want = Projection(wanted, row=self._hits is not None)

    def _work(self, part: Any) -> tuple[Any, list[dict[str, Any]]]:
        given = self._whole | {n: kind.give(part) for n, kind in self._each.items()}
        values = (given.get(n, self._made) for n in self._names)
        found = self._module.collect(*values, **self._own["collect"])
        places = getattr(found, "hits", [])
        placed = [_placed(hit, part) for hit in places] if self._hits else []
        places.clear()
        return found, placed

    def total(self, stream: Stream, ledger: Ledger) -> Any:
        """The sum over a stream; hits are written. None without any block."""
        reader, hits = self._request.reader, self._hits
        read = reader.mapped(stream, self._want, ledger, self._work, "counting")
        with finished(open_output(hits)) if hits else nullcontext() as output:
            return balanced(_results(read, output))

    def rows(self, total: Any) -> list[dict[str, Any]]:
        """What is measured of a sum."""
        names = parameters(self._module.measure)[1:]
        more = (self._whole.get(n, self._made) for n in names)
        found = self._module.measure(total, *more, **self._own["measure"])
        return [found] if isinstance(found, dict) else list(found)


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
