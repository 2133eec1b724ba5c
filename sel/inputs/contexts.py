"""A long text, what is asked of it, and the answer, in each record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.text import Contexts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """Three texts, where options say or in the usual fields."""

    options = (Contexts,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import contexts

        asked = self.request[Contexts]
        three = asked.context, asked.prompt, asked.response
        return {"contexts": contexts.context(*three)}

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return part["contexts"]
