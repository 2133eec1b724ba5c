"""What tells the languages of texts, with or without a model."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sel.inputs import Whole
from sel.options.models import Identifying


class Kind(Whole):
    """The model of --model, that of the extra lang, or the fallback."""

    options = (Identifying,)

    @property
    def files(self) -> list[str]:
        """See Input."""
        path = self.request[Identifying].model
        return [path] if path else []

    @cached_property
    def loaded(self) -> Any:
        """Its name and itself, loaded once, before a process is forked."""
        from sel.models import languages

        name, found = languages.identifier(self.request[Identifying].model)
        if name == languages.FALLBACK:
            self.request.say(
                "languages are told roughly, by a fallback for 85 of them."
                " Try: pip install 'sel-toolkit[lang]'"
            )
        return name, found

    def whole(self) -> Any:
        """From n texts to how likely each language is."""
        return self.loaded[1]

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """See Input."""
        del rows
        return {"model": self.loaded[0]}
