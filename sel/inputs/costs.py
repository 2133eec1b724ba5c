"""The cost of each record, where --cost names one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import ABSENT, Input
from sel.options.scores import Portion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.pools import Pool
    from sel.records.shapes import Usual


class Kind(Input):
    """Numbers of --cost, not below 0; the run itself keeps what is chosen within them.

    A method that asks for them is told them, and the --budget.
    """

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import fields

        name = self.request[Portion].cost
        return {"costs": fields.cost(name)} if name else {}

    def of_pool(self, pool: Pool) -> Any:
        """Shape (n,)."""
        return pool.columns["costs"] if self.wanted else ABSENT
