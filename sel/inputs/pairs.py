"""What was asked and what was answered in each record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.text import Pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """Pairs of an instruction, in Alpaca's words, and its answer."""

    options = (Pairs,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import shapes

        asked = self.request[Pairs]
        return {"pairs": shapes.pair(asked.prompt, asked.response)}

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return part["pairs"]
