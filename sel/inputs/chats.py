"""The turns of each record: who speaks, and what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """Turns; a record that is not a chat is one turn without a speaker."""

    options = (Text,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import shapes

        answered = self.request.values.get("of") == "answer"
        return {"chats": shapes.chat(self.request[Text].text, answered=answered)}

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return part["chats"]
