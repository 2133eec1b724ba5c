"""A small model that is trained on the records, or checkpoints of one that was."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from sel.inputs import model
from sel.options.models import Proxy, Tuning
from sel.report.progress import TOKENS


class Kind(model.Kind):
    """The model of --model, or those of --models."""

    options: ClassVar[tuple[type, ...]] = (Proxy, Tuning)

    @cached_property
    def loaded(self) -> Any:
        """Loaded once."""
        from sel.models import proxies, training

        asked, how = self.request[Proxy], self.request[Tuning]
        running, pickle = (asked.device, asked.batch), asked.allow_pickle
        found: proxies.Followed
        if asked.models:
            found = proxies.Saved(asked.models, running, pickle=pickle)
        else:
            recipe = training.Recipe(
                epochs=how.epochs,
                rate=how.learning_rate,
                schedule=how.schedule,
                warmup=how.warmup,
                tokens=how.step_tokens,
                decay=how.weight_decay,
                clip=how.clip,
                seed=how.seed,
            )
            found = proxies.Trained(
                asked.model or "",
                recipe,
                how.checkpoints,
                running,
                pickle=pickle,
                lora=how.lora,
            )
        found.heard = TOKENS.heard
        return found

    @property
    def files(self) -> list[str]:
        """The files of models in folders: other models are no way to go on."""
        asked = self.request[Proxy]
        found = Path(asked.models or asked.model or "").glob("**/*")
        return sorted(map(str, filter(Path.is_file, found)))

    @property
    def made_by(self) -> dict[str, Any]:
        """What numbers depend on besides the records and the options."""
        known: dict[str, Any] = self.loaded.made_by
        return known
