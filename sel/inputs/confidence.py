"""How sure a model is of each record, where --confidence names that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import ABSENT, Input
from sel.options.scores import Confidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.pools import Pool
    from sel.records.shapes import Usual


class Kind(Input):
    """Numbers of --confidence, higher is surer."""

    options = (Confidence,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import fields

        asked = self.request[Confidence]
        return (
            {"confidence": fields.number(asked.confidence)} if asked.confidence else {}
        )

    def of_pool(self, pool: Pool) -> Any:
        """Shape (n,)."""
        if not self.wanted:
            return ABSENT
        return self.request[Confidence].sign * pool.columns["confidence"]
