"""Fields that rank records together: what `pick committee` and `fuse` read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import OptionError, UsageError
from sel.maths.ranking.ranks import ranks
from sel.options.scores import Voters
from sel.options.writing import Explaining
from sel.records import computed, fields
from sel.records.table import collected
from sel.runs import pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.records.ledger import Ledger
    from sel.records.table import Table
    from sel.request import Request
    from sel.streams.lines import Stream


class Ballots:
    """The scores of all records in each field.

    Args:
        request: says which fields, and which way.
        stream: is read once.
        ledger: counts.
        groups: more fields, whose values are numbered.
    """

    def __init__(
        self, request: Request, stream: Stream, ledger: Ledger, groups: Sequence[str]
    ) -> None:
        parts = request[Voters].parts
        self.names = [name for name, _, _ in parts]
        self.weights = np.array([weight for _, weight, _ in parts])
        """(voters,)."""
        self.groups = list(groups)
        row = explained(request) is not None
        read = pool.parts(
            request, stream, wanted(request, groups), ledger, "reading", row=row
        )
        self.table: Table = collected(read, numbers=self.names, codes=self.groups)
        signs = [sign for _, _, sign in parts]
        columns = [
            sign * self.table[name]
            for name, sign in zip(self.names, signs, strict=True)
        ]
        self.scores: Any = np.stack(columns, axis=1)
        """(n, voters), higher is better; NaN where there is none."""

    @property
    def codes(self) -> Any:
        """The numbers of the values of the groups, (n, groups)."""
        columns = [self.table[name] for name in self.groups]
        return np.array(columns, np.int64).reshape(len(columns), len(self.table)).T

    def standing(self, row: int) -> tuple[int, str]:
        """The place of a record in the table, and its rank in each field, in words.

        Raises:
            UsageError: no record has that row.
        """
        places = np.flatnonzero(self.table.rows == row)
        if not len(places):
            msg = f"the records have no row {row:,}. Try: its _row, or its place"
            raise UsageError(msg)
        place, size = int(places[0]), len(self.scores)
        stand = ", ".join(
            f"{name} {ranks(column, 'min')[place]:,.0f} of {size:,}"
            if np.isfinite(column[place])
            else f"{name} null"
            for name, column in zip(self.names, self.scores.T, strict=True)
        )
        return place, stand


def wanted(request: Request, groups: Sequence[str]) -> dict[str, Any]:
    """What is asked of each record."""
    numbers = {name: computed.number(name) for name in request[Voters].names}
    return numbers | {name: fields.name(name) for name in groups}


def explained(request: Request) -> int | None:
    """The row that --explain asks for."""
    asked = request[Explaining].explain
    if asked is not None and not asked.isdecimal():
        raise OptionError("explain", "the number of a row, from 0", asked)
    return None if asked is None else int(asked)
