"""The groups that each record belongs to, by several fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.evaluation import Looking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """By each field of --by, the name of its value; null where there is none."""

    options = (Looking,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records.fields import Wanted, field, named

        def of(path: str) -> Wanted:
            get = field(path).get
            return Wanted(lambda record: named(get(record)))

        return {f"group {path}": of(path) for path in self.request[Looking].by or ()}

    def give(self, part: Part) -> Any:
        """From each field to n names."""
        return {path: part[f"group {path}"] for path in self.request[Looking].by or ()}
