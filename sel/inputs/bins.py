"""The bin of each record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options import evaluation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """The value of --bin as a name, or between which --edges it is; or None."""

    options = (evaluation.Bins,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import fields

        path = self.request[evaluation.Bins].bin_
        return {"bins": fields.value(path).then(self._name)} if path else {}

    def _name(self, value: Any) -> str:
        from bisect import bisect_right

        from sel.records.fields import named

        edges = self.request[evaluation.Bins].numbers
        if not edges:
            return named(value)
        if type(value) not in (int, float):
            return "none"
        place = bisect_right(edges, value)
        low = f"{edges[place - 1]:g}" if place else ""
        high = f"{edges[place]:g}" if place < len(edges) else ""
        return f"{low}..{high}"

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return part["bins"] if self.request[evaluation.Bins].bin_ else None
