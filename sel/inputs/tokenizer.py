"""What counts the tokens of texts."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sel import extras
from sel.inputs import Whole
from sel.options.text import Tokens


class Kind(Whole):
    """The tokenizer of --tokenizer, or None."""

    options = (Tokens,)

    @cached_property
    def loaded(self) -> Any:
        """Loaded once."""
        from sel.models import tokens

        path = self.request[Tokens].tokenizer
        return tokens.load(path) if path else None

    def require(self) -> None:
        """See Input."""
        if self.request[Tokens].tokenizer:
            extras.library("tokenizers")

    def whole(self) -> Any:
        """See Input."""
        return self.loaded
