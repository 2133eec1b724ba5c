"""A small language of conditions over the fields of a record.

Python's own parser reads it; only what is listed here is understood, and nothing of
it is ever run as Python: each piece becomes a function of columns of fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

from sel.maths.expression import reading
from sel.maths.expression.columns import FLOAT, Block, checking, passed
from sel.maths.expression.nodes import Node
from sel.maths.expression.reading import FUNCTIONS, Need
from sel.maths.expression.values import (
    MISSING,
    Null,
    Path,
    Unjudged,
    at,
    gathered,
    truth,
)

__all__ = [
    "FUNCTIONS",
    "MISSING",
    "Expression",
    "Judged",
    "Need",
    "Path",
    "Unjudged",
    "Valued",
    "at",
    "compiled",
    "gathered",
    "numeric",
    "parsed",
]

Record = Mapping[str, Any]
Columns = Mapping[Path, list[Any]]


@dataclass(frozen=True)
class Judged:
    """For which records a condition holds.

    Args:
        holds: for each record; false where it cannot be judged.
        why: the trouble with each record that cannot be judged.
    """

    holds: list[bool]
    why: dict[int, Unjudged]


@dataclass(frozen=True)
class Valued:
    """The numbers that an expression gives.

    Args:
        values: for each record; NaN for a null, and where there is not a number.
        why: the trouble with each record for which there is not a number.
    """

    values: list[float]
    why: dict[int, Unjudged]


@dataclass(frozen=True)
class Expression:
    """An expression, as it was read.

    Args:
        text: as it was written.
        needs: the fields it reads, and how: "present" where it only asks whether the
            field is there, "optional" where there is always another value, "needed"
            where a record that lacks it may not be judged.
    """

    text: str
    needs: Mapping[Path, Need]
    _root: Node

    @property
    def paths(self) -> tuple[Path, ...]:
        """The fields it reads."""
        return tuple(self.needs)

    def judge(self, columns: Columns, n: int) -> Judged:
        """Whether the condition holds, for each of n records.

        Args:
            columns: for each path, a value of each record, or MISSING.
            n: how many records there are.
        """
        block = Block(columns, n)
        true = checking(lambda value: truth(value, self.text), {bool})
        found = passed(block, true, self._root.over(block, block.rows))
        return Judged(_spread(found.rows, found.values, n, other=False), block.why)

    def values(self, columns: Columns, n: int) -> Valued:
        """The numbers that the expression gives, for each of n records.

        Args:
            columns: as for judge.
            n: how many records there are.
        """
        block = Block(columns, n)
        found = FLOAT.on(block, self._root.over(block, block.rows))
        values = _spread(found.rows, found.values, n, other=nan)
        why = {row: why for row, why in block.why.items() if type(why) is not Null}
        return Valued(values, why)


def _spread(rows: Any, values: list[Any], n: int, *, other: Any) -> list[Any]:
    """Values for all records, from those of some."""
    if len(rows) == n:
        return values
    whole = [other] * n
    for row, value in zip(rows, values):
        whole[row] = value
    return whole


def parsed(text: str) -> Expression:
    """Read an expression.

    Raises:
        UsageError: the text is not an expression.
    """
    root, needs = reading.read(text)
    return Expression(text, needs, root)


def compiled(text: str) -> Callable[[Record], bool]:
    """The condition as a function of a record.

    Raises:
        UsageError: the text is not a condition.
    """
    expression = parsed(text)

    def holds(record: Record) -> bool:
        found = expression.judge(_single(record, expression.paths), 1)
        if found.why:
            raise found.why[0]
        return found.holds[0]

    return holds


def numeric(text: str) -> Callable[[Record], float]:
    """A field, or a sum or the like of fields, as a number; NaN where one is null.

    Raises:
        UsageError: the text is not an expression.
    """
    expression = parsed(text)

    def value(record: Record) -> float:
        found = expression.values(_single(record, expression.paths), 1)
        if found.why:
            raise found.why[0]
        return found.values[0]

    return value


def _single(record: Record, paths: tuple[Path, ...]) -> Columns:
    return {path: [at(record, path)] for path in paths}
