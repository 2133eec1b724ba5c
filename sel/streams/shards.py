"""Records in numbered files of a folder, `part-00000.jsonl.zst` and so on.

A file ends before the record with which it would be larger than is asked for, whatever
blocks the records come in. What goes to a table waits until all records have been seen,
so that all files have the same columns.
"""

from __future__ import annotations

import importlib
import io
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel.errors import MachineError, UsageError, shown
from sel.streams import bucket, compression, manifest, remote, staging
from sel.streams.atomic import Point
from sel.streams.endings import KINDS, TABLES, form
from sel.streams.json import INDENTED, written
from sel.streams.output import WRITERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST = 100_000
"""Files of a folder, so that their names have five digits."""
SMALL = 1 << 16
"""Bytes of lines that are written at once."""
WAITING = (*TABLES, ".csv", ".tsv")
"""Endings of what is written when all records have been seen."""


@dataclass(frozen=True)
class Plan:
    """Where numbered files go."""

    folder: str
    """With / at its end."""
    ending: str
    """Of each file."""
    records: int | None
    size: int | None
    """The most records of a file, or bytes of lines before they are compressed."""

    @property
    def form(self) -> str:
        """The ending that says what is in a file; nothing for plain lines."""
        return form(f"part{self.ending}")

    @property
    def lasts(self) -> bool:
        """Whether a run that was interrupted can go on."""
        return not self.form and not remote.is_url(self.folder)

    def open(self, like: Iterable[object], key: str | None) -> Shards:
        """Begin to write.

        Args:
            like: the inputs, whose types a table keeps.
            key: what the result depends on; see AtomicFile.
        """
        return Shards(self, like, key)


def planned(
    output: str | None, records: int | None, size: int | None, first: object
) -> Plan:
    """Where numbered files go, by the value of -o: a folder, or `DIR/*.ENDING`.

    Args:
        output: the value.
        records: the most of a file.
        size: the most bytes of a file.
        first: the first input, whose ending the files have unless one is given.

    Raises:
        UsageError: it does not name a folder.
    """
    folder, slash, name = (output or "").rpartition("/")
    if not slash or (name and name[0] != "*"):
        msg = "--shard-size goes with -o DIR/, or with -o 'DIR/*.parquet'"
        raise UsageError(msg)
    return Plan(f"{folder}/", name[1:] or _ending(first), records, size)


def _ending(first: object) -> str:
    name = os.path.basename(shown(first)) if isinstance(first, str) else ""
    plain = compression.plain_name(name)
    found = os.path.splitext(plain)[1]
    if found not in KINDS["records"]:
        return ".jsonl"
    return found + ("" if found in TABLES else name[len(plain) :])


class Shards:
    """Takes lines; see sel.streams.output.Output. What is written is seen when `finish`
    is told what the run did, and the run has ended.
    """

    def __init__(self, plan: Plan, like: Iterable[object], key: str | None) -> None:
        self.plan = plan
        self.path = plan.folder
        self._place: staging.Folder | bucket.Folder = (
            bucket.Folder(plan.folder)
            if remote.is_url(plan.folder)
            else staging.Folder(Path(plan.folder), key if plan.lasts else None)
        )
        self._made: Any = None
        """What lines go through, if they are not written as they are."""
        if module := WRITERS.get(plan.form):
            self._made = importlib.import_module(f"sel.streams.{module}").Table
        self._waits = plan.form in WAITING
        name = _Named(f"*{plan.ending}")
        self._table = self._made(name, like) if self._waits else None
        self._bounds: list[tuple[int, int]] = []
        """For each file of a table, where its pieces end, and its records."""
        self._entries: list[dict[str, Any]] = []
        self._held: list[bytes] = []
        self._waiting = 0
        self._file: _Shard | None = None
        self._out: Any = None
        self._records = self._size = 0
        """Of the file that is written now."""
        if key is None:
            self.start(0)

    # A run that goes on

    def points(self) -> dict[int, Point]:
        """Where a run can go on, by the number of blocks read."""
        place = self._place
        if isinstance(place, bucket.Folder):
            return {}
        points = place.manifest.points()
        if points and self._bears_out(place, points[max(points)]):
            return points
        return {}

    def _bears_out(self, place: staging.Folder, point: Point) -> bool:
        """Whether all files hold the bytes that a point vouches for."""
        number, size, crc = (int(point.counts[name]) for name in _OWN[:3])
        entries = place.entries()
        if len(entries) < number:
            return False
        for entry in entries[:number]:
            found = staging.sums(place.made / entry["name"], entry["bytes"])
            if found is None or found[0].hexdigest() != entry["sha256"]:
                return False
        path = place.made / manifest.shard(number, self.plan.ending)
        last = staging.sums(path, size) if size else (None, 0)
        return last is not None and last[1] == crc

    def start(self, blocks: int) -> Point:
        """Go on after so many blocks; 0 begins anew."""
        place = self._place
        if isinstance(place, bucket.Folder):
            return Point()
        point = place.manifest.start(blocks)
        number, size, _, records, lines = (
            int(point.counts.get(name, 0)) for name in _OWN
        )
        self._entries = place.rewound(number, self.plan.ending if size else None)
        self._records, self._size = records, lines
        if size:
            name = manifest.shard(number, self.plan.ending)
            self._file = self._out = _Shard(name, place.reopened(name, size))
            found = staging.sums(place.made / name, size)
            assert found
            self._file.sha256, self._file.crc = found
            self._file.bytes = size
        return point

    def checkpoint(self, blocks: int, counts: Mapping[str, float]) -> None:
        """Make all that was written safe, and note how far the input was read."""
        if self._waits or isinstance(self._place, bucket.Folder):
            return
        self._pass()
        file = self._file
        if file and file is self._out:
            file.end_frame()
            file.sync()
        own = len(self._entries), file.bytes if file else 0, file.crc if file else 0
        mine = dict(zip(_OWN, (*own, self._records, self._size), strict=True))
        self._place.manifest.checkpoint(blocks, {**counts, **mine})

    # Records

    def write(self, data: bytes) -> None:
        """Write whole lines, to as many files as they fill."""
        self._held.append(data)
        self._waiting += len(data)
        if self._waiting >= SMALL:
            self._pass()

    def _pass(self) -> None:
        """Write what waits, which may have come a record at a time."""
        data, self._held, self._waiting = b"".join(self._held), [], 0
        if not data:
            return
        plan = self.plan
        if plan.records is None:
            room = self._size + len(data) <= (plan.size or 0)
        else:
            room = self._records + data.count(b"\n") <= plan.records
        if room:
            self._put(data, data.count(b"\n"))
            return
        lines, at = io.BytesIO(data).readlines(), 0
        while at < len(lines):
            count = self._fitting(lines, at)
            if count:
                self._put(b"".join(lines[at : at + count]), count)
                at += count
            if at < len(lines):
                self._end()

    def _fitting(self, lines: Sequence[bytes], at: int) -> int:
        """How many lines fit into the file, which holds one at least."""
        plan, left = self.plan, len(lines) - at
        if plan.records is not None:
            return min(left, plan.records - self._records)
        room, count = (plan.size or 0) - self._size, 0
        while count < left and (
            len(lines[at + count]) <= room or not (count or self._records)
        ):
            room -= len(lines[at + count])
            count += 1
        return count

    def _put(self, data: bytes, records: int) -> None:
        if self._table is None and self._out is None:
            self._begin()
        (self._table or self._out).write(data)
        self._records += records
        self._size += len(data)

    def _begin(self) -> None:
        number = len(self._entries)
        if number >= MOST:
            msg = f"there would be more than {MOST:,} files"
            raise MachineError(f"{msg}. Try: a larger --shard-size")
        name = manifest.shard(number, self.plan.ending)
        self._file = _Shard(name, self._place.create(name))
        # Text of another kind is written as it comes; a table has waited.
        other = self._made and not self._waits
        self._out = self._made(self._file) if other else self._file

    def _end(self) -> None:
        """End the file that is written."""
        if self._table:
            self._bounds.append((self._table.cut(), self._records))
        else:
            if self._out is None:
                self._begin()
            self._close(self._records)
        self._records = self._size = 0

    def _close(self, records: int) -> None:
        assert self._file
        self._out.commit()
        entry = self._file.entry | {"records": records}
        self._entries.append(entry)
        self._place.whole(entry)
        self._file = self._out = None

    def commit(self) -> None:
        """End the last file; there is one at least."""
        self._pass()
        self._end()
        first = 0
        for last, records in self._bounds:
            self._begin()
            assert self._table
            self._table.fill(self._file, first, last)
            self._close(records)
            first = last

    def finish(self, about: Mapping[str, Any]) -> None:
        """Write the manifest, which is put in its place with the files of the run."""
        order = ("name", "records", "bytes", "sha256")
        shards = [{key: one[key] for key in order} for one in self._entries]
        sums = {key: sum(one[key] for one in shards) for key in order[1:3]}
        whole = {**about, **sums, "shards": shards}
        self._place.finish(written(whole, INDENTED) + b"\n")

    @property
    def files(self) -> list[Any]:
        """The paths of all files."""
        return [self.plan.folder + entry["name"] for entry in self._entries]

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old files; what is done is kept where a run can go on."""
        if self._file:
            self._file.drop()
        self._file = self._out = None
        self._place.abort(keep=keep)


_OWN = ("shard", "shard:bytes", "shard:crc", "shard:records", "shard:size")
"""What a point knows of the file that was written then."""


class _Named:
    """What a table asks of its file before it is written."""

    def __init__(self, path: str) -> None:
        self.path = path


class _Shard:
    """One of the files: compressed by its ending, and summed on its way.

    Args:
        name: what it is called.
        sink: takes its bytes.
    """

    def __init__(self, name: str, sink: Any) -> None:
        import hashlib

        self.path, self._sink = name, sink
        self._compressor = compression.compressor(name)
        self.sha256: Any = hashlib.sha256()
        self.bytes = self.crc = 0

    def write(self, data: bytes) -> None:
        """Compress, and write."""
        self._store(self._compressor.compress(data) if self._compressor else data)

    def end_frame(self) -> None:
        """Let all that was written be read without what follows."""
        if self._compressor:
            self._store(self._compressor.flush())

    def sync(self) -> None:
        """Make it safe."""
        self._sink.sync()

    def commit(self) -> None:
        """End the file."""
        self.end_frame()
        self._sink.close()

    def drop(self) -> None:
        """Leave it as it is."""
        with suppress(Exception):
            self._sink.close()

    @property
    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        digest = self.sha256.hexdigest()
        return {"name": self.path, "bytes": self.bytes, "sha256": digest}

    def _store(self, data: bytes) -> None:
        self._sink.write(data)
        self.sha256.update(data)
        self.crc = zlib.crc32(data, self.crc)
        self.bytes += len(data)
