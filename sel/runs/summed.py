"""Measures that collect block by block, such as `sel eval profile` and `leak`.

`collect` is handed kinds of input, and what `prepare` made of others; summaries add
with `+`. `measure` is handed the sum first, and then the same.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import orjson

from sel import inputs
from sel.inputs import shared
from sel.options.evaluation import Against
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.runs.measures import parameters
from sel.runs.summaries import balanced
from sel.streams.output import finished, open_output

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sel.request import Request
    from sel.streams.output import Output


def run(request: Request) -> int:
    """Sum up the records of all inputs, and measure."""
    summed = Summed(request)
    total = summed.total()
    request.write_rows(summed.measured(total))
    request.close(summed.law)
    return 0


class Summed:
    """A measure and the records of all inputs."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.law: Mapping[str, int] = {}
        self._module = request.method.load()
        self._collects = parameters(self._module.collect)
        self._made: Any = None
        if hasattr(self._module, "prepare"):
            names = parameters(self._module.prepare)
            given = [shared(request, name).whole() for name in names]
            self._made = self._module.prepare(*given, **request.own["prepare"])

    def total(self) -> Any:
        """The sum over all records; DataError if there are none."""
        request = self.request
        kinds = [shared(request, n) for n in self._collects if inputs.kind(n)]
        for kind in kinds:
            kind.prepare()
        want = Projection({k: one for kind in kinds for k, one in kind.wanted.items()})
        ledger, stream = request.started_ledger(), request.stream()
        asked = request.get(Against)
        path = asked.hits if asked else None
        read = request.reader.mapped(stream, want, ledger, self._work(path), "counting")
        with finished(open_output(path)) if path else nullcontext() as hits:
            total = balanced(_results(read, hits))
        ledger.close()
        if total is None or not ledger.records:
            raise none_there(stream)
        self.law = ledger.law()
        return total

    def _work(self, hits: str | None) -> Any:
        collect, own = self._module.collect, self.request.own["collect"]

        def work(part: Any) -> Any:
            found = collect(
                *(self._given(name, part) for name in self._collects), **own
            )
            places = getattr(found, "hits", [])
            places[:] = [_placed(hit, part) for hit in places] if hits else []
            return found

        return work

    def _given(self, name: str, part: Any = None) -> Any:
        if not inputs.kind(name):
            return self._made
        kind = shared(self.request, name)
        return kind.whole() if part is None else kind.give(part)

    def measured(self, total: Any) -> list[dict[str, Any]]:
        """The results."""
        measure = self._module.measure
        more = [self._given(name) for name in parameters(measure)[1:]]
        found = measure(total, *more, **self.request.own["measure"])
        return [found] if isinstance(found, dict) else list(found)


def _results(read: Any, hits: Output | None) -> Iterator[Any]:
    """The summary of each block; its hits are written."""
    for one in read:
        if hits:
            hits.write(b"".join(orjson.dumps(h) + b"\n" for h in one.result.hits))
        yield one.result


def _placed(hit: Mapping[str, Any], part: Any) -> dict[str, Any]:
    """A hit with the file and the line of its record."""
    place = {"file": part.block.file, "line": part.line_number(hit["record"])}
    placed: dict[str, Any] = {}
    for name, value in hit.items():
        placed |= place if name == "record" else {name: value}
    return placed
