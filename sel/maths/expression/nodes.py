"""The pieces of an expression, each of which gives a column for some records.

A record that a piece cannot judge is noted, and no later piece is asked about it. A
piece on the right of `and` or `or` is asked only about records still undecided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from operator import not_
from typing import Any, Protocol

from sel.maths.expression import columns as work
from sel.maths.expression.columns import Block, Column, Work, flags, passed
from sel.maths.expression.values import MISSING, Absent, Path, lacking


class Node(Protocol):
    """A piece of an expression."""

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        """Its values for some records; those that cannot be judged are left out."""
        ...


@dataclass(frozen=True)
class Constant:
    """The same value for all."""

    value: Any

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        del block
        return Column(rows, [self.value] * len(rows), {type(self.value)})


@dataclass(frozen=True)
class Field:
    """A field, which must be there."""

    path: Path

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        column = block.field(self.path, rows)
        if Absent not in column.kinds:
            return column
        for row, value in zip(rows, column.values):
            if value is MISSING:
                block.refuse(row, lacking(self.path))
        return block.field(self.path, block.judged(rows))


@dataclass(frozen=True)
class Has:
    """Whether a field is there."""

    path: Path

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        column = block.field(self.path, rows)
        if Absent not in column.kinds:
            return Column(rows, [True] * len(rows), work.BOOL)
        found = [value is not MISSING for value in column.values]
        return Column(rows, found, work.BOOL)


@dataclass(frozen=True)
class Get:
    """A field, or another value where it is not there."""

    path: Path
    other: Node

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        column = block.field(self.path, rows)
        if Absent not in column.kinds:
            return column
        absent = [row for row, v in zip(rows, column.values) if v is MISSING]
        other = self.other.over(block, absent)
        known = dict(zip(other.rows, other.values))
        found = [
            known[row] if value is MISSING else value
            for row, value in zip(rows, column.values)
            if value is not MISSING or row in known
        ]
        kinds = (column.kinds - {Absent}) | other.kinds
        return Column(block.judged(rows), found, kinds)


@dataclass(frozen=True)
class Listed:
    """A list of terms."""

    terms: tuple[Node, ...]

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        found = _all(block, rows, self.terms)
        rows = found[-1].rows
        values = [list(one) for one in zip(*[column.values for column in found])]
        return Column(rows, values, {list})


@dataclass(frozen=True)
class Call:
    """Something that is done to the values of all its terms."""

    terms: tuple[Node, ...]
    work: Work

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        return self.work.on(block, *_all(block, rows, self.terms))


@dataclass(frozen=True)
class Sum:
    """Arithmetic; the left must be a number before the right is looked at."""

    left: Node
    right: Node
    work: Work

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        left = passed(block, work.NUMBER, self.left.over(block, rows))
        right = passed(block, work.NUMBER, self.right.over(block, left.rows))
        return self.work.on(block, left.at(right.rows), right)


@dataclass(frozen=True)
class Not:
    """The opposite."""

    term: Node
    truth: Work

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        rows, values, kinds = passed(block, self.truth, self.term.over(block, rows))
        return Column(rows, list(map(not_, values)), kinds)


@dataclass(frozen=True)
class Chain:
    """Comparisons in a row, of which each is made where those before it hold."""

    first: Node
    pairs: tuple[tuple[Work, Node], ...]

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        left = self.first.over(block, rows)
        for test, term in self.pairs:
            right = term.over(block, left.rows)
            found = test.on(block, left.at(right.rows), right)
            if len(self.pairs) == 1:
                return found
            left = right.at(list(compress(found.rows, found.values)))
        return flags(block.judged(rows), left.rows, value=True)


@dataclass(frozen=True)
class Either:
    """Conditions in a row, up to the first that decides.

    Args:
        terms: the conditions.
        stop: what decides: true for `or`, false for `and`.
        truth: refuses what is neither.
    """

    terms: tuple[Node, ...]
    stop: bool
    truth: Work

    def over(self, block: Block, rows: Sequence[int]) -> Column:
        open_ = rows
        for term in self.terms:
            found = passed(block, self.truth, term.over(block, open_))
            on = map(not_, found.values) if self.stop else found.values
            open_ = list(compress(found.rows, on))
        return flags(block.judged(rows), open_, value=not self.stop)


def _all(block: Block, rows: Sequence[int], terms: tuple[Node, ...]) -> list[Column]:
    """The columns of some terms, for the records that all of them can judge."""
    found: list[Column] = []
    for term in terms:
        found.append(term.over(block, rows))
        rows = found[-1].rows
    return [column.at(rows) for column in found]
