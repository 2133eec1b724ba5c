"""A model that reads images."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sel import extras
from sel.inputs import Whole
from sel.options.models import Encoder


class Kind(Whole):
    """The model of --model, or None."""

    options = (Encoder,)

    @cached_property
    def loaded(self) -> Any:
        """Loaded once."""
        from sel.models import images

        asked = self.request[Encoder]
        if asked.model is None:
            return None
        return images.load(
            asked.model, asked.device, asked.batch, pickle=asked.allow_pickle
        )

    def require(self) -> None:
        """See Input."""
        from sel.models import loading

        if self.request[Encoder].model:
            loading.import_torch()
            extras.library("sentence_transformers")

    def whole(self) -> Any:
        """See Input."""
        return self.loaded
