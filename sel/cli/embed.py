"""`sel embed METHOD`: a row of a matrix for every record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.cli import blocks, embedding, options, resuming, shards
from sel.engine import local, memory
from sel.errors import DataError, SelError, UsageError
from sel.streams import npy
from sel.streams.lines import name
from sel.streams.output import Standard

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.cli.embedding import Shaping
    from sel.streams.lines import Stream


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    if "vectors" in method.inputs:
        return [
            ("matrices", "matrix"),
            ("options", "seed"),
            ("options", "writing"),
        ]
    model, images = "model" in method.inputs, "images" in method.inputs
    wanted = [
        ("options", "text", not images),
        ("embedding", "picturing", images),
        ("embedding", "seeing", images),
        ("embedding", "modelling", model),
        ("embedding", "precision", method.name == "sentence"),
        ("embedding", "shaping", True),
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
        from sel.cli import columns

        return columns.reduce(call)
    shaping: Shaping = call.groups["shaping"]
    path = call.writing.output
    if shaping.records and (not path or shards.wanted(call)):
        msg = "--records needs the matrix in a file. Try: -o docs.npy"
        raise UsageError(msg)
    if shaping.records and call.groups["resuming"]:
        msg = "--records and --resume do not go together. Try: without --resume"
        raise UsageError(msg)
    memory.hold()
    model = embedding.model(call)
    if shards.wanted(call):
        shards.run(call, _matrix, lambda part, out: _embed_into(call, part, model, out))
    else:
        _embed_into(call, call.reading.stream(call.files), model, path)
    return 0


def _matrix(name: str) -> str:
    """The name of a shard's matrix: docs1.npy for docs1.jsonl.zst."""
    stem = name.removesuffix(".gz").removesuffix(".zst").removesuffix(".jsonl")
    return f"{stem}.npy"


def _embed_into(
    call: Call, stream: Stream, model: tuple[Any, ...], path: str | None
) -> None:
    """Embed a stream into one matrix, and say what was done."""
    work = embedding.work(call, model)
    seeing = call.groups.get("seeing")  # torch does not outlive a fork
    jobs = 1 if seeing and seeing.model else call.groups.get("jobs", 1)
    source = call.blocks(stream, "embedding")
    run_ = _Run(call, stream, path, getattr(model[0], "precision", "") if model else "")
    first = run_.resumed()
    source = resuming.skip(source, first)
    try:
        for number, done in enumerate(local.mapped(work, source, jobs), first + 1):
            run_.take(done, number)
        run_.close()
    except SelError:
        run_.abort()
        raise


class _Run:
    """What becomes of the blocks' rows."""

    def __init__(
        self, call: Call, stream: Stream, path: str | None, precision: str
    ) -> None:
        self._call = call
        self._path = path
        self._precision = precision
        self._shaping: Shaping = call.groups["shaping"]
        self._stream = stream
        self._rejects = call.reading.rejects()
        self._shape = blocks.Shape()
        self._counts: dict[str, float] = dict.fromkeys(
            ("kept", "rejected", "blank", "unusable", "rows", "dim"), 0
        )
        self._writer: npy.Writer | None = None
        # A model may take minutes for a block: each is made safe.
        self._every = (
            1 if {"modelling", "seeing"} & set(call.groups) else resuming.EVERY
        )
        self._records = Standard() if self._shaping.records else None

    def resumed(self) -> int:
        """After how many blocks to go on."""
        path = self._path
        if path and self._call.groups["resuming"] and not self._rejects.keep:
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
        path = self._path
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
                rows = embedding.unknown(len(done.rejects), self._writer.dim)
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
        self._writer.write(embedding.unknown(int(self._counts["rejected"]), dim))

    def close(self) -> None:
        """Put the matrix in its place, and say what it is."""
        if self._writer is None:
            msg = f"{', '.join(map(name, self._stream.paths))}: there are no records"
            raise DataError(msg)
        counts = {name: int(value) for name, value in self._counts.items()}
        counts["read"] = counts["kept"] + counts["rejected"] + counts["blank"]
        self._rejects.close(counts["read"])
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
