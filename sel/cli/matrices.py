"""Matrices beside the records: which row is whose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli import blocks
from sel.errors import DataError, UsageError
from sel.maths.vectors import usable
from sel.streams import npy
from sel.streams.lines import STDIN

if TYPE_CHECKING:
    from sel.streams.npy import Matrix
    from sel.streams.records import Parsed
    from sel.types import Vectors

BY_ROW, BY_PLACE = "rows by _row", "rows by place"


def vectors(
    *, vectors: str, target_vectors: list[str] | None = None, card_check: bool = True
) -> Given:
    """Vectors.

    Args:
        vectors: matrix of the records (.npy); their _row, or their place, is the row.
        target_vectors: matrix to be like; several give a field each.
        card_check: refuse matrices that were not made in the same way.
    """
    if not target_vectors:
        msg = "give --target-vectors FILE.npy, the vectors to be like"
        raise UsageError(msg)
    return Given(vectors, list(target_vectors), card_check)


@dataclass(frozen=True)
class Given:
    """Which matrices."""

    path: str
    targets: list[str]
    check: bool

    def matrix(self) -> Matrix:
        """The vectors of the records."""
        return npy.read(self.path)

    def target_rows(self, ours: Matrix) -> list[Vectors]:
        """All rows of each target.

        Raises:
            DataError: they are unlike ours, or some cannot be used.
        """
        found = []
        for path in self.targets:
            theirs = npy.read(path)
            if self.check or ours.dim != theirs.dim:
                npy.check_cards(ours, theirs)
            rows = np.asarray(theirs.rows, np.float32)
            bad = np.flatnonzero(~usable(rows))
            if len(bad) or not len(rows):
                what = f"row {bad[0]} is zero or not finite" if len(bad) else "no rows"
                msg = f"{theirs.name} cannot be a target: {what}"
                raise DataError(msg)
            found.append(rows)
        return found

    def names(self) -> list[str]:
        """What the targets are called, if there are several."""
        if len(self.targets) == 1:
            return []
        named = [Path(path).name.partition(".")[0] for path in self.targets]
        if len(set(named)) < len(named):
            msg = f"several targets need names of their own: {', '.join(named)}"
            raise UsageError(msg)
        return named


def rows_of(parsed: Parsed, matrix: Matrix) -> tuple[Any, str]:
    """The rows of a block's records, shape (n, d), and how they were found.

    Raises:
        DataError: some records say their row and some do not, or it is not there.
    """
    said = sum(blocks.ROW in record for record in parsed.records)
    if said not in (0, len(parsed.records)):
        msg = f"{parsed.file}: some records have a _row and some have none"
        raise DataError(msg)
    places = np.array(blocks.rows(parsed), np.int64)
    if len(places) and (places.max() >= len(matrix) or places.min() < 0):
        worst = int(places.max() if places.min() >= 0 else places.min())
        msg = (
            f"{parsed.file}: a record is row {worst:,}, and {matrix.name} has"
            f" {len(matrix):,} rows. Try: embed these records again"
        )
        raise DataError(msg)
    return matrix.rows[places], BY_ROW if said else BY_PLACE


def check_count(matrix: Matrix, shape: str, records: int) -> None:
    """Where rows are known by place alone, there must be as many records."""
    if shape == BY_PLACE and records != len(matrix):
        msg = (
            f"there are {records:,} records and {len(matrix):,} rows in {matrix.name}."
            " Try: records with a _row, from sel embed --records"
        )
        raise DataError(msg)


def of_standard_input(given: Given, files: list[str]) -> None:
    """Refuse to read two things from standard input."""
    if [given.path, *given.targets, *(files or [STDIN])].count(STDIN) > 1:
        msg = "standard input (-) can be read only once"
        raise UsageError(msg)
