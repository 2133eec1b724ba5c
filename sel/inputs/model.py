"""A model that reads texts: of embeddings, of hidden states, of likelihoods."""

from __future__ import annotations

import importlib
from functools import cached_property
from typing import Any

from sel.inputs import Whole
from sel.options.models import Model, Precision

LOADERS = {"embed sentence": "sentence", "embed hidden": "causal"}
"""Which module of sel.models loads the model of a method, if not `likelihood`."""


class Kind(Whole):
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
        return loader.load(
            asked.model, asked.device, asked.batch, *more, pickle=asked.allow_pickle
        )

    def whole(self) -> Any:
        """See Input."""
        return self.loaded
