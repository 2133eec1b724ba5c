"""What chance knows each record by: its row, or the hash of a field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.chance import Chance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.pools import Pool
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """Numbers of 64 bits."""

    options = (Chance,)
    row = True

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.maths.random import noise
        from sel.records import fields

        key = self.request[Chance].key
        if not key:
            return {}
        hashed = fields.json(key).then(lambda text: noise.key(text.encode()))
        return {"keys": hashed}

    def give(self, part: Part) -> Any:
        """Shape (n,), uint64."""
        import numpy as np

        if "keys" in part.columns:
            return np.array(part["keys"], np.uint64)
        rows = part.rows
        if isinstance(rows, range):
            return np.arange(rows.start, rows.stop, dtype=np.uint64)
        return np.array(rows, np.uint64)

    def of_pool(self, pool: Pool) -> Any:
        """Shape (n,), uint64."""
        return pool.columns["keys"]
