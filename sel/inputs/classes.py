"""The classes that some records are of."""

from __future__ import annotations

from typing import Any

from sel.errors import DataError
from sel.inputs import Whole, shared


class Kind(Whole):
    """Numbers in their order, then names."""

    def whole(self) -> Any:
        """Each as it stands in the records."""
        found = shared(self.request, "labelled").known.values
        if not found:
            msg = "there are no records"
            raise DataError(msg)
        return found

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """See Input; how many there are, and how many have votes."""
        voted = sum(row["votes"] > 0 for row in rows) if "votes" in rows[0] else None
        return {"classes": len(self.whole()), "voted": voted}
