"""How many tokens each text has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import shared, texts
from sel.options.text import Text, Tokens

if TYPE_CHECKING:
    from sel.records.projection import Part


class Kind(texts.Kind):
    """Counts by --tokenizer, or None."""

    options = (Text, Tokens)  # type: ignore[assignment]

    @property
    def _tokenizer(self) -> Any:
        return shared(self.request, "tokenizer").whole()

    def prepare(self) -> None:
        """See Input; processes share the tokenizer."""
        self._tokenizer  # noqa: B018 (loads it)

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return self._tokenizer.lengths(part["texts"]) if self._tokenizer else None
