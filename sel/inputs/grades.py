"""The number of each record that a threshold is looked for in."""

from __future__ import annotations

from typing import Any

from sel.inputs import selected
from sel.options.evaluation import Rule


class Kind(selected.Kind):
    """The field of --by; NaN where there is not a number."""

    option = "by"

    def _judge(self) -> Any:
        from sel.records import computed

        return computed.number(self.request[Rule].by or "").find
