"""Another matrix of the same records, which is the truth."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sel.errors import DataError
from sel.inputs import Whole, shared
from sel.options.evaluation import Reference


class Kind(Whole):
    """All rows of --reference, as many as --vectors has."""

    options = (Reference,)

    @cached_property
    def _both(self) -> Any:
        from sel.streams import npy

        ours = shared(self.request, "vectors").matrix
        theirs = npy.read(self.request[Reference].reference)
        if len(ours) != len(theirs):
            msg = (
                f"{ours.name} has {len(ours):,} rows and {theirs.name} has"
                f" {len(theirs):,}. Try: embed the same records"
            )
            raise DataError(msg)
        return ours, theirs

    def whole(self) -> Any:
        """Shape (n, e)."""
        return self._both[1].rows

    def shown(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """See Input."""
        ours, theirs = self._both
        return [{"vectors": ours.name, "reference": theirs.name} | row for row in rows]
