"""A model with a short window, beside the one of --model."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from sel.inputs import model
from sel.options.models import ShortModel


class Kind(model.Kind):
    """The model of --short-model, or None."""

    options: ClassVar[tuple[type, ...]] = (ShortModel,)

    @property
    def _name(self) -> str:
        return self.request[ShortModel].short_model or ""

    @cached_property
    def loaded(self) -> Any:
        """Loaded once, where there is one."""
        return self.load() if self._name else None

    @property
    def files(self) -> list[str]:
        """See Input."""
        return super().files if self._name else []

    @property
    def made_by(self) -> dict[str, Any]:
        """See Input."""
        return super().made_by if self._name else {}
