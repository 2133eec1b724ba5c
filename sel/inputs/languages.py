"""The language of each text."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import texts
from sel.options import evaluation
from sel.options.text import Text

if TYPE_CHECKING:
    from sel.records.projection import Part


class Kind(texts.Kind):
    """Codes, where --languages asks for them; or none."""

    options = (Text, evaluation.Languages)  # type: ignore[assignment]

    @cached_property
    def _model(self) -> Any:
        from sel.models import languages

        asked = self.request[evaluation.Languages].languages
        return languages.load() if asked else None

    def prepare(self) -> None:
        """See Input; processes share the model."""
        self._model  # noqa: B018 (loads it)

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return self._model(part["texts"]) if self._model else ()
