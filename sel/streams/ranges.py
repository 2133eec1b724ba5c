"""Shards of inputs: which blocks of which files one of several runs reads.

A plain file of lines is cut where its blocks are cut, so that a shard has the very
blocks that a run over all has; Parquet is cut between row groups. What cannot be cut,
as a compressed file, is read whole by the shard that its beginning belongs to.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO

from sel.errors import UsageError, shown
from sel.streams.blocks import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BOM = b"\xef\xbb\xbf"


class Uncounted(Exception):
    """It matters how many records stand before a shard, and this is not known."""


class Ranged(str):
    """The path of a file, and which of its blocks are read.

    Args:
        path: of the file; what its folders say of its records is kept.
        first: the first block, from 0.
        last: the one after the last; None for all that follow.
    """

    fields: Mapping[str, Any]
    earlier: Sequence[str] | None
    """The inputs, and ranges of them, that stand before it in the stream; None where
    that is no longer known."""
    lines: int
    """How many lines of the file stand before; 0 where nobody has counted."""
    row: int | None
    """How many records of the stream stand before; None where nobody has counted."""

    def __new__(cls, path: str, first: int = 0, last: int | None = None) -> Ranged:
        """A path with a range."""
        made = super().__new__(cls, path)
        made.first, made.last = first, last
        made.fields = getattr(path, "fields", {})
        made.earlier, made.lines, made.row = (), 0, None
        return made

    first: int
    last: int | None

    @property
    def cut(self) -> bool:
        """Whether it is less than the file."""
        return bool(self.first) or self.last is not None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to read."""
        return self.last is not None and self.last <= self.first


class Division:
    """How the inputs are cut into shards; each file is looked at once.

    Args:
        sources: files, in the order of the stream.
        sizes: how many blocks each has, where they are not lines.

    Raises:
        UsageError: an input is not a file.
    """

    def __init__(
        self, sources: Sequence[Any], sizes: Sequence[int] | None = None
    ) -> None:
        self._sources = sources
        self._sizes = sizes or [_blocks(source) for source in sources]
        self._starts = [*accumulate(map(abs, self._sizes), initial=0)]
        self.blocks = self._starts[-1]
        """How many blocks the inputs have, about."""

    def shard(self, number: int, of: int, *, earlier: bool = True) -> list[Ranged]:
        """The inputs of a shard, each about as large; one at least.

        Args:
            number: of the shard, from 1.
            of: how many shards there are.
            earlier: whether the first says what stands before it.
        """
        start, end = self.blocks * (number - 1) // of, self.blocks * number // of
        found: list[Ranged] = []
        i = max(bisect_right(self._starts, start) - 1, 0)
        while i < len(self._sources) and self._starts[i] < end:
            one = self._part(i, start - self._starts[i], end - self._starts[i])
            if one and not found:
                before = [Ranged(one, 0, one.first)] if one.first else []
                one.earlier = (*self._sources[:i], *before) if earlier else None
            found += [one] if one else []
            i += 1
        return found or [Ranged(self._sources[0], 0, 0)]

    def _part(self, i: int, start: int, end: int) -> Ranged | None:
        """What a shard has of a file, by its blocks; None if that is nothing."""
        source, size = self._sources[i], self._sizes[i]
        first, last = max(start, 0), min(end, abs(size))
        if size < 0:  # it is read by the shard that its beginning belongs to
            return Ranged(source) if start <= 0 < end else None
        return Ranged(source, first, None if last == size else last)


def _blocks(source: Any) -> int:
    """How many blocks a file has; less than 0 if it cannot be cut."""
    from sel.streams import lines

    if not isinstance(source, str) or source == lines.STDIN:
        msg = f"{lines.name(source)} cannot be split into shards. Try: a file"
        raise UsageError(msg)
    with lines.opened(source) as file:
        if not lines.is_regular(file):
            msg = f"{shown(source)} is not a file, and cannot be split into shards"
            raise UsageError(msg)
        count = blocks(file)
        if lines.is_parquet(source):
            from sel.streams import parquet

            return count if parquet.units(file) > 1 else -count
        plain = lines.is_plain(source, _exactly(file, BLOCK))
    return count if plain else -count


def blocks(file: BinaryIO) -> int:
    """How many blocks the bytes of a file are; it is at its beginning then."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return max(-(-size // BLOCK), 1)


def pieces(source: Ranged, file: BinaryIO, size: int) -> Iterator[bytes]:
    """The bytes of a range, cut where those of the file are cut.

    What a line of the first piece has in pieces before stands in front.
    """
    at, head = source.first, b""
    while at and not head:
        at -= 1
        file.seek(at * size)
        head = _exactly(file, size)
        tail = head[head.rfind(b"\n") + 1 :]
        if len(tail) < len(head):
            head = tail
            break
        head = b"" if at else head.removeprefix(BOM)
    first = at + 1 if source.first else 0
    file.seek(first * size)
    rest: Iterator[bytes] = iter(lambda: _exactly(file, size), b"")
    count = None if source.last is None else max(source.last - first, 0)
    yield from chain([head] if head else [], islice(rest, count))


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size) or b""
    while 0 < len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data
