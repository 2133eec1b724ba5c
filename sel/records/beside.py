"""Vectors of records: in a matrix beside them, or in a field of theirs."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError, UsageError
from sel.maths.matrices.vectors import usable
from sel.records.faults import BadRecord
from sel.records.fields import Wanted, value
from sel.records.projection import Projection
from sel.streams import npy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.ledger import Ledger
    from sel.records.passes import Reader
    from sel.records.projection import Part
    from sel.streams.lines import Source, Stream
    from sel.streams.npy import Matrix
    from sel.types import Vectors

BY_ROW, BY_PLACE = "rows by _row", "rows by place"
BY_FIELD = "rows in the records"
NUMBERS = {int, float, type(None)}
COLUMN = "vectors"
"""What the column of vectors in records is called."""


class Beside:
    """A matrix whose rows are those of the records, by `_row` or by place."""

    wanted: dict[str, Wanted]

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.name = matrix.name
        self.wanted = {}

    def rows(self, part: Part) -> Vectors:
        """The vectors of a block's records, shape (n, d).

        Raises:
            DataError: a record is a row that the matrix does not have.
        """
        check_within(part, self.matrix)
        return self.matrix.take(np.array(part.rows, np.int64))  # type: ignore[no-any-return]

    def like(self, theirs: Matrix, *, check: bool) -> None:
        """Refuse a matrix of other columns, or with `check` one made in another way."""
        npy.check_like(self.matrix, theirs, cards=check)

    def how(self, ledger: Ledger) -> str:
        """How rows were found."""
        return BY_ROW if ledger.rows else BY_PLACE if ledger.rows is not None else ""

    def check(self, ledger: Ledger) -> None:
        """Where rows are known by place alone, there must be as many records."""
        check_count(self.matrix.name, len(self.matrix), ledger)


def check_within(part: Part, *matrices: Matrix) -> None:
    """Refuse a row that a matrix does not have."""
    last = max(part.rows, default=-1)
    if any(last >= len(matrix) for matrix in matrices):
        check_rows(part.block.file, last, *matrices)


def check_rows(file: str, last: int, *matrices: Matrix) -> None:
    """Refuse the last row of records if a matrix does not have it."""
    for matrix in matrices:
        if last >= len(matrix):
            msg = (
                f"{file}: a record is row {last:,}, and {matrix.name} has"
                f" {len(matrix):,} rows. Try: embed these records again"
            )
            raise DataError(msg)


def check_count(name: str, rows: int, ledger: Ledger) -> None:
    """Where rows are known by place alone, there must be as many records."""
    records = ledger.records + ledger.rejected
    if ledger.rows is False and not ledger.partial:
        check_equal(name, rows, records)


def check_equal(name: str, rows: int, records: int) -> None:
    """Refuse a matrix of more or fewer rows than there are records."""
    if records != rows:
        msg = (
            f"there are {records:,} records and {rows:,} rows in {name}."
            " Try: records with a _row, from sel embed --records"
        )
        raise DataError(msg)


class Inside:
    """Vectors in a field: lists of numbers, or base64 of float32.

    A null, in the place of a number or of all, is NaN. All vectors have as many
    numbers as the first, or as the matrix that they are compared with.
    """

    def __init__(self, path: str) -> None:
        self.name = f"@{path}"
        self.dim = 0
        self._path = path
        self.wanted = {COLUMN: value(path).then(self._vector)}

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

    def like(self, theirs: Matrix, *, check: bool) -> None:
        """Take the columns of a target."""
        del check
        self.expect(theirs)

    def rows(self, part: Part) -> Vectors:
        """The vectors of a block's records, shape (n, d)."""
        rows = np.full((len(part), self.dim), np.nan, np.float32)
        with np.errstate(over="ignore"):  # what float32 cannot hold is infinite
            for i, vector in enumerate(part[COLUMN]):
                if vector is not None:
                    rows[i] = vector
        return rows

    def how(self, ledger: Ledger) -> str:
        """How rows were found."""
        return BY_FIELD if ledger.records else ""

    def check(self, ledger: Ledger) -> None:
        """Nothing: each record has its own."""

    def matrix(self, reader: Reader, stream: Stream) -> Matrix:
        """The vectors of a whole stream, held in memory; NaN where there is none.

        A row is that of the record's _row, or of its place.

        Raises:
            DataError: a vector cannot be read, where bad lines are to fail.
        """
        parts, size = [], 0
        ledger = reader.ledger()
        want = Projection(self.wanted, row=True)
        for part in reader.parts(stream, want, ledger, "reading vectors"):
            rows = np.array(part.rows, np.int64)
            end = part.block.row + len(part) + len(part.rejects)
            size = max(size, int(rows.max(initial=-1)) + 1 if part.said else end)
            parts.append((rows, self.rows(part)))
        found = np.full((size, self.dim), np.nan, np.float32)
        for rows, vectors in parts:
            if vectors.shape[1]:  # else there was none yet, and they are unknown
                found[rows] = vectors
        return npy.Matrix(self.name, found, {})

    def _vector(self, said: Any) -> Any:
        """The numbers of a vector, as many as there should be."""
        if said is None:
            return None
        try:
            vector = _numbers(said)
        except ValueError as error:
            msg = f"{self._path!r} is not a vector: {error}"
            raise BadRecord("field-type", msg) from None
        self.dim = self.dim or len(vector)
        if len(vector) != self.dim:
            msg = f"{self._path!r} has {len(vector)} numbers, not {self.dim}"
            raise BadRecord("field-type", msg)
        return vector


def _numbers(said: Any) -> Any:
    """The numbers of a list or of base64.

    Raises:
        ValueError: there are none.
    """
    if isinstance(said, str):
        return np.frombuffer(binascii.a2b_base64(said, strict_mode=True), "<f4")
    if not isinstance(said, list) or not said or set(map(type, said)) - NUMBERS:
        msg = "neither a list of numbers nor base64 of float32"
        raise ValueError(msg)
    return said


def opened(vectors: str) -> Beside | Inside:
    """What --vectors names: a matrix beside the records, or a field in them."""
    return Inside(vectors[1:]) if vectors[:1] == "@" else Beside(npy.read(vectors))


def files(*vectors: str | None) -> list[str]:
    """The files that options such as --vectors name."""
    return [path for path in vectors if path and path[:1] != "@"]


def targets(paths: list[str], ours: Beside | Inside, *, check: bool) -> list[Vectors]:
    """All rows of each target, shape (t, d)."""
    return [target(npy.read(path), ours, check=check) for path in paths]


def target(theirs: Matrix, ours: Beside | Inside, *, check: bool) -> Vectors:
    """All rows of a target; vectors in records must have as many numbers.

    Raises:
        DataError: it is unlike ours, or a row cannot be used.
    """
    ours.like(theirs, check=check)
    rows = np.asarray(theirs.rows, np.float32)
    bad = np.flatnonzero(~usable(rows))
    if len(bad) or not len(rows):
        what = f"row {bad[0]} is zero or not finite" if len(bad) else "no rows"
        msg = f"{theirs.name} cannot be a target: {what}"
        raise DataError(msg)
    return rows


def labelled(
    reader: Reader, vectors: str, records: Source, label: str
) -> tuple[Matrix, list[Any]]:
    """The vectors of an input's records, shape (t, d), and their labels.

    Raises:
        DataError: a record lacks a vector or a label, or there are no records.
    """
    source = opened(vectors)
    labels: list[Any] = []
    parts = []
    for part in _labelled_parts(reader, source, records, label):
        parts.append(np.asarray(source.rows(part), np.float32))
        labels += part["label"]
    if not parts:
        msg = f"{records} holds no records to be like"
        raise DataError(msg)
    card = source.matrix.card if isinstance(source, Beside) else {}
    return npy.Matrix(source.name, np.concatenate(parts), card), labels


def _labelled_parts(
    reader: Reader, source: Beside | Inside, records: Source, label: str
) -> Iterator[Part]:
    from sel.records.ledger import STRICT, Ledger

    def plain(said: Any) -> Any:
        if type(said) in (str, int, float, bool):
            return said
        msg = f"{label!r} is not a label. Try: a string, a number, true or false"
        raise BadRecord("field-type", msg)

    ledger = Ledger(STRICT)
    ledger.strict_rows = True
    want = Projection({**source.wanted, "label": value(label).then(plain)}, row=True)
    yield from reader.parts(reader.stream([records]), want, ledger)
    source.check(ledger)


def no_vectors(path: str) -> UsageError:
    """What is said where vectors must be in a file."""
    return UsageError(f"{path} names a field. Try: --vectors FILE.npy")
