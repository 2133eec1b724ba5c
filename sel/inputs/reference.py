"""A model to compare the one of --model with, token by token."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from sel.errors import MachineError
from sel.inputs import model, shared
from sel.options.models import ReferenceModel


class Kind(model.Kind):
    """The model of --reference."""

    options: ClassVar[tuple[type, ...]] = (ReferenceModel,)

    @property
    def _name(self) -> str:
        return self.request[ReferenceModel].reference

    @cached_property
    def loaded(self) -> Any:
        """Loaded once.

        Raises:
            MachineError: it cuts texts into other tokens than the model of --model.
        """
        ours, theirs = shared(self.request, "model").made_by, self.load()
        if ours["tokenizer"] != theirs.made_by["tokenizer"]:
            msg = f"{ours['model']} and {self._name} have different tokenizers"
            raise MachineError(f"{msg}. Try: models of one family")
        return theirs
