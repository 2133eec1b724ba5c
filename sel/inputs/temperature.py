"""What scores are divided by before chance has its part: one number, or many."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.chance import Temperature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part


class Kind(Input):
    """The temperature of --temperature."""

    options = (Temperature,)

    @property
    def wanted(self) -> Mapping[str, Wanted]:
        """See Input."""
        from sel.records import computed
        from sel.records.faults import BadRecord

        asked = self.request[Temperature]
        if asked.number is not None:
            return {}

        def checked(value: float | None) -> float:
            if value is not None and 0 < value < inf:
                return value
            shown = "null" if value is None else f"{value:g}"
            msg = f"the temperature {asked.temperature!r} is {shown}, not above 0"
            raise BadRecord("field-type", msg)

        return {"temperature": computed.number(asked.temperature).then(checked)}

    def give(self, part: Part) -> Any:
        """A number, or shape (n,)."""
        if (number := self.request[Temperature].number) is not None:
            return number
        import numpy as np

        return np.array(part["temperature"], np.float64)
