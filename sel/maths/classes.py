"""Classes of records: their order, and their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sel.maths.learning.classifiers import Codes


class Known:
    """The classes that some records are of, numbers in their order, then names."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def add(self, names: Iterable[str], values: Iterable[Any]) -> None:
        """More records: the name of the class of each, and the class itself."""
        self._values.update(zip(names, values, strict=True))

    @property
    def names(self) -> list[str]:
        """The names of all classes."""

        def order(name: str) -> tuple[bool, float, str]:
            value = self._values[name]
            number = type(value) in (int, float)
            return (not number, value if number else 0, name)

        return sorted(self._values, key=order)

    @property
    def values(self) -> list[Any]:
        """All classes, as they stand in the records."""
        return [self._values[name] for name in self.names]

    def codes(self, names: Iterable[str]) -> Codes:
        """The numbers of the classes of some records."""
        codes = {name: code for code, name in enumerate(self.names)}
        return np.array([codes[name] for name in names], np.int64)
