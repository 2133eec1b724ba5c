"""A model that reads texts: of embeddings, of hidden states, of likelihoods."""

from __future__ import annotations

import importlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.models import Model, Precision

if TYPE_CHECKING:
    from sel.records.projection import Part

LOADERS = {"embed sentence": "sentence", "embed hidden": "causal"}
"""Which module of sel.models loads the model of a method, if not `likelihood`."""


class Kind(Input):
    """The model of --model."""

    options = (Model,)

    @cached_property
    def loaded(self) -> Any:
        """Loaded once, before a process is forked."""
        asked, method = self.request[Model], self.request.method
        name = LOADERS.get(f"{method.command} {method.name}", "likelihood")
        loader = importlib.import_module(f"sel.models.{name}")
        precision = self.request.get(Precision)
        more = [precision.precision] if precision else []
        return loader.load(asked.model, asked.device, asked.batch, *more)

    def give(self, part: Part) -> Any:
        """The same for all records."""
        del part
        return self.loaded
