"""What tells the languages of texts."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sel.inputs import Whole
from sel.options.evaluation import Languages


class Kind(Whole):
    """The model of --languages, or None."""

    options = (Languages,)

    @cached_property
    def loaded(self) -> Any:
        """Loaded once."""
        from sel.models import languages

        return languages.load() if self.request[Languages].languages else None

    def require(self) -> None:
        """See Input."""
        if self.request[Languages].languages:
            from sel.models import languages

            languages.required()

    def whole(self) -> Any:
        """From n texts to n codes."""
        return self.loaded
