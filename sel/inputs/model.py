"""A model that reads texts: of embeddings, of hidden states, of likelihoods."""

from __future__ import annotations

import importlib
from functools import cached_property
from typing import Any

from sel import extras
from sel.inputs import Whole
from sel.options.models import Model, Precision

LOADERS = {"embed sentence": "sentence", "embed hidden": "causal"}
"""Which module of sel.models loads the model of a method, if not `likelihood`."""


class Kind(Whole):
    """The model of --model."""

    options = (Model,)

    @property
    def _module(self) -> str:
        method = self.request.method
        return LOADERS.get(f"{method.command} {method.name}", "likelihood")

    @cached_property
    def loaded(self) -> Any:
        """Loaded once, before a process is forked."""
        asked = self.request[Model]
        loader = importlib.import_module(f"sel.models.{self._module}")
        precision = self.request.get(Precision)
        more = [precision.precision] if precision else []
        return loader.load(
            asked.model, asked.device, asked.batch, *more, pickle=asked.allow_pickle
        )

    def require(self) -> None:
        """See Input."""
        from sel.models import loading

        loading.import_torch()
        sentence = self._module == "sentence"
        extras.library("sentence_transformers" if sentence else "transformers")

    def whole(self) -> Any:
        """See Input."""
        return self.loaded
