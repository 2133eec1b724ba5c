"""A model that reads images."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.models import Encoder

if TYPE_CHECKING:
    from sel.records.projection import Part


class Kind(Input):
    """The model of --model, or None."""

    options = (Encoder,)

    @cached_property
    def loaded(self) -> Any:
        """Loaded once."""
        from sel.models import images

        asked = self.request[Encoder]
        if asked.model is None:
            return None
        return images.load(asked.model, asked.device, asked.batch)

    def give(self, part: Part) -> Any:
        """The same for all records."""
        del part
        return self.loaded
