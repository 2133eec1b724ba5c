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


WORDS = {"loss": "alpaca", "ppl": "plain"}
"""The words of the authors of each ratio."""


class Kind(Input):
    """Pairs of an instruction, in Alpaca's words or plain ones, and its answer."""

    options = (Pairs,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import shapes

        asked = self.request[Pairs]
        values = self.request.values
        plain = (values.get("words") or WORDS.get(values.get("ratio", ""))) == "plain"
        return {"pairs": shapes.pair(asked.prompt, asked.response, plain=plain)}

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return part["pairs"]
