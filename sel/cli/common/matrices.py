"""Matrices beside the records: which row is whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import blocks
from sel.cli.common.inside import Inside
from sel.errors import DataError, UsageError
from sel.maths.matrices.vectors import usable
from sel.streams import npy
from sel.streams.lines import STDIN

if TYPE_CHECKING:
    from sel.streams.npy import Matrix
    from sel.streams.records import Parsed
    from sel.types import Vectors

BY_ROW, BY_PLACE = "rows by _row", "rows by place"
BY_FIELD = "rows in the records"


def matrix(*, vectors: str) -> str:
    """Vectors.

    Args:
        vectors: matrix of the records (.npy), by _row or place; or @FIELD of theirs.
    """
    return vectors


def read(vectors: str) -> Matrix | Inside:
    """What --vectors names: a matrix beside the records, or a field in them."""
    return Inside(vectors[1:]) if vectors[:1] == "@" else npy.read(vectors)


def files(vectors: str) -> list[str]:
    """The files that --vectors names."""
    return [] if vectors[:1] == "@" else [vectors]


def whole(*, vectors: str) -> str:
    """Vectors.

    Args:
        vectors: matrix (.npy); its rows are numbered from 0.
    """
    return vectors


def likeness(*, target_vectors: list[str] | None = None) -> list[str]:
    """Targets.

    Args:
        target_vectors: matrix to be like (.npy); several give a field each.
    """
    if not target_vectors:
        msg = "give --target-vectors FILE.npy, the vectors to be like"
        raise UsageError(msg)
    return list(target_vectors)


def checking(*, card_check: bool = True) -> bool:
    """Cards.

    Args:
        card_check: refuse matrices that were not made in the same way.
    """
    return card_check


def targets(paths: list[str], ours: Matrix | Inside, *, check: bool) -> list[Vectors]:
    """All rows of each target, shape (t, d)."""
    return [target(npy.read(path), ours, check=check) for path in paths]


def target(theirs: Matrix, ours: Matrix | Inside, *, check: bool) -> Vectors:
    """All rows of a target; vectors in records must have as many numbers.

    Raises:
        DataError: it is unlike ours, or a row cannot be used.
    """
    if isinstance(ours, Inside):
        ours.expect(theirs)
    else:
        npy.check_like(ours, theirs, cards=check)
    rows = np.asarray(theirs.rows, np.float32)
    bad = np.flatnonzero(~usable(rows))
    if len(bad) or not len(rows):
        what = f"row {bad[0]} is zero or not finite" if len(bad) else "no rows"
        msg = f"{theirs.name} cannot be a target: {what}"
        raise DataError(msg)
    return rows


def rows_of(parsed: Parsed, matrix: Matrix | Inside) -> tuple[Any, str]:
    """The rows of a block's records, shape (n, d), and how they were found.

    Records whose own vector cannot be read are set aside.

    Raises:
        DataError: some records say their row and some do not, or it is not there.
    """
    if isinstance(matrix, Inside):
        return matrix.rows(parsed), BY_FIELD
    places, how = places_of(parsed)
    check_within(parsed, places, matrix)
    return matrix.take(places), how


def places_of(parsed: Parsed) -> tuple[Any, str]:
    """The numbers of the rows of a block's records, shape (n,), and how they are known.

    Raises:
        DataError: some records say their row and some do not.
    """
    if not parsed.records:
        return np.empty(0, np.int64), ""
    said = sum(blocks.ROW in record for record in parsed.records)
    if said not in (0, len(parsed.records)):
        msg = f"{parsed.file}: some records have a _row and some have none"
        raise DataError(msg)
    places = np.array(blocks.rows(parsed), np.int64)
    return places, BY_ROW if said else BY_PLACE


def check_within(parsed: Parsed, places: Any, matrix: Matrix) -> None:
    """Refuse a row that the matrix does not have."""
    if places.max(initial=-1) >= len(matrix):
        msg = (
            f"{parsed.file}: a record is row {places.max():,}, and {matrix.name} has"
            f" {len(matrix):,} rows. Try: embed these records again"
        )
        raise DataError(msg)


def check_count(matrix: Matrix | Inside, shape: str, records: int) -> None:
    """Where rows are known by place alone, there must be as many records."""
    if isinstance(matrix, Inside):
        return
    if shape == BY_PLACE and records != len(matrix):
        msg = (
            f"there are {records:,} records and {len(matrix):,} rows in {matrix.name}."
            " Try: records with a _row, from sel embed --records"
        )
        raise DataError(msg)


def check_standard_input(paths: list[str], files: list[str]) -> None:
    """Refuse to read two things from standard input."""
    if [*paths, *(files or [STDIN])].count(STDIN) > 1:
        msg = "standard input (-) can be read only once"
        raise UsageError(msg)
