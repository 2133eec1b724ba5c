"""What type a column of a table needs to have for the values that are put in it."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from sel.streams.columns import library
from sel.streams.waiting import MOST, Unfit

if TYPE_CHECKING:
    from collections.abc import Sequence

DEEPEST = 96
"""Levels of a table that other programs read: one for an object, two for a list."""
EXACT = 1 << 53
"""Integers up to this one are the same as floats."""
_WORDS = {
    str: "texts",
    bool: "truth values",
    list: "lists",
    dict: "objects",
    int: "numbers",
    float: "numbers",
}


class Shape:
    """What the values of a field are, as far as they were seen.

    Args:
        path: what the field is called.
        level: how many levels it is below the record.
    """

    def __init__(self, path: str, level: int = 1) -> None:
        self._path = path
        self._fields: dict[str, Shape] = {}
        self._level = level
        self._types: set[type] = set()
        self._items: Shape | None = None
        self._low = self._high = 0

    def see(self, values: Sequence[Any]) -> None:
        """Learn from more values.

        Raises:
            Unfit: they are not of one type, or nested too deep.
        """
        types = set(map(type, values)) - {type(None)}
        self._types |= types
        words = sorted({_WORDS[one] for one in self._types})
        if len(words) > 1:
            self._refuse(f"holds {words[0]} and {words[1]}")
        if int in types:
            numbers = [one for one in values if type(one) is int]
            self._low = min(self._low, *numbers)
            self._high = max(self._high, *numbers)
        if dict in types:
            self._see_fields([one for one in values if one is not None])
        if list in types:
            self._items = self._items or self._inner(f"{self._path}[]", 2)
            self._items.see(list(chain.from_iterable(filter(None, values))))

    def kind(self) -> Any:
        """The Arrow type.

        Raises:
            Unfit: there is none.
        """
        arrow, types = library(), self._types
        if self._items:
            return arrow.list_(self._items.kind())
        if dict in types:
            if not self._fields:
                self._refuse("is an object without fields")
            return arrow.struct([(n, one.kind()) for n, one in self._fields.items()])
        if float in types:
            if max(self._high, -self._low) > EXACT:
                self._refuse("holds integers that a column of floats would round")
            return arrow.float64()
        if int in types:
            return self._integers()
        if str in types:
            return arrow.string()
        return arrow.bool_() if bool in types else arrow.null()

    def _integers(self) -> Any:
        if self._low >= -(1 << 63) and self._high < 1 << 63:
            return library().int64()
        if self._low < 0 or self._high >= 1 << 64:
            self._refuse("holds integers of more than 64 bits")
        return library().uint64()

    def _see_fields(self, objects: list[dict[str, Any]]) -> None:
        for name in dict.fromkeys(chain.from_iterable(objects)):
            if name not in self._fields:
                self._fields[name] = self._inner(f"{self._path}.{name}", 1)
            self._fields[name].see([one[name] for one in objects if name in one])
        if len(self._fields) > MOST:
            self._refuse(f"has more than {MOST:,} different fields")

    def _inner(self, path: str, levels: int) -> Shape:
        if self._level + levels > DEEPEST:
            self._path = re.split(r"\.|\[\]", self._path)[0]
            self._refuse("is nested too deep")
        return Shape(path, self._level + levels)

    def _refuse(self, why: str) -> None:
        raise Unfit(f"field {self._path[:200]!r} {why}")
