"""Vectors of words that ship with the package."""

from __future__ import annotations

from typing import Any

from sel.inputs import Whole


class Kind(Whole):
    """The model of `embed static`."""

    def whole(self) -> Any:
        """See Input."""
        from sel.models import static

        return static.load()
