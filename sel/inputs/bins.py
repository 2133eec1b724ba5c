"""The bin of each record."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from sel.inputs import Input, Wants
from sel.options.evaluation import Rule


class Kind(Input):
    """The value of --bin as a name, or between which --edges it is; or None."""

    options = (Rule,)

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records import fields

        path, edges = self.request[Rule].bin_, self.request[Rule].numbers
        if not path:
            return {}
        if not edges:
            return {"bins": fields.name(path)}
        ends = ["", *map("{:g}".format, edges), ""]

        def between(value: Any) -> str:
            if type(value) not in (int, float):
                return "none"
            place = bisect_right(edges, value)
            return f"{ends[place]}..{ends[place + 1]}"

        return {"bins": fields.value(path).then(between)}

    def give(self, part: Any) -> Any:
        """Shape (n,)."""
        return part["bins"] if self.request[Rule].bin_ else None
