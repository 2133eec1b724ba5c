"""The address that each record comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.text import Address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """Strings, of the field --url."""

    options = (Address,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import fields

        return {"urls": fields.text(self.request[Address].url)}

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return part["urls"]
