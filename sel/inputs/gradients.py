"""A model and the checkpoints of its adapters, whose gradients are taken."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from sel.inputs import model, shared
from sel.options.models import Adapters, Model


class Kind(model.Kind):
    """The model of --model, with the adapters of --adapters."""

    options: ClassVar[tuple[type, ...]] = (Model, Adapters)

    @cached_property
    def reader(self) -> Any:
        """The model without adapters."""
        return self.load()

    @cached_property
    def loaded(self) -> Any:
        """The model with its adapters, loaded once for a run."""
        from sel.models import checkpoints, features

        first = shared(self.request, self.name)
        if first is not self:
            return first.loaded
        asked = self.request[Adapters]
        places = checkpoints.folders(Path(asked.adapters))
        return features.Tuned(
            self.reader,
            places,
            asked.given,
            adam=asked.adam,
            target=asked.target_task,
            seed=asked.seed,
            pickle=self.request[Model].allow_pickle,
        )

    @property
    def read(self) -> list[str]:
        """The files of the model without adapters."""
        return _within(self.request[Model].model)

    @property
    def files(self) -> list[str]:
        """The files of models in folders: other models are no way to go on."""
        return self.read + _within(self.request[Adapters].adapters)

    @property
    def made_by(self) -> dict[str, Any]:
        """What numbers depend on besides the records and the options."""
        known: dict[str, Any] = self.loaded.made_by
        return known


def _within(folder: str) -> list[str]:
    """All files of a folder."""
    return sorted(map(str, filter(Path.is_file, Path(folder).glob("**/*"))))
