"""The vector of each record."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.beside import Beside, Inside
    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """Rows of a matrix beside the records, or of a field in them."""

    options = (Vectors,)
    row = True

    @cached_property
    def source(self) -> Beside | Inside:
        """Opened once."""
        from sel.records import beside

        return beside.opened(self.request[Vectors].vectors)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        return self.source.wanted

    @property
    def files(self) -> list[str]:
        """See Input."""
        from sel.records import beside

        return beside.files(self.request[Vectors].vectors)

    def give(self, part: Part) -> Any:
        """Shape (n, d)."""
        return self.source.rows(part)
