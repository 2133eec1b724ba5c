"""Records as a whole."""

from __future__ import annotations

from typing import Any

from sel.inputs import Input, Wants


class Kind(Input):
    """With all fields."""

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records.fields import Wanted

        return {"records": Wanted(lambda record: record)}

    def give(self, part: Any) -> Any:
        """Shape (n,)."""
        return part["records"]
