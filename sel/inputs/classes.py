"""The classes that some records are of."""

from __future__ import annotations

from typing import Any

from sel.errors import DataError
from sel.inputs import Whole, shared


class Kind(Whole):
    """Numbers in their order, then names."""

    def whole(self) -> Any:
        """Each as it stands in the records."""
        found = shared(self.request, "labelled").values
        if not found:
            msg = "there are no records"
            raise DataError(msg)
        return found

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """See Input."""
        votes = [row["votes"] for row in rows if "votes" in row]
        voted = sum(vote > 0 for vote in votes) if votes else None
        count = len(shared(self.request, "labelled").names)
        return {"classes": count, "voted": voted}
