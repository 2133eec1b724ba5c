"""`sel embed METHOD`: a row of a matrix for every record."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sel.cli import options
from sel.cli.common import blocks, resuming, shards
from sel.cli.embed import rows as embedding
from sel.engine import local, memory
from sel.errors import DataError, SelError, UsageError
from sel.streams import npy
from sel.streams.lines import name
from sel.streams.output import Standard

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.cli.embed.rows import Shaping
    from sel.streams.lines import Stream


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    if "vectors" in method.inputs:
        return [
            ("common.matrices", "whole"),
            ("eval.columns", "fitting"),
            ("embed.rows", "shaping"),
            ("options", "seed"),
            ("options", "writing"),
        ]
    model, images = "model" in method.inputs, "images" in method.inputs
    wanted = [
        ("options", "text", not images),
        ("embed.rows", "picturing", images),
        ("embed.rows", "seeing", images),
        ("embed.rows", "modelling", model),
        ("embed.rows", "precision", method.name == "sentence"),
        ("embed.rows", "shaping", True),
        ("embed.rows", "passing", True),
        ("options", "resuming", True),
        ("options", "jobs", not model),
        ("options", "reading", True),
        ("options", "writing", True),
    ]
    return [(module, group) for module, group, there in wanted if there]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    return ("", "none") if "vectors" in method.inputs else options.RECORDS


def run(call: Call) -> int:
    """Embed the records of the inputs, or keep columns of a matrix."""
    if "vectors" in call.method.inputs:
        from sel.cli.eval import columns

        columns.reduce(call)
        return 0
    records: bool = call.groups["passing"]
    path = call.writing.output
    if records and (not path or shards.wanted(call)):
        msg = "--records needs the matrix in a file. Try: -o docs.npy"
        raise UsageError(msg)
    if records and call.groups["resuming"]:
        msg = "--records and --resume do not go together. Try: without --resume"
        raise UsageError(msg)
    memory.hold()
    model = embedding.model(call)
    total: Counter[str] = Counter()
    shape = blocks.Shape()
    if shards.wanted(call):
        for shard, part in shards.each(call, _matrix):
            done = _embed_into(shard, part, model, shape)
            dim = done.pop("dim")
            total += done
            total["dim"] = dim
    else:
        total = _embed_into(call, call.reading.stream(call.files), model, shape)
    _close(call, total, shape)
    return 0


def _matrix(name: str) -> str:
    """The name of a shard's matrix: docs1.npy for docs1.jsonl.zst."""
    for ending in (".gz", ".zst", ".jsonl", ".parquet"):
        name = name.removesuffix(ending)
    return f"{name}.npy"


def _embed_into(
    call: Call, stream: Stream, model: tuple[Any, ...], shape: blocks.Shape
) -> Counter[str]:
    """Embed a stream into one matrix; what was counted."""
    work = embedding.work(call, model)
    seeing = call.groups.get("seeing")  # torch does not outlive a fork
    jobs = 1 if seeing and seeing.model else call.groups.get("jobs", 1)
    source = call.blocks(stream, "embedding")
    precision = getattr(model[0], "precision", "") if model else ""
    run_ = _Run(call, stream, precision, shape)
    first = run_.resumed()
    source = resuming.skip(source, first)
    try:
        for number, done in enumerate(local.mapped(work, source, jobs), first + 1):
            run_.take(done, number)
        run_.close()
    except SelError:
        run_.abort()
        raise
    return run_.counts


def _close(call: Call, counts: Counter[str], shape: blocks.Shape) -> None:
    """Say what was done."""
    law = {name: counts[name] for name in ("kept", "rejected", "blank")}
    shaping: Shaping = call.groups["shaping"]
    matrix = {"rows": counts["rows"], "columns": counts["dim"], "dtype": shaping.dtype}
    call.close(
        {"read": sum(law.values()), "dropped": 0, **law},
        matrix=matrix,
        unusable=counts["unusable"] or None,
        text=shape.name or None,
    )


class _Run:
    """What becomes of the blocks' rows."""

    def __init__(
        self, call: Call, stream: Stream, precision: str, shape: blocks.Shape
    ) -> None:
        self._call = call
        self._path = path = call.writing.output
        self._precision = precision
        self._shape = shape
        self._shaping: Shaping = call.groups["shaping"]
        self._stream = stream
        self._key = resuming.stream_key(call, stream) if path else None
        self._rejects = call.reading.journaled(self._key)
        self.counts: Counter[str] = Counter()
        self._writer: npy.Writer | None = None
        # A model may take minutes for a block: each is made safe.
        self._every = (
            1 if {"modelling", "seeing"} & set(call.groups) else resuming.EVERY
        )
        self._records = Standard() if call.groups["passing"] else None

    def resumed(self) -> int:
        """After how many blocks to go on."""
        first = 0
        if self._path and self._call.groups["resuming"]:
            writer = self._open(1)
            points = self._rejects.points(writer.file.points() if writer.file else ())
            first = max(points, default=0)
            if first:
                counts = writer.start(first)
                self.counts.update({name: int(n) for name, n in counts.items()})
                writer.dim = self.counts["dim"]
                self._writer = writer
            else:
                writer.abort(keep=False)
        self._rejects.start(first, self.counts["rejected"])
        return first

    def _open(self, dim: int) -> npy.Writer:
        return npy.Writer(self._path, dim, self._shaping.dtype, self._key)

    def take(self, done: blocks.Done, number: int) -> None:
        """Write the rows of a block."""
        self._rejects.take(done.rejects)
        self._shape.check(done)
        rows, lines = done.result
        if self._writer is None and rows is not None:
            self._begin(rows.shape[1])
        if self._writer:
            if rows is None:  # no line of the block is a record
                rows = embedding.unknown(len(done.rejects), self._writer.dim)
            self._writer.write(rows)
            self.counts["rows"] = self._writer.rows
        if self._records:
            self._records.write(lines)
        self.counts["kept"] += done.records
        self.counts["rejected"] += len(done.rejects)
        self.counts["blank"] += done.blank
        self.counts["unusable"] += int(done.numbers.get("unusable", 0))
        if self._writer and self._writer.file and number % self._every == 0:
            self._rejects.checkpoint(number)
            self._writer.file.checkpoint(number, self.counts)

    def _begin(self, dim: int) -> None:
        """Open the matrix once its columns are known."""
        self._writer = self._open(dim)
        self.counts["dim"] = dim
        self._writer.start(0)
        self._writer.write(embedding.unknown(self.counts["rejected"], dim))

    def close(self) -> None:
        """Put the matrix in its place, and say what it is."""
        if self._writer is None:
            msg = f"{', '.join(map(name, self._stream.paths))}: there are no records"
            raise DataError(msg)
        law = ("kept", "rejected", "blank")
        self._rejects.close(sum(self.counts[name] for name in law))
        call = self._call
        made = {"made_by": call.title, "options": embedding.made_by(call)}
        model = call.groups.get("modelling") or call.groups.get("seeing")
        known = {
            "model": model.model if model else None,
            "precision": self._precision,
        }
        made |= {name: value for name, value in known.items() if value}
        self._writer.commit(made)
        if self._records:
            self._records.commit()

    def abort(self) -> None:
        """Leave the old file."""
        self._rejects.abort(keep=False)
        if self._writer:
            self._writer.abort(keep=False)
