"""A model that reads texts: of embeddings, of hidden states, of likelihoods."""

from __future__ import annotations

import importlib
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from sel import extras
from sel.inputs import Whole
from sel.options.models import Model, Precision, Running
from sel.report.progress import TOKENS

LOADERS = {
    "embed sentence": "sentence",
    "embed hidden": "causal",
    "score judge": "answering",
}
"""Which module of sel.models loads the model of a method, if not `likelihood`."""


class Kind(Whole):
    """The model of --model."""

    options: ClassVar[tuple[type, ...]] = (Model,)

    @property
    def _module(self) -> str:
        method = self.request.method
        return LOADERS.get(f"{method.command} {method.name}", "likelihood")

    @cached_property
    def loaded(self) -> Any:
        """Loaded once, before a process is forked."""
        return self.load()

    def load(self) -> Any:
        """Load the model that is called so."""
        asked = self.request[Running]
        loader = importlib.import_module(f"sel.models.{self._module}")
        model = loader.load(
            self._name,
            asked.device,
            asked.batch,
            self.request[Precision].precision,
            pickle=asked.allow_pickle,
        )
        if hasattr(model, "listen"):
            model.listen(TOKENS.heard)
        return model

    @property
    def _name(self) -> str:
        """What the model is called."""
        return self.request[Model].model

    @property
    def files(self) -> list[str]:
        """The files of a model in a folder: another model is no way to go on."""
        folder = Path(self._name)
        return sorted(map(str, filter(Path.is_file, folder.glob("*"))))

    @property
    def made_by(self) -> dict[str, Any]:
        """What numbers depend on that the model gives, besides its weights."""
        return {"model": self._name} | getattr(self.loaded, "made_by", {})

    def require(self) -> None:
        """See Input."""
        from sel.models import loading

        loading.import_torch()
        sentence = self._module == "sentence"
        extras.library("sentence_transformers" if sentence else "transformers")

    def whole(self) -> Any:
        """See Input."""
        return self.loaded
