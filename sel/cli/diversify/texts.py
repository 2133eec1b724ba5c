"""`sel diversify` for texts: what its methods share, and which does what."""

from __future__ import annotations

import importlib
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import orjson

from sel.cli import options
from sel.cli.common import blocks
from sel.cli.common.fitting import noted
from sel.engine import local
from sel.errors import UsageError
from sel.streams import fields
from sel.streams.output import AtomicFile
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.streams.lines import Block, Stream
    from sel.streams.records import Finder, Parsed

DOES = {"exact": "exact", "substring": "spans", "minhash": "near", "against": "near"}


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    spans = DOES[method.name] == "spans"
    wanted = [
        ("options", "text", True),
        ("diversify.texts", "level", method.name == "exact"),
        ("diversify.texts", "keeping", "worth" in method.inputs),
        ("diversify.texts", "cutting", spans),
        ("diversify.texts", "remembering", not spans),
        ("diversify.texts", "reporting", True),
        ("options", "jobs", not spans),
        ("options", "reading", True),
        ("options", "writing", True),
    ]
    return [(module, group) for module, group, there in wanted if there]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return options.RECORDS


def level(*, level: Literal["document", "line"] = "document") -> bool:
    """What is compared.

    Args:
        level: whole texts, or the lines in them: a text then loses repeated lines.
    """
    return level == "line"


def keeping(
    *, keep: Literal["first", "best", "longest"] = "first", by: str | None = None
) -> Keeping:
    """What stays of a cluster.

    Args:
        keep: the first, the best by --by, or the longest; ties go to the first.
        by: field with the number that --keep best goes by; the highest is best.
    """
    if (keep == "best") != bool(by):
        msg = "--keep best and --by FIELD go together"
        raise UsageError(msg)
    return Keeping(keep, fields.number(by) if by else None)


@dataclass(frozen=True)
class Keeping:
    """What stays of a cluster."""

    rule: str
    by: Finder | None


def cutting(*, cut: bool = False, as_: str = "repeats") -> tuple[bool, str]:
    """Records that come out.

    Args:
        cut: take repeated spans out of the text.
        as_: name of the new field, where nothing is cut.
    """
    return cut, as_


def remembering(
    *, save: str | None = None, load: str | None = None
) -> tuple[str | None, str | None]:
    """State.

    Args:
        save: keep what was seen in FILE (.npz), after the output is in its place.
        load: begin with what --save kept; may be the same FILE.
    """
    return save, load


def reporting(*, report: str | None = None, key: str = "id") -> Reporting:
    """Report.

    Args:
        report: write to FILE what was dropped, its twin, their similarity and why.
        key: field that names records; where it is missing, the row does.
    """
    return Reporting(report, fields.field(key).get)


@dataclass(frozen=True)
class Reporting:
    """What is told of dropped records."""

    path: str | None
    find: Callable[[Any], Any]

    def names(self, parsed: Parsed) -> list[bytes]:
        """The name of each record of a block, as JSON."""
        found = [self.find(record) for record in parsed.records]
        if None in found:
            rows = blocks.rows(parsed)
            found = [r if f is None else f for f, r in zip(found, rows, strict=True)]
        return [orjson.dumps(name) for name in found]


class Report:
    """The file of the report, or nothing at all."""

    def __init__(self, path: str | None) -> None:
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
            self._file.write(orjson.dumps(entry) + b"\n")

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


@dataclass(frozen=True)
class Found:
    """What a process found out about the records of a block."""

    collected: Any
    """What the method collects of their texts."""
    places: Any
    """Shape (n,): where each is among the lines of the block that are not blank."""
    names: list[bytes]
    worth: Any
    """Shape (n,), or None."""

    def spread(self, lines: int, values: Any, filler: Any) -> Any:
        """Values of the records, as values of so many lines."""
        whole = np.full(
            (lines, *np.shape(values)[1:]), filler, np.asarray(values).dtype
        )
        whole[self.places] = values
        return whole


def worker(
    call: Call, collect: Callable[[list[str]], Any], *, names: bool
) -> Callable[[Block], blocks.Done]:
    """What looks at the records of a block."""
    keeping: Keeping | None = call.groups.get("keeping")
    reporting: Reporting = call.groups["reporting"]
    by = keeping.by if keeping else None

    def work(block: Block) -> blocks.Done:
        parsed = parse(block, call.reading.max_line)
        texts, shape = blocks.texts(parsed, call.groups["text"])
        worth = None
        if by:
            numbers = parsed.column(by)
            texts, _ = blocks.texts(parsed, call.groups["text"])
            worth = np.array([-np.inf if x is None else x for x in numbers], float)
        elif keeping and keeping.rule == "longest":
            worth = np.array([len(text) for text in texts], float)
        places = np.array(parsed.rows, np.int64) - block.row
        named = reporting.names(parsed) if names else []
        found = Found(collect(texts), places, named, worth)
        return blocks.Done(found, len(texts), parsed.blank, parsed.rejects, shape)

    return work


class Reader:
    """Reads a stream through a worker, and counts what it sees."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.counts = dict.fromkeys(("read", "kept", "dropped", "rejected", "blank"), 0)
        self.shape = blocks.Shape()
        self._rejects = call.reading.rejects()

    def pairs(
        self, stream: Stream, work: Callable[[Block], blocks.Done], doing: str
    ) -> Iterator[tuple[Block, blocks.Done]]:
        """Each block, and what was found in it."""
        waiting: deque[Block] = deque()
        counts = self.counts
        source = noted(self.call.blocks(stream, doing), waiting)
        jobs = self.call.groups.get("jobs", 1)
        for done in local.mapped(work, source, jobs):
            self.shape.check(done)
            yield waiting.popleft(), done
            counts["read"] += done.records + len(done.rejects) + done.blank
            counts["rejected"] += len(done.rejects)
            counts["blank"] += done.blank
            self._rejects.take(done.rejects)
        self._rejects.close(counts["read"])

    def close(self, **facts: Any) -> None:
        """Say what was done; what is not kept is dropped."""
        counts = self.counts
        gone = counts["kept"] + counts["rejected"] + counts["blank"]
        counts["dropped"] = counts["read"] - gone
        self.call.close(counts, text=self.shape.name or None, **facts)


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
    return b"".join(kept) + (b"\n" if kept and not kept[-1].endswith(b"\n") else b"")


def plain_field(call: Call, shape: str) -> str:
    """The field that holds the text, where the text can be written back into it."""
    chosen: Finder | None = call.groups["text"]
    name = chosen.plain if chosen else shape if shape in ("text", "content") else None
    if name is None:
        msg = "a text that changes must stand in one plain field. Try: --text FIELD"
        raise UsageError(msg)
    return name


def run(call: Call) -> int:
    """Drop the duplicates of the inputs."""
    module = importlib.import_module(f"sel.cli.diversify.{DOES[call.method.name]}")
    code: int = module.run(call)
    return code
