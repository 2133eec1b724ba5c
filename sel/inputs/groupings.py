"""The groups that each record belongs to, by several fields."""

from __future__ import annotations

from typing import Any

from sel.inputs import Input, Wants
from sel.options.evaluation import Looking


class Kind(Input):
    """By each field of --by, the name of its value; null where there is none."""

    options = (Looking,)

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records.fields import Wanted, field, named

        def of(get: Any) -> Wanted:
            return Wanted(lambda record: named(get(record)))

        paths = self.request[Looking].by or ()
        return {f"group {path}": of(field(path).get) for path in paths}

    def give(self, part: Any) -> Any:
        """From each field to n names."""
        return {path: part[f"group {path}"] for path in self.request[Looking].by or ()}
