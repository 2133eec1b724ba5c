"""`sel diversify substring`: all texts in memory, spans that were there before."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.diversify import _spans
from sel.inputs.texts import Kind as Texts
from sel.options.text import Cutting
from sel.records import splice
from sel.records.ledger import SKIP, Ledger
from sel.records.passes import ended
from sel.records.projection import Projection
from sel.runs.duplicates.reading import Dropped, Pass
from sel.runs.texts import plain_field
from sel.streams.output import finished
from sel.streams.scratch import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.projection import Part
    from sel.request import Request


def run(request: Request) -> int:
    """Report or cut repeated spans."""
    run_ = _Run(request)
    with finished(request.output()) as output, finished(run_.report):
        run_.find()
        for data in run_.passed():
            output.write(data)
    ledger = run_.pass_.ledger
    law, shape = ledger.law(run_.kept), ledger.shape or None
    request.close(law, text=shape, **run_.facts)
    return 0


class _Run:
    """One run: the texts, and their spans."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.stream = request.stream(again=True)
        self.report = Dropped(request)
        self.pass_ = Pass(request, list, names=bool(self.report))
        asked = request[Cutting]
        self.cut, self.name = asked.cut, asked.as_
        self.names = Names()
        self.kept = 0
        self.facts: dict[str, Any] = {}
        self._texts: list[str] = []

    def find(self) -> None:
        """Read all texts, and find their spans."""
        for read in self.pass_.read(self.stream, "reading", jobs=1):
            self._texts += read.result.values
            if self.report:
                self.names.add(read.result.names)
        size = sum(map(len, self._texts))
        own = self.request.own["diversify"]
        each = _spans.PER_UNIT if own["unit"] == "bytes" else _spans.PER_UNIT // 3
        self.request.say(
            f"{size:,} characters take about {size * each / 1e6:,.0f} MB of memory"
        )
        found = self.request.method.load().diversify(self._texts, **own)
        text, start, end = found[:3]
        self._bounds = np.searchsorted(text, np.arange(len(self._texts) + 1))
        self._spans = np.stack((start, end), 1)
        self.facts = {"spans": len(text), "characters": int((end - start).sum())}
        if self.report:
            self._tell(found)

    def _tell(self, found: tuple[Any, ...]) -> None:
        text, start, end, twin, place = found
        names, twins = self.names.get(text), self.names.get(twin)
        for i, (name, other) in enumerate(zip(names, twins, strict=True)):
            span = {
                "start": int(start[i]),
                "end": int(end[i]),
                "twin_start": int(place[i]),
            }
            self.report.add(name, other, 1.0, "substring", **span)

    def passed(self) -> Iterator[bytes]:
        """What comes out of each block, in a second pass."""
        texts = Texts(self.request)
        free = [] if self.cut else [self.name]
        want = Projection(texts.wanted, free=free)
        done = 0
        # Bad lines were dealt with in the first pass.
        ledger = Ledger(SKIP, "100%") if self.cut else self.request.reader.ledger()
        for part in self.request.reader.parts(self.stream, want, ledger, "writing"):
            bounds = self._bounds[done : done + len(part) + 1]
            done += len(part)
            some = [self._spans[a:b].tolist() for a, b in pairwise(bounds)]
            if self.cut:
                yield self._cut(part, some)
            else:
                self.kept += len(part)
                yield splice.splice(part, [(self.name, some)])

    def _cut(self, part: Part, some: list[list[list[int]]]) -> bytes:
        name = plain_field(self.request, part.shape) if len(part) else ""
        pieces = []
        for line, text, cut in zip(part.lines, part["texts"], some, strict=True):
            piece = ended(line)
            if cut:
                left = without(text, cut)
                if not left.strip():
                    continue
                piece = splice.extended(line, {name: left})
            pieces.append(piece)
        self.kept += len(pieces)
        return b"".join(pieces)


def without(text: str, cut: list[list[int]]) -> str:
    """A text without some spans, which rise."""
    starts = [0, *(end for _, end in cut)]
    ends = [*(start for start, _ in cut), len(text)]
    return "".join(text[a:b] for a, b in zip(starts, ends, strict=True))
