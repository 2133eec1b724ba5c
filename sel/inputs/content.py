"""The vector of each record, or its text where there are none."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from sel.inputs import Input, Wants
from sel.inputs.texts import Kind as Texts
from sel.inputs.vectors import Kind as Vectors
from sel.options.text import Text
from sel.options.vectors import Sources

if TYPE_CHECKING:
    from sel.records.beside import Beside, Inside
    from sel.records.ledger import Ledger
    from sel.records.projection import Part


class Kind(Input):
    """Rows of --vectors, or strings."""

    options: ClassVar[tuple[type, ...]] = (Sources, Text)
    row = True

    @cached_property
    def _inner(self) -> Vectors | Texts:
        bare = self.request[Sources].vectors is None
        return Texts(self.request) if bare else Vectors(self.request)

    @property
    def source(self) -> Beside | Inside | None:
        """Where the vectors are."""
        return self._inner.source if isinstance(self._inner, Vectors) else None

    @property
    def wanted(self) -> Wants:
        """See Input."""
        return self._inner.wanted

    @property
    def files(self) -> list[str]:
        """See Input."""
        return self._inner.files

    def check(self, ledger: Ledger) -> None:
        """See Input."""
        self._inner.check(ledger)

    def give(self, part: Part) -> Any:
        """Shape (n, d), or n strings."""
        return self._inner.give(part)
