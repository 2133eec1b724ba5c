"""The texts of records, end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import texts

if TYPE_CHECKING:
    from sel.records.projection import Part
    from sel.records.samples import Sample


class Kind(texts.Kind):
    """All bytes, and where each text ends."""

    def give(self, part: Part) -> Any:
        """Of n texts."""
        from sel.maths.text.kneser_ney import Documents

        return Documents.of(part["texts"])

    def know(self, sample: Sample) -> None:
        """See Input; of no text nothing can be learnt."""
        if not len(sample):
            msg = f"{sample.name}: there are no records"
            raise DataError(msg)
