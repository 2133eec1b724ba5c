"""`sel diversify substring`: all texts in memory, spans that were there before."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import blocks
from sel.cli.diversify.texts import Reader, Report, plain_field
from sel.diversify import _spans
from sel.errors import DataError
from sel.streams import splice
from sel.streams.output import finished, open_output
from sel.streams.records import parse
from sel.streams.scratch import Names

if TYPE_CHECKING:
    from sel.cli.call import Call
    from sel.streams.lines import Block
    from sel.streams.records import Parsed


def run(call: Call) -> int:
    """Report or cut repeated spans."""
    run_ = _Run(call)
    output = open_output(call.writing.output)
    with finished(output), finished(run_.report):
        run_.find()
        for block in call.blocks(run_.stream, "writing"):
            output.write(run_.passed(block))
    run_.reader.close(**run_.facts)
    return 0


class _Run:
    """One run: the texts, and their spans."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.stream = call.reading.stream(call.files, again=True)
        self.reader = Reader(call)
        self.report = Report(call.groups["reporting"].path)
        self.cut, self.name = call.groups["cutting"]
        self.names = Names()
        self.facts: dict[str, Any] = {}
        self._texts: list[str] = []
        self._done = 0

    def find(self) -> None:
        """Read all texts, and find their spans."""

        def work(block: Block) -> blocks.Done:
            parsed = parse(block, self.call.reading.max_line)
            texts, shape = blocks.texts(parsed, self.call.groups["text"])
            self._texts += texts
            if self.report:
                self.names.add(self.call.groups["reporting"].names(parsed))
            return blocks.Done(None, len(texts), parsed.blank, parsed.rejects, shape)

        for _ in self.reader.pairs(self.stream, work, "reading"):
            pass
        size = sum(map(len, self._texts))
        own = self.call.own["diversify"]
        each = _spans.PER_UNIT if own["unit"] == "bytes" else _spans.PER_UNIT // 3
        self.call.say(
            f"{size:,} characters take about {size * each / 1e6:,.0f} MB of memory"
        )
        found = self.call.method.load().diversify(self._texts, **own)
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

    def passed(self, block: Block) -> bytes:
        """What comes out of a block."""
        parsed = parse(block, self.call.reading.max_line)
        texts, shape = blocks.texts(parsed, self.call.groups["text"])
        bounds = self._bounds[self._done : self._done + len(texts) + 1]
        self._done += len(texts)
        some = [self._spans[a:b].tolist() for a, b in pairwise(bounds)]
        if self.cut:
            return self._cut(parsed, texts, shape, some)
        if any(self.name in record for record in parsed.records):
            msg = f"field {self.name!r} is there already. Try: --as NAME"
            raise DataError(msg)
        self.reader.counts["kept"] += len(texts)
        return splice.splice(parsed, [(self.name, some)], overwrite=False)

    def _cut(
        self, parsed: Parsed, texts: list[str], shape: str, some: list[list[list[int]]]
    ) -> bytes:
        name = plain_field(self.call, shape) if texts else ""
        pieces = []
        for i, (text, spans_) in enumerate(zip(texts, some, strict=True)):
            line = parsed.lines[i]
            if spans_:
                left = without(text, spans_)
                if not left.strip():
                    continue
                line = splice.replaced(parsed, i, name, left)
            pieces.append(line if line.endswith(b"\n") else line + b"\n")
        self.reader.counts["kept"] += len(pieces)
        return b"".join(pieces)


def without(text: str, cut: list[list[int]]) -> str:
    """A text without some spans, which rise."""
    starts = [0, *(end for _, end in cut)]
    ends = [*(start for start, _ in cut), len(text)]
    return "".join(text[a:b] for a, b in zip(starts, ends, strict=True))
