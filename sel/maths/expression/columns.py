"""Columns of values, and what is done to them as a whole or value by value.

An operation has two faces: one for single values, which says what is wrong with them,
and one for whole columns, which is used where the types in them leave no doubt.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, NamedTuple

from sel.maths.expression import values as single
from sel.maths.expression.values import Path, Unjudged

Kinds = set[type[Any]]
"""The types that the values of a column may have."""

NUMBERS: Kinds = {int, float}
SIZED: Kinds = {str, list, dict}
PLAIN: Kinds = {int, float, str, type(None)}
"""The types whose values are equal where Python says so."""
BOOL: Kinds = {bool}


class Column(NamedTuple):
    """Values of some records of a block."""

    rows: Sequence[int]
    """Which records, rising."""
    values: list[Any]
    kinds: Kinds

    def at(self, rows: Sequence[int]) -> Column:
        """The values of some of these records."""
        if len(rows) == len(self.rows):
            return self
        stay = set(rows)
        values = [v for row, v in zip(self.rows, self.values) if row in stay]
        return Column(rows, values, self.kinds)


class Block:
    """The columns of a block, and what is known of its records so far.

    Args:
        columns: for each field, a value of each record.
        n: how many records there are.
    """

    def __init__(self, columns: Mapping[Path, list[Any]], n: int) -> None:
        self.rows = range(n)
        self.why: dict[int, Unjudged] = {}
        self._columns = columns
        self._kinds: dict[Path, Kinds] = {}

    def field(self, path: Path, rows: Sequence[int]) -> Column:
        """A field of some records, with MISSING where it is not there."""
        values = self._columns[path]
        kinds = self._kinds.get(path)
        if len(rows) == len(self.rows):
            if kinds is None:
                kinds = self._kinds[path] = set(map(type, values))
            return Column(rows, values, kinds)
        values = [values[row] for row in rows]
        if kinds is None or len(kinds) > 1:
            kinds = set(map(type, values))
        return Column(rows, values, kinds)

    def refuse(self, row: int, why: Unjudged) -> None:
        """Note that a record cannot be judged."""
        why.__traceback__ = why.__context__ = None  # they would hold the block
        self.why[row] = why

    def judged(self, rows: Sequence[int]) -> Sequence[int]:
        """Those of some records of which nothing is wrong so far."""
        why = self.why
        if not why:
            return rows
        stay = [row for row in rows if row not in why]
        return stay if len(stay) < len(rows) else rows


def flags(rows: Sequence[int], chosen: Sequence[int], *, value: bool) -> Column:
    """A column that has the value in the chosen rows, and its opposite elsewhere."""
    if len(chosen) == len(rows):
        return Column(rows, [value] * len(rows), BOOL)
    if isinstance(rows, range) and rows.start == 0:
        found = [not value] * len(rows)
        for row in chosen:
            found[row] = value
        return Column(rows, found, BOOL)
    among = set(chosen)
    return Column(rows, [(row in among) is value for row in rows], BOOL)


@dataclass(frozen=True)
class Work:
    """What is done to values.

    Args:
        one: gives the result for single values, or raises Unjudged.
        many: the same, without a check of types.
        gives: the types of the results, from those of the columns; None where `many`
            would not do.
        endless: whether a result may be infinite.
    """

    one: Callable[..., Any]
    many: Callable[..., Any]
    gives: Callable[..., Kinds | None]
    endless: bool = False

    def on(self, block: Block, *columns: Column) -> Column:
        """The results for columns with the same rows."""
        gives = self.gives(*[column.kinds for column in columns])
        if gives is not None:
            try:
                values = list(map(self.many, *[column.values for column in columns]))
                if not self.endless or gives == {int} or isfinite(sum(values)):
                    return Column(columns[0].rows, values, gives)
            except (ArithmeticError, ValueError, RecursionError):
                pass  # some record is at fault; which one, and why?
        return self._each(block, columns)

    def _each(self, block: Block, columns: tuple[Column, ...]) -> Column:
        rows, one = columns[0].rows, self.one
        stay: list[int] = []
        found: list[Any] = []
        given: Iterable[tuple[Any, ...]] = zip(*[column.values for column in columns])
        for row, values in zip(rows, given):
            try:
                found.append(one(*values))
            except Unjudged as why:
                block.refuse(row, why)
            else:
                stay.append(row)
        kinds = set(map(type, found))
        return Column(stay if len(stay) < len(rows) else rows, found, kinds)


def taking(kinds: Kinds, gives: Kinds | None) -> Callable[..., Kinds | None]:
    """The rule of an operation on columns of some types.

    Args:
        kinds: the types that will do.
        gives: the types of the results; None for those of the arguments.
    """

    def rule(*given: Kinds) -> Kinds | None:
        if not all(one <= kinds for one in given):
            return None
        return set().union(*given) if gives is None else gives

    return rule


def _comparable(left: Kinds, right: Kinds) -> Kinds | None:
    both = left | right
    return BOOL if both <= NUMBERS or both == {str} else None


def _alike(left: Kinds, right: Kinds) -> Kinds | None:
    both = left | right
    return BOOL if both <= PLAIN or both == BOOL else None


def _contained(left: Kinds, right: Kinds) -> Kinds | None:
    return BOOL if left | right == {str} else None


def checking(check: Callable[[Any], Any], kinds: Kinds) -> Work:
    """What lets values of some types pass, and refuses the others."""
    return Work(check, check, taking(kinds, None))


def passed(block: Block, check: Work, column: Column) -> Column:
    """The values that a check lets pass."""
    return column if check.gives(column.kinds) is not None else check.on(block, column)


def _computed(sign: str, work: Callable[[Any, Any], Any], gives: Kinds | None) -> Work:
    return Work(single.computed(sign, work), work, taking(NUMBERS, gives), endless=True)


def _ordered(test: Callable[[Any, Any], bool]) -> Work:
    return Work(single.ordered(test), test, _comparable)


def _tested(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, part: test(single.string(value), single.string(part))


def _contains(value: Any, part: Any) -> bool:
    return single.string(part) in single.string(value)


ARITHMETIC = {
    "Add": _computed("+", operator.add, None),
    "Sub": _computed("-", operator.sub, None),
    "Mult": _computed("*", operator.mul, None),
    "Div": _computed("/", operator.truediv, {float}),
    "FloorDiv": _computed("//", operator.floordiv, None),
    "Mod": _computed("%", operator.mod, None),
}
COMPARISONS = {
    "Eq": Work(single.equal, operator.eq, _alike),
    "NotEq": Work(lambda a, b: not single.equal(a, b), operator.ne, _alike),
    "Lt": _ordered(operator.lt),
    "LtE": _ordered(operator.le),
    "Gt": _ordered(operator.gt),
    "GtE": _ordered(operator.ge),
    "In": Work(single.inside, lambda a, b: a in b, _contained),
    "NotIn": Work(
        lambda a, b: not single.inside(a, b), lambda a, b: a not in b, _contained
    ),
}
NUMBER = checking(single.number, NUMBERS)
STRING = checking(single.string, {str})
FLOAT = Work(single.floating, float, taking(NUMBERS, {float}))
NEGATIVE = Work(
    lambda value: -single.number(value), operator.neg, taking(NUMBERS, None)
)
CALLS: dict[str, Work] = {
    "abs": Work(lambda v: abs(single.number(v)), abs, taking(NUMBERS, None)),
    "contains": Work(_contains, operator.contains, taking({str}, BOOL)),
    "endswith": Work(_tested(str.endswith), str.endswith, taking({str}, BOOL)),
    "len": Work(single.sized, len, taking(SIZED, {int})),
    "lower": Work(lambda v: single.string(v).lower(), str.lower, taking({str}, {str})),
    "max": Work(
        lambda a, b: max(single.number(a), single.number(b)), max, taking(NUMBERS, None)
    ),
    "min": Work(
        lambda a, b: min(single.number(a), single.number(b)), min, taking(NUMBERS, None)
    ),
    "round": Work(single.whole, round, taking(NUMBERS, {int})),
    "startswith": Work(_tested(str.startswith), str.startswith, taking({str}, BOOL)),
}


def among(values: list[Any], *, there: bool) -> Work:
    """Whether a value is one of a few that are known beforehand."""
    known = frozenset(values)

    def one(value: Any) -> bool:
        return single.inside(value, values) is there

    many = known.__contains__ if there else lambda value: value not in known
    return Work(one, many, taking(PLAIN, BOOL))
