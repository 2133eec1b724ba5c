"""The group of each record, where --per names one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import ABSENT, Input
from sel.options.groups import Grouping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.pools import Pool
    from sel.records.shapes import Usual


class Kind(Input):
    """Numbers of the values of --per."""

    options = (Grouping,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import fields

        name = self.request[Grouping].per
        return {"groups": fields.key(name)} if name else {}

    def of_pool(self, pool: Pool) -> Any:
        """Shape (n,); -1 for a record without a group."""
        if not self.wanted:
            return ABSENT
        return pool.columns["groups"]
