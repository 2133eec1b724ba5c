"""For which records conditions over their fields hold."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input, Wants
from sel.inputs.records import Kind as Records
from sel.options.evaluation import Filters

if TYPE_CHECKING:
    from sel.maths.expression import Expression, Judged


class Kind(Input):
    """By each condition of --where, what it says of each record."""

    options = (Filters,)

    @cached_property
    def parsed(self) -> dict[str, Expression]:
        """Read once."""
        from sel.maths import expression

        asked = self.request[Filters].where or ()
        return {text: expression.parsed(text) for text in asked}

    @property
    def wanted(self) -> Wants:
        """See Input."""
        return Records(self.request).wanted if self.parsed else {}

    def give(self, part: Any) -> dict[str, Judged]:
        """From each condition to what it says of n records."""
        from sel.maths.expression import gathered

        records = part["records"] if self.parsed else []
        return {
            text: one.judge(gathered(records, one.paths), len(records))
            for text, one in self.parsed.items()
        }
