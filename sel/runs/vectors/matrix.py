"""`sel embed`: a row of a matrix for every record."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.engine import memory
from sel.errors import DataError, UsageError
from sel.maths.matrices import vectors
from sel.options.models import Encoder, Model
from sel.options.text import Text
from sel.options.vectors import Passing, Shaping
from sel.options.writing import Resuming
from sel.records import splice
from sel.records.fields import ROW
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.runs import resuming
from sel.runs.given import given_to
from sel.streams import npy
from sel.streams.compression import plain_name
from sel.streams.endings import KINDS
from sel.streams.output import Standard

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.inputs import Input
    from sel.records.ledger import Ledger
    from sel.records.passes import Read
    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream

STEP = 1 << 14
"""Rows that are copied at once."""


def run(request: Request, stream: Stream | None = None) -> int:
    """Embed the records of the inputs, or those of a stream that was read before."""
    records, folder = request[Passing].records, resuming.to_folder(request)
    if records and (not request.path or folder):
        msg = "--records needs the matrix in a file. Try: -o docs.npy"
        raise UsageError(msg)
    if records and request[Resuming].resume:
        msg = "--records and --resume do not go together. Try: without --resume"
        raise UsageError(msg)
    memory.hold()
    embedding = _Embedding(request)
    if folder:
        total: dict[str, int] = {}
        for shard, part in resuming.shards(request, _matrices, embedding.files):
            done = _Run(shard, part, embedding).done()
            total = {k: total.get(k, 0) + v for k, v in done.items()} | {
                "dim": done["dim"]
            }
    else:
        total = _Run(request, stream or request.stream(), embedding).done()
    told = {"counted": total, "text": embedding.shape, "made": embedding.made_by}
    if request.share:
        request.share.told |= told
        return 0
    return _closed(request, told)


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Close a run that was done in shards; see sel.runs.scores.rows."""
    del ledger
    total = {"dim": max(one["counted"]["dim"] for one in shares)}
    for one in shares:
        more = {name: n for name, n in one["counted"].items() if name != "dim"}
        total |= {name: total.get(name, 0) + n for name, n in more.items()}
    text = next((one["text"] for one in shares if one["text"]), "")
    return _closed(request, {"counted": total, "text": text})


def joined(request: Request, parts: list[tuple[str, dict[str, Any]]]) -> None:
    """Put the matrices of shards into one.

    Args:
        request: says where it goes.
        parts: the file of each, and what it has told.

    Raises:
        DataError: one is not what its shard has written, or there are no records.
    """
    dim = max(one["counted"]["dim"] for _, one in parts)
    if not dim:
        raise none_there(request.stream())
    path, kind = request.path, request[Shaping].dtype
    writer = npy.Writer(path, dim, kind)
    writer.start(0)
    for part, one in parts:
        counted = one["counted"]
        if not counted["dim"]:  # bad lines alone
            writer.write(_unknown(counted["rejected"], dim))
            continue
        copied(writer, part, counted["rows"])
    writer.commit(parts[0][1]["made"])


def copied(writer: npy.Writer, part: str, rows: int) -> None:
    """Add the matrix that a shard has written.

    Raises:
        DataError: it has other rows, columns or numbers.
    """
    if not rows:
        return
    matrix = npy.read(part, (*npy.TYPES, writer.type.str)).rows
    if matrix.shape != (rows, writer.dim) or matrix.dtype != writer.type:
        msg = f"{part} is not the matrix that its shard has written"
        raise DataError(msg)
    for at in range(0, rows, STEP):
        writer.write(matrix[at : at + STEP])


def _closed(request: Request, told: dict[str, Any]) -> int:
    total = told["counted"]
    law = {name: total.get(name, 0) for name in ("kept", "rejected", "blank")}
    shape = {"rows": total.get("rows", 0), "columns": total.get("dim", 0)}
    request.close(
        {"read": sum(law.values()), "dropped": 0, **law},
        matrix={**shape, "dtype": request[Shaping].dtype},
        unusable=total.get("unusable") or None,
        text=told["text"] or None,
    )
    return 0


def _matrices(names: list[str]) -> list[str]:
    """The names of the matrices of inputs: docs1.npy for docs1.jsonl.zst.

    Where two would have the same, each has the ending of its input as well.
    """
    stems = [_stem(name) for name in names]
    both = zip(names, stems, strict=True)
    return [f"{stem if stems.count(stem) == 1 else name}.npy" for name, stem in both]


def _stem(name: str) -> str:
    plain = plain_name(name)
    stem, ending = os.path.splitext(plain)
    return stem if ending in KINDS["records"] else plain


class _Embedding:
    """A method with its inputs: from the records of a block to rows."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self._module = request.method.load()
        self._given: list[Input] = given_to(request, self._module.embed)
        self.shape = ""
        asked = request.get(Model) or request.get(Encoder)
        self.model = asked.model if asked else None
        loaded = [getattr(kind, "loaded", None) for kind in self._given]
        self.precision = next(
            (p for one in loaded if (p := getattr(one, "precision", ""))), ""
        )

    @property
    def files(self) -> list[str]:
        """What is read beside the records: with other models there is no going on."""
        return [path for kind in self._given for path in kind.files]

    @property
    def want(self) -> Projection:
        """What is asked of each record."""
        wanted = {k: one for kind in self._given for k, one in kind.wanted.items()}
        records = self.request[Passing].records
        free = [ROW] if records else []
        return Projection(wanted, free=free, overwrite=True)

    def work(self) -> Callable[[Part], tuple[Any, bytes, int]]:
        """What a process does with a block: rows, lines, how many cannot be used."""
        request, own = self.request, self.request.own["embed"]
        normalize, records = request[Shaping].normalize, request[Passing].records

        def embed(part: Part) -> tuple[Any, bytes, int]:
            rows, bad = None, 0
            if len(part):
                given = [kind.give(part) for kind in self._given]
                known = np.asarray(self._module.embed(*given, **own), np.float32)
                known = vectors.unit(known) if normalize else known
                bad = int((~vectors.usable(known)).sum())
                rows = _placed(part, known)
            lines = b""
            if records and len(part):
                lines = splice.splice(part, [(ROW, list(part.places))])
            return rows, lines, bad

        return embed

    @property
    def made_by(self) -> dict[str, Any]:
        """What the vectors depend on."""
        request = self.request
        text = request[Text].text if Text in request else None
        options = {**request.own["embed"], "text": text}
        options["normalize"] = request[Shaping].normalize
        known = {"model": self.model, "precision": self.precision}
        more = {name: value for name, value in known.items() if value}
        for kind in self._given:
            more |= kind.made_by
        return {"made_by": request.title, "options": options, **more}


def _placed(part: Part, known: Any) -> Any:
    """A row for each record of a block; that of a bad line is NaN."""
    if not part.rejects:
        return known
    rows = _unknown(len(part) + len(part.rejects), known.shape[1])
    rows[np.array(part.places) - part.block.row] = known
    return rows


def _unknown(count: int, dim: int) -> Any:
    """Rows of bad lines, so that those of the others keep their places."""
    return np.full((count, dim), np.nan, np.float32)


class _Run:
    """One stream into one matrix."""

    def __init__(self, request: Request, stream: Stream, embedding: _Embedding) -> None:
        self._request, self._stream, self._embedding = request, stream, embedding
        self._path = path = request.path
        self._key: str | None = None
        if path:
            self._key = resuming.stream_key(request, stream, embedding.files)
        self._ledger: Ledger = request.ledger(self._key)
        self._writer: npy.Writer | None = None
        self._unusable = 0
        # A model may take minutes for a block: each is made safe.
        self._every = 1 if Model in request or Encoder in request else resuming.EVERY
        passing = request[Passing].records
        self._records = (request.sink or Standard()) if passing else None

    def done(self) -> dict[str, int]:
        """Embed all; what was counted."""
        first = self._resumed()
        reader, embedding = self._request.reader, self._embedding
        # torch does not outlive a fork
        jobs = 1 if embedding.model else None
        blocks = reader.mapped(
            self._stream,
            embedding.want,
            self._ledger,
            embedding.work(),
            "embedding",
            jobs=jobs,
            first=first,
        )
        every = self._every
        resuming.each(
            blocks, self._ledger, self._take, self._safe, first=first, every=every
        )
        self._close()
        embedding.shape = self._ledger.shape or embedding.shape
        return self._counts()

    def _safe(self, number: int) -> None:
        """Make all that was done safe, after so many blocks."""
        if self._writer and self._writer.file:
            self._ledger.checkpoint(number)
            self._writer.file.checkpoint(number, self._counts())

    def _counts(self) -> dict[str, int]:
        ledger, writer = self._ledger, self._writer
        return {
            "kept": ledger.records,
            "rejected": ledger.rejected,
            "blank": ledger.blank,
            "rows": writer.rows if writer else 0,
            "dim": writer.dim if writer else 0,
            "unusable": self._unusable,
        }

    def _resumed(self) -> int:
        """After how many blocks to go on."""
        first = 0
        counts: dict[str, float] = {}
        if self._path and self._request[Resuming].resume:
            writer = self._open(1)
            points = self._ledger.points(writer.file.points() if writer.file else ())
            first = max(points, default=0)
            if first:
                counts = writer.start(first)
                writer.dim = int(counts["dim"])
                self._unusable = int(counts["unusable"])
                self._writer = writer
            else:
                writer.abort(keep=False)
        self._ledger.start(first, counts)
        return first

    def _open(self, dim: int) -> npy.Writer:
        return npy.Writer(self._path, dim, self._request[Shaping].dtype, self._key)

    def _take(self, read: Read) -> None:
        """Write the rows of a block."""
        rows, lines, unusable = read.result
        before = self._ledger.rejected - len(read.seen.rejects)
        if self._writer is None and rows is not None:
            self._writer = self._open(rows.shape[1])
            self._writer.start(0)
            self._writer.write(_unknown(before, rows.shape[1]))
        if self._writer:
            if rows is None:  # no line of the block is a record
                rows = _unknown(len(read.seen.rejects), self._writer.dim)
            self._writer.write(rows)
        if self._records:
            self._records.write(lines)
        self._unusable += unusable

    def _close(self) -> None:
        """Put the matrix in its place, and say what it is."""
        share = self._request.share
        if self._writer is None and share:
            self._writer = self._open(0)
            self._writer.start(0)
        if self._writer is None:
            raise none_there(self._stream)
        self._ledger.close()
        if share:
            share.file = self._writer.file
        self._writer.commit(self._embedding.made_by)
        if self._records:
            self._records.commit()
