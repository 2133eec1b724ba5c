"""Records that a function of the library gives: nothing runs until they are wanted."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

    from sel.library.requests import Prepared
    from sel.streams.lines import Source

HELD = 64 << 20
"""Bytes that are held in memory; more go to a temporary file."""


class Records:
    """Records, as they are or as a method leaves them.

    Iterating gives dicts. The work is done when something of it is first asked for,
    once; what came out is then held, beyond HELD in a temporary file.

    Args:
        prepared: the run; None for what is only read.
        sources: what is read, where there is no run.
    """

    def __init__(
        self, prepared: Prepared | None, sources: list[Source] | None = None
    ) -> None:
        self._prepared = prepared
        self._sources = sources
        self._held: Any = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Each record as a dict."""
        from sel.records.faults import parse_line

        for line in self.lines():
            yield parse_line(line, len(line))

    def lines(self) -> Iterator[bytes]:
        """Each record as a line of JSON, with its end."""
        for lines in self._batches():
            yield from lines

    def _batches(self) -> Iterator[list[bytes]]:
        from sel.records.passes import blocks_of
        from sel.streams.lines import Stream

        return (lines for _, lines in blocks_of(Stream(self.sources)))

    def to_list(self) -> list[dict[str, Any]]:
        """All records, as dicts."""
        return list(self)

    def write(self, path: str | Path) -> Records:
        """Put the records in a file when they are whole.

        Args:
            path: a file with one of the endings of records (docs/files.md), or with
                shard_size a folder.

        Raises:
            SelError: the run fails, or the file cannot be written.
        """
        if self._prepared and self._held is None:
            self._prepared.run(output=self._output(str(path)))
            folder = self._prepared.request.folder
            self._sources, self._held = folder.files if folder else [str(path)], True
            return self
        from sel.records.passes import ended
        from sel.streams import endings
        from sel.streams.output import finished, open_records

        endings.check("write", str(path), "records")
        like = self._prepared.request.inputs if self._prepared else self.sources
        with finished(open_records(str(path), like)) as output:
            for lines in self._batches():
                output.write(b"".join(map(ended, lines)))
        return self

    def _output(self, path: str) -> str:
        """The value of -o; that of a folder has / at its end, which a Path has not."""
        values = self._prepared.request.values if self._prepared else {}
        plain = "*" not in path and not path.endswith("/")
        return f"{path}/" if values.get("shard_size") and plain else path

    @property
    def summary(self) -> dict[str, Any]:
        """What the closing line of the command says; empty where there was no run."""
        if not self._prepared:
            return {}
        self._done()
        return self._prepared.request.summary

    @property
    def sources(self) -> list[Source]:
        """What can be read again by another run."""
        if self._sources is None:
            return [self]
        return self._sources

    @property
    def name(self) -> str:
        """What messages call them."""
        return self._prepared.request.title if self._prepared else "the records"

    def open(self) -> BinaryIO:
        """The lines as a file, from their beginning."""
        self._done()
        return _View(self._held)  # type: ignore[return-value]

    def _done(self) -> None:
        if self._held is None and self._prepared:
            held = Spool()
            self._prepared.run(sink=held)
            self._held = held

    def __repr__(self) -> str:
        return f"<sel.Records of {self.name!r}>"


class Spool:
    """Takes what a run writes; see sel.streams.output.Output."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(HELD, prefix="sel-")  # noqa: SIM115
        self._size = 0

    def write(self, data: bytes) -> None:
        """Add bytes."""
        self._size += self._file.write(data)

    def commit(self) -> None:
        """Nothing more will come."""

    def abort(self, *, keep: bool = True) -> None:
        """Nothing is seen of what fails."""

    def read_at(self, at: int, size: int) -> bytes:
        """Some of what was written."""
        self._file.seek(at)
        return self._file.read(size)


class _View(io.RawIOBase):
    """A spool read from its beginning, by as many readers as there are."""

    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self._spool, self._at = spool, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._spool.read_at(self._at, size)
        self._at += len(data)
        return data
