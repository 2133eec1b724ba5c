"""What the runs that look for duplicates share: their pass, their report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from sel.inputs.texts import Kind as Texts
from sel.options.scores import Keeping
from sel.options.text import Naming
from sel.options.writing import Report
from sel.records import computed, fields
from sel.records.ledger import STRICT, Ledger
from sel.records.passes import ended
from sel.records.projection import Projection
from sel.streams.atomic import AtomicFile
from sel.streams.json import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sel.records.passes import Read
    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.blocks import Block
    from sel.streams.lines import Stream


@dataclass(frozen=True)
class Collected:
    """What a process found out about the records of a block."""

    values: Any
    """What the method collects of their texts."""
    places: Any
    """Shape (n,): where each is among the lines of the block that are not blank."""
    lines: int
    """How many lines of the block are not blank."""
    names: list[bytes]
    worth: Any
    """Shape (n,), or None."""

    def spread(self, values: Any, filler: Any) -> Any:
        """Values of the records, as values of all lines that are not blank."""
        shape = (self.lines, *np.shape(values)[1:])
        whole = np.full(shape, filler, np.asarray(values).dtype)
        whole[self.places] = values
        return whole


class Pass:
    """One pass that collects something of the texts of all records.

    Args:
        request: says how to read.
        collect: from texts to what is kept of them.
        names: whether records are named.
        ledger: counts; that of the run if None.
    """

    def __init__(
        self,
        request: Request,
        collect: Callable[[list[str]], Any],
        *,
        names: bool,
        ledger: Ledger | None = None,
    ) -> None:
        self._request, self._collect, self._names = request, collect, names
        self._keeping = request.get(Keeping)
        self.ledger: Ledger = ledger or request.started_ledger()
        wanted: dict[str, Any] = dict(Texts(request).wanted)
        if self._keeping and self._keeping.by:
            wanted["worth"] = computed.number(self._keeping.by)
        if names:
            wanted["name"] = fields.optional(request[Naming].on)
        self._want = Projection(wanted, row=names)

    def older(self, paths: Sequence[str], doing: str) -> Iterator[Read]:
        """What was collected of records beside the inputs, of which none may be bad."""
        reader = self._request.reader
        stream, strict = reader.stream(paths), Ledger(STRICT)
        yield from reader.mapped(stream, self._want, strict, self._work, doing)

    def read(
        self, stream: Stream, doing: str, jobs: int | None = None
    ) -> Iterator[Read]:
        """Each block, with what was collected of it."""
        reader = self._request.reader
        yield from reader.mapped(
            stream, self._want, self.ledger, self._work, doing, jobs=jobs
        )
        self.ledger.close()

    def _work(self, part: Part) -> Collected:
        texts = part["texts"]
        return Collected(
            self._collect(texts),
            np.array(part.places, np.int64) - part.block.row,
            len(part) + len(part.rejects),
            self._named(part) if self._names else [],
            self._worth(part, texts),
        )

    def _named(self, part: Part) -> list[bytes]:
        """The name of each record, as JSON."""
        pairs = zip(part["name"], part.rows, strict=True)
        return [written(row if name is None else name) for name, row in pairs]

    def _worth(self, part: Part, texts: list[str]) -> Any:
        if not self._keeping or self._keeping.keep == "first":
            return None
        if self._keeping.keep == "longest":
            return np.array([len(text) for text in texts], float)
        return np.array([-np.inf if x is None else x for x in part["worth"]], float)


class Dropped:
    """The report on what was dropped, or nothing at all."""

    def __init__(self, request: Request) -> None:
        path = request[Report].report
        self._file = AtomicFile(Path(path)) if path else None
        if self._file:
            self._file.start(0)

    def __bool__(self) -> bool:
        return self._file is not None

    def add(
        self, name: bytes, twin: bytes, similarity: float, why: str, **more: Any
    ) -> None:
        """Say what became of a record."""
        if self._file:
            entry = {
                "id": orjson.Fragment(name),
                "twin": orjson.Fragment(twin or b"null"),
                "similarity": similarity,
                "reason": why,
                **more,
            }
            self._file.write(written(entry) + b"\n")

    def write(self, data: bytes) -> None:
        """Add bytes."""
        if self._file:
            self._file.write(data)

    def commit(self) -> None:
        """Put the file in its place."""
        if self._file:
            self._file.commit()

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old file."""
        if self._file:
            self._file.abort(keep=keep)


def kept_lines(block: Block, keep: Any) -> bytes:
    """The lines of a block that are kept.

    Args:
        block: the lines.
        keep: whether each line that is not blank is kept.
    """
    lines = block.lines
    if len(keep) < len(lines):
        lines = [line for line in lines if not line.isspace()]
    kept = lines if keep.all() else [lines[i] for i in np.flatnonzero(keep).tolist()]
    if not kept:
        return b""
    return b"".join((*kept[:-1], ended(kept[-1])))
