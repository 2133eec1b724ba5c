"""Records that were chosen before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import Input
from sel.options.vectors import Already

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.pools import Pool
    from sel.records.shapes import Usual


class Kind(Input):
    """Those of --already, known by their _row or by --on."""

    options = (Already,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import fields
        from sel.records.pools import NAMES

        on = self.request[Already].on
        return {NAMES: fields.json(on)} if on else {}

    @property
    def files(self) -> list[str]:
        """See Input."""
        path = self.request[Already].already
        return [path] if path else []

    def chosen(self) -> list[Any]:
        """The names or rows of the records that were chosen before, each once."""
        from sel.records.pools import NAMES
        from sel.records.projection import Projection

        found: list[Any] = []
        asked = self.request[Already]
        for path in self.files:
            want = Projection(self.wanted, row=not asked.on)
            for part in self.request.reader.strictly(path, want):
                if not asked.on and part.said < len(part):
                    msg = f"{path}: a record has no _row. Try: --on FIELD, such as id"
                    raise DataError(msg)
                found += part[NAMES] if asked.on else part.rows
        return list(dict.fromkeys(found))

    def of_pool(self, pool: Pool) -> Any:
        """Their places in the pool."""
        return pool.already
