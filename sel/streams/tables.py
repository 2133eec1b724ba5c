"""Rows of a table, of which a line is made only where it is wanted.

A run that ranks by one column and keeps few rows need not see the others as JSON. What
a column holds is what its lines would say, value by value.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class Rows(ABC):
    """Consecutive rows of a table, all of them good.

    Args:
        names: of the columns, in the order of the fields of a line.
        size: bytes that were read for the rows.
        most: no line has more bytes.
    """

    def __init__(self, names: Sequence[str], size: int, most: int) -> None:
        self.names, self.size, self.most = names, size, most

    @abstractmethod
    def __len__(self) -> int:
        """How many rows there are."""

    @abstractmethod
    def column(self, name: str) -> list[Any] | None:
        """The values of a column; None where they must be had from the lines."""

    def numbers(self, name: str) -> list[float | None] | None:
        """The values of a column as floats; None where `column` must be asked."""
        del name
        return None

    @abstractmethod
    def lines(self, places: Sequence[int]) -> list[bytes]:
        """The lines of the rows at some places, from 0."""

    def whole(self) -> bytes:
        """The lines of all rows as one."""
        return b"".join(self.lines(range(len(self))))
