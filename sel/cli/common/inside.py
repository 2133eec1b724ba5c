"""Vectors that stand in the records themselves: `--vectors @FIELD`."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError
from sel.streams import fields
from sel.streams.records import BadRecord, parse

if TYPE_CHECKING:
    from sel.cli.call import Call
    from sel.streams.lines import Stream
    from sel.streams.npy import Matrix
    from sel.streams.records import Parsed
    from sel.types import Vectors

NUMBERS = {int, float, type(None)}


class Inside:
    """Reads vectors from a field: a list of numbers, or base64 of float32.

    A null, in the place of a number or of all, is NaN. All vectors have as many
    numbers as the first, or as the matrix that they are compared with.
    """

    def __init__(self, path: str) -> None:
        self.name = f"@{path}"
        self.dim = 0
        self._finder = fields.value(path)

    def expect(self, other: Matrix) -> None:
        """Take the columns of a matrix.

        Raises:
            DataError: another had other columns.
        """
        if self.dim not in (0, other.dim):
            msg = (
                f"{other.name} has {other.dim} columns and not {self.dim}."
                " Try: targets that were embedded in the same way"
            )
            raise DataError(msg)
        self.dim = other.dim

    def rows(self, parsed: Parsed) -> Vectors:
        """The vectors of a block, shape (n, d); a record without one is set aside."""
        values = parsed.column(self._finder)
        if not self.dim:
            self.dim = next(filter(None, map(_size, values)), 0)
        rows = np.full((len(values), self.dim), np.nan, np.float32)
        bad: dict[int, BadRecord] = {}
        with np.errstate(over="ignore"):  # what float32 cannot hold is infinite
            for i, value in enumerate(values):
                try:
                    if value is not None:
                        rows[i] = self._vector(value)
                except BadRecord as why:
                    bad[i] = why
        if bad:
            parsed.reject(bad.items())
            rows = np.delete(rows, list(bad), axis=0)
        return rows

    def matrix(self, call: Call, stream: Stream) -> Matrix:
        """The vectors of a whole stream, held in memory; NaN where there is none.

        A row is that of the record's _row, or of its place.

        Raises:
            DataError: a vector cannot be read, where bad lines are to fail.
        """
        from sel.cli.common import matrices
        from sel.streams.npy import Matrix

        parts, size = [], 0
        for block in call.blocks(stream, "reading vectors"):
            parsed = parse(block, stream.max_line)
            before = len(parsed.rejects)
            rows = self.rows(parsed)
            for bad in parsed.rejects[before:] if call.reading.fail else ():
                msg = f"{bad.file}:{bad.line}: {bad.message}"
                raise DataError(msg)
            places, how = matrices.places_of(parsed)
            whole = block.row + len(block.lines) - parsed.blank
            if how == matrices.BY_ROW:
                whole = int(places.max(initial=-1)) + 1
            size = max(size, whole)
            parts.append((places, rows))
        found = np.full((size, self.dim), np.nan, np.float32)
        for places, rows in parts:
            found[places] = rows
        return Matrix(self.name, found, {})

    def _vector(self, value: Any) -> Any:
        """The numbers of a vector, as many as there should be."""
        try:
            found = _numbers(value)
        except ValueError as error:
            msg = f"{self.name[1:]!r} is no vector: {error}"
            raise BadRecord("field-type", msg) from None
        if len(found) != self.dim:
            msg = f"{self.name[1:]!r} has {len(found)} numbers, not {self.dim}"
            raise BadRecord("field-type", msg)
        return found


def _numbers(value: Any) -> Any:
    """The numbers of a list or of base64.

    Raises:
        ValueError: there are none.
    """
    if isinstance(value, str):
        return np.frombuffer(binascii.a2b_base64(value, strict_mode=True), "<f4")
    if not isinstance(value, list) or not value or set(map(type, value)) - NUMBERS:
        msg = "neither a list of numbers nor base64 of float32"
        raise ValueError(msg)
    return value


def _size(value: Any) -> int:
    """How many numbers a vector has; 0 if it is none."""
    try:
        return len(_numbers(value))
    except ValueError:
        return 0
