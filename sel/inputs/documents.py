"""The texts of records, end to end."""

from __future__ import annotations

from typing import Any

from sel.errors import DataError
from sel.inputs import texts


class Kind(texts.Kind):
    """All bytes, and where each text ends."""

    def give(self, part: Any) -> Any:
        """Of n texts."""
        from sel.maths.text.kneser_ney import Documents

        return Documents.of(part["texts"])

    def know(self, part: Any) -> None:
        """See Input; of no text nothing can be learnt."""
        if not len(part):
            msg = f"{part.name}: there are no records"
            raise DataError(msg)
