"""Conditions and sums over the fields of a record, as what a run asks of it."""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from sel.maths import expression
from sel.maths.expression import MISSING, at
from sel.records.faults import BadRecord, Odd, Record
from sel.records.fields import MAYBE, Place, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sel.maths.expression import Columns, Path

    Judge = Callable[[Columns, int], tuple[list[Any], dict[int, Any]]]


def condition(text: str) -> Wanted:
    """Whether a condition holds.

    Raises:
        UsageError: the text is not a condition.
    """
    parsed = expression.parsed(text)

    def judge(columns: Columns, n: int) -> Any:
        judged = parsed.judge(columns, n)
        return judged.holds, judged.why

    return over(parsed.paths, judge)


def numeric(text: str, null: float | None = nan) -> Wanted:
    """A field, or a sum or the like of fields, as a number.

    Args:
        text: the expression.
        null: what stands where one of the fields is null.

    Raises:
        UsageError: the text is not an expression.
    """
    parsed = expression.parsed(text)

    def value(columns: Columns, n: int) -> Any:
        valued = parsed.values(columns, n)
        found: list[Any] = valued.values
        if null is None and isnan(sum(found)):
            found = [None if isnan(one) else one for one in found]
        return found, valued.why

    return over(parsed.paths, value)


def over(paths: Sequence[Path], judge: Judge) -> Wanted:
    """What a function of columns gives of each record.

    Args:
        paths: the fields whose columns it takes.
        judge: from the columns to values, and what is wrong with some records.
    """

    def find(record: Record) -> Any:
        values, why = judge({path: [at(record, path)] for path in paths}, 1)
        if why:
            raise BadRecord(why[0].reason, str(why[0]))
        return values[0]

    def build(*columns: list[Any]) -> list[Any]:
        if not columns:  # the condition is of constants alone
            raise Odd
        read = {p: _read(c, p) for p, c in zip(paths, columns, strict=True)}
        values, why = judge(read, len(columns[0]))
        if why:
            raise Odd  # some record cannot be judged: which, is told one by one
        return values

    places = [Place(_names(path), MAYBE) for path in paths]
    if not all(place.names for place in places):
        return Wanted(find)
    return Wanted(find, tuple(places), build)


def _names(path: Path) -> tuple[str, ...]:
    """The names that lead into a record, up to the first place in a list."""
    names: list[str] = []
    for part in path:
        if not isinstance(part, str):
            break
        names.append(part)
    return tuple(names)


def _read(column: list[Any], path: Path) -> list[Any]:
    """A column as the expressions want it."""
    rest = path[len(_names(path)) :]
    if rest:
        return [MISSING if v is UNSET else at(v, rest) for v in column]
    if type(UNSET) in set(map(type, column)):
        return [MISSING if value is UNSET else value for value in column]
    return column
