"""Records as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import Input

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """With all fields."""

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records.fields import Wanted

        return {"records": Wanted(lambda record: record)}

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return part["records"]
