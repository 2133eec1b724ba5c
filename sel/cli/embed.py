"""`sel embed METHOD`: a row of a matrix for every record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sel.cli import blocks, options, resuming
from sel.engine import local, memory
from sel.errors import DataError, OptionError, SelError, UsageError
from sel.maths import vectors
from sel.streams import npy, splice
from sel.streams.lines import name
from sel.streams.output import Standard
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.streams.lines import Block, Stream
    from sel.streams.records import Parsed

MODELS = {"sentence": "sentence", "hidden": "causal"}
"""Which module of sel.models loads the model of a method."""


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    model = "model" in method.inputs
    wanted = [
        ("options", "text", True),
        ("embed", "modelling", model),
        ("embed", "shaping", True),
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


def modelling(*, model: str, device: str = "auto", batch: int = 32) -> Modelling:
    """Model.

    Args:
        model: name, or folder.
        device: auto (a GPU where there is one), cpu, cuda, cuda:1, mps.
        batch: texts at once; it changes the speed alone.
    """
    if batch < 1:
        raise OptionError("--batch", "at least 1", batch)
    return Modelling(model, device, batch)


@dataclass(frozen=True)
class Modelling:
    """Which model, and where it runs."""

    model: str
    device: str
    batch: int


def shaping(
    *,
    dtype: Literal["float32", "float16"] = "float32",
    normalize: bool = True,
    records: bool = False,
) -> Shaping:
    """Matrix.

    Args:
        dtype: of the numbers that are stored.
        normalize: rows of length 1.
        records: pass the records on, each with the number of its _row; needs -o.
    """
    return Shaping(dtype, normalize, records)


@dataclass(frozen=True)
class Shaping:
    """How rows are stored."""

    dtype: str
    normalize: bool
    records: bool


def run(call: Call) -> int:
    """Embed the records of the inputs."""
    shaping: Shaping = call.groups["shaping"]
    path = call.writing.output
    if shaping.records and not path:
        msg = "--records needs the matrix in a file. Try: -o docs.npy"
        raise UsageError(msg)
    if shaping.records and call.groups["resuming"]:
        msg = "--records and --resume do not go together. Try: without --resume"
        raise UsageError(msg)
    memory.hold()
    stream = call.reading.stream(call.files)
    work = _work(call)
    jobs = call.groups.get("jobs", 1)
    source = call.blocks(stream, "embedding")
    run_ = _Run(call, stream)
    first = run_.resumed()
    source = resuming.skip(source, first)
    try:
        for number, done in enumerate(local.mapped(work, source, jobs), first + 1):
            run_.take(done, number)
        run_.close()
    except SelError:
        run_.abort()
        raise
    return 0


class _Run:
    """What becomes of the blocks' rows."""

    def __init__(self, call: Call, stream: Stream) -> None:
        self._call = call
        self._shaping: Shaping = call.groups["shaping"]
        self._stream = stream
        self._rejects = call.reading.rejects()
        self._shape = blocks.Shape()
        self._counts: dict[str, float] = dict.fromkeys(
            ("kept", "rejected", "blank", "unusable", "rows", "dim"), 0
        )
        self._writer: npy.Writer | None = None
        # A model may take minutes for a block: each is made safe.
        self._every = 1 if "modelling" in call.groups else resuming.EVERY
        self._records = Standard() if self._shaping.records else None

    def resumed(self) -> int:
        """After how many blocks to go on."""
        path = self._call.writing.output
        if path and self._call.groups["resuming"] and not self._call.reading.quarantine:
            writer = self._open(1)
            points = writer.file.points() if writer.file else {}
            if points:
                first = max(points)
                self._counts |= writer.start(first)
                writer.dim = int(self._counts["dim"])
                self._writer = writer
                return first
            writer.abort(keep=False)
        return 0

    def _open(self, dim: int) -> npy.Writer:
        path = self._call.writing.output
        key = resuming.stream_key(self._call, self._stream) if path else None
        return npy.Writer(path, dim, self._shaping.dtype, key)

    def take(self, done: blocks.Done, number: int) -> None:
        """Write the rows of a block."""
        self._rejects.take(done.rejects)
        self._shape.check(done)
        rows, lines = done.result
        if self._writer is None and rows is not None:
            self._begin(rows.shape[1])
        if self._writer:
            if rows is None:  # no line of the block is a record
                rows = _unknown(len(done.rejects), self._writer.dim)
            self._writer.write(rows)
            self._counts["rows"] = self._writer.rows
        if self._records:
            self._records.write(lines)
        self._counts["kept"] += done.records
        self._counts["rejected"] += len(done.rejects)
        self._counts["blank"] += done.blank
        self._counts["unusable"] += done.numbers.get("unusable", 0)
        if self._writer and self._writer.file and number % self._every == 0:
            self._writer.file.checkpoint(number, self._counts)

    def _begin(self, dim: int) -> None:
        """Open the matrix once its columns are known."""
        self._writer = self._open(dim)
        self._counts["dim"] = dim
        self._writer.start(0)
        self._writer.write(_unknown(int(self._counts["rejected"]), dim))

    def close(self) -> None:
        """Put the matrix in its place, and say what it is."""
        if self._writer is None:
            msg = f"{', '.join(map(name, self._stream.paths))}: there are no records"
            raise DataError(msg)
        counts = {name: int(value) for name, value in self._counts.items()}
        counts["read"] = counts["kept"] + counts["rejected"] + counts["blank"]
        self._rejects.close(counts["read"])
        call = self._call
        made = {"made_by": call.title, "options": _made_by(call)}
        model = call.groups.get("modelling")
        self._writer.commit(made | ({"model": model.model} if model else {}))
        if self._records:
            self._records.commit()
        rows = {"rows": counts["rows"], "columns": counts["dim"]}
        call.close(
            counts | {"dropped": 0},
            matrix=rows | {"dtype": self._shaping.dtype},
            unusable=counts["unusable"] or None,
            text=self._shape.name or None,
        )

    def abort(self) -> None:
        """Leave the old file."""
        if self._writer:
            self._writer.abort(keep=False)


def _unknown(count: int, dim: int) -> Any:
    """Rows of bad lines, so that those of the others keep their places."""
    return np.full((count, dim), np.nan, np.float32)


def _made_by(call: Call) -> dict[str, Any]:
    """The options on which vectors depend."""
    own = call.own["embed"]
    text = call.given.get("text")
    return {**own, "text": text, "normalize": call.groups["shaping"].normalize}


def _work(call: Call) -> Callable[[Block], blocks.Done]:
    """What a process does with a block: parse, embed, put rows in their places."""
    method, own = call.method, call.own["embed"]
    module = method.load()
    shaping: Shaping = call.groups["shaping"]
    find = blocks.chats if "chats" in method.inputs else blocks.texts
    more: tuple[Any, ...] = ()
    if "words" in method.inputs:
        from sel.models import static

        more = (static.load(),)
    if "model" in method.inputs:
        from importlib import import_module

        options: Modelling = call.groups["modelling"]
        loader = import_module(f"sel.models.{MODELS[method.name]}")
        more = (loader.load(options.model, options.device, options.batch),)

    def work(block: Block) -> blocks.Done:
        parsed = parse(block, call.reading.max_line)
        found, shape = find(parsed, call.groups["text"])
        rows = None
        bad = 0
        if found:
            known = np.asarray(module.embed(found, *more, **own), np.float32)
            if shaping.normalize:
                known = vectors.unit(known)
            bad = int((~vectors.usable(known)).sum())
            rows = _placed(parsed, known, block)
        lines = _numbered(parsed) if shaping.records else b""
        counts: dict[str, float] = {"unusable": bad}
        return blocks.Done(
            (rows, lines),
            len(parsed.records),
            parsed.blank,
            parsed.rejects,
            shape,
            counts,
        )

    return work


def _placed(parsed: Parsed, known: Any, block: Block) -> Any:
    """A row for each record of a block; that of a bad line is NaN."""
    if not parsed.rejects:
        return known
    size = len(parsed.records) + len(parsed.rejects)
    rows = _unknown(size, known.shape[1])
    rows[np.array(parsed.rows) - block.row] = known
    return rows


def _numbered(parsed: Parsed) -> bytes:
    """The records, each with the number of its row."""
    return splice.splice(parsed, [(blocks.ROW, list(parsed.rows))], overwrite=True)
