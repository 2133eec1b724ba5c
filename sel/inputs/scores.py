"""The score of each record, where --by names one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import ABSENT, Input
from sel.options.scores import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.pools import Pool
    from sel.records.shapes import Usual


class Kind(Input):
    """Numbers of --by, higher is better."""

    options = (Quality,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import computed

        name = self.request[Quality].by
        return {"scores": computed.number(name)} if name else {}

    def of_pool(self, pool: Pool) -> Any:
        """Shape (n,)."""
        if not self.wanted:
            return ABSENT
        return self.request[Quality].sign * pool.columns["scores"]
