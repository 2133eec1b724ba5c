"""What counts the tokens of texts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.text import Tokens

if TYPE_CHECKING:
    from sel.records.projection import Part


class Kind(Input):
    """The tokenizer of --tokenizer, or None."""

    options = (Tokens,)

    @cached_property
    def loaded(self) -> Any:
        """Loaded once."""
        from sel.models import tokens

        path = self.request[Tokens].tokenizer
        return tokens.load(path) if path else None

    def give(self, part: Part) -> Any:
        """The same for all records."""
        del part
        return self.loaded
