"""Blocks: consecutive lines of one file, that know where they are."""

from __future__ import annotations

import io
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.values import value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sel.streams.tables import Rows

BLOCK = 1 << 19
"""Bytes of lines that are worked on at once."""


@value
class Block:
    """Consecutive whole lines of one file."""

    file: str
    line: int
    """Number of the first line in its file, from 1."""
    row: int
    """How many records (lines that are not blank) stand before it in the stream."""
    data: bytes
    cut: bool = False
    """Whether the first line is too long, and only its beginning is there."""
    form: str | None = None
    """The form that its records must go into, of sel.records.forms."""

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines, each with its end."""
        return io.BytesIO(self.data).readlines()

    def some(self, places: Sequence[int]) -> list[bytes]:
        """The lines at some places, from 0."""
        lines = self.lines if places else []
        return [lines[i] for i in places]

    def upto(self, count: int) -> Block:
        """Its first lines."""
        data = b"".join(self.lines[:count])
        return Block(self.file, self.line, self.row, data, self.cut, self.form)

    @property
    def first(self) -> bytes:
        """The first line."""
        return self.data[: self.data.find(b"\n") + 1] or self.data

    def longest(self, limit: int) -> int:
        """Bytes of the longest line, where any can be longer than `limit`."""
        if self.cut:
            return limit + 1
        if limit < BLOCK:
            return max(map(len, self.lines))
        return len(self.first)  # no other can be longer than a block

    def known(self, count: int) -> None:
        """Note that so many lines are there, none of them blank."""
        vars(self)["count"], vars(self)["blank"] = count, 0

    @cached_property
    def count(self) -> int:
        """How many lines there are."""
        if "lines" in vars(self):
            return len(self.lines)
        import numpy as np

        data = np.frombuffer(self.data, np.uint8)
        starts = np.flatnonzero(data == ord(b"\n")) + 1
        firsts = data[starts[starts < len(data)]]
        if data[0] > ord(b" ") and (firsts > ord(b" ")).all():
            vars(self)["blank"] = 0
        return 1 + len(firsts)

    @cached_property
    def blank(self) -> int:
        """How many lines are blank."""
        return sum(map(bytes.isspace, self.lines))

    def __reduce__(self) -> tuple[Any, ...]:
        from pickle import PickleBuffer

        data = PickleBuffer(self.data)
        return Block, (self.file, self.line, self.row, data, self.cut, self.form)


class Tabular(Block):
    """Rows of a table as a block; its lines are made when they are asked for."""

    rows: Rows

    def __init__(
        self, file: str, line: int, row: int, rows: Rows, form: str | None
    ) -> None:
        vars(self).update(file=file, line=line, row=row, rows=rows, form=form)
        self.known(len(rows))

    @cached_property
    def data(self) -> bytes:
        """The lines as one."""
        return b"".join(self.lines)

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines, each with its end."""
        return self.rows.lines(range(len(self.rows)))

    def some(self, places: Sequence[int]) -> list[bytes]:
        """The lines at some places, from 0."""
        there = "lines" in vars(self)
        return super().some(places) if there else self.rows.lines(places)

    @property
    def first(self) -> bytes:
        """The first line."""
        return self.some([0])[0]

    def longest(self, limit: int) -> int:
        """Bytes of the longest line, where any can be longer than `limit`."""
        most = self.rows.most
        return most if most <= limit else max(map(len, self.lines))


def pieces_of(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Cut after every `size` bytes, however chunks fall."""
    held: list[bytes] = []
    room = size
    for chunk in chunks:
        at = 0
        while len(chunk) - at >= room:
            yield b"".join((*held, chunk[at : at + room]))
            held, at, room = [], at + room, size
        if at < len(chunk):
            held.append(chunk[at:])
            room -= len(held[-1])
    if held:
        yield b"".join(held)


def whole_lines(
    pieces: Iterator[bytes], limit: int, *, whole: bool = True
) -> Iterator[tuple[bytes, bool]]:
    """The lines that end in each piece, and whether the first of them was cut.

    A line may have more pieces; of one that is longer than `limit` only the beginning
    is held, so that no line fills the memory. The last may lack its end if the pieces
    are `whole`; else its rest is in others.
    """
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            rest = piece[piece.find(b"\n") : end] if size > limit else piece[:end]
            yield b"".join((*held, rest)) if held else rest, size > limit
            held = [piece[end:]] if end < len(piece) else []
            size = len(piece) - end
            continue
        size += len(piece)
        held.append(piece)
        if size > limit:
            del held[2:]
    if size and whole:
        yield b"".join(held), size > limit
