"""The warm-up of LESS: adapters are trained, with a checkpoint after each epoch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sel.errors import MachineError
from sel.models import adapters, checkpoints
from sel.models.training import Example, Recipe, Standing, Training

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sel.models.adapters import Added
    from sel.models.likelihood import Reading
    from sel.types import Spans, Texts, Vectors

MADE = "warmup.json"
"""What the checkpoints of a folder were made from."""
BACKWARD = 3
"""What a token costs in training, where one that is only read costs 1."""


class LoRA(NamedTuple):
    """Adapters as they are asked for; see sel.models.adapters.add."""

    model: str
    """What the model is called."""
    rank: int
    alpha: float
    modules: str
    seed: int


class Warmup:
    """Adapters of a model that are trained, and saved after each epoch.

    Args:
        reader: the model; it is without adapters again at the end.
        folder: where the checkpoints go.
        lora: the adapters.
        recipe: how they are trained.
        key: what the result depends on.
    """

    def __init__(
        self,
        reader: Reading,
        folder: Path,
        lora: LoRA,
        recipe: Recipe,
        key: str,
    ) -> None:
        self._reader, self._folder, self._recipe = reader, folder, recipe
        self._lora, self._key = lora, key
        self.end, self.render = reader.end, reader.render
        self.follow: Callable[[Iterator[int], int], Iterator[int]] = lambda it, _: it
        """Is given what is done, step by step, and how much there is of it."""
        self.records = 0
        """How many were learnt."""

    def found(self, *, resume: bool) -> bool:
        """Whether all checkpoints are there already.

        Raises:
            MachineError: the folder has others.
        """
        made = self._folder / MADE
        if not self._folder.exists() or not any(self._folder.iterdir()):
            return False
        known = json.loads(made.read_bytes()) if made.exists() else {}
        if not resume or known.get("key") != self._key:
            msg = f"{self._folder} has other adapters, or of another run"
            raise MachineError(
                f"{msg}. Try: another --adapters, or without --warmup to use them"
            )
        return bool(known.get("done"))

    def features(
        self,
        texts: Texts,
        max_length: int,
        spans: Sequence[Spans],
        *,
        special: bool,
        columns: int,
        sketch: bool,
    ) -> Vectors:
        """Train on texts, from the last checkpoint that there is; no rows yet.

        See sel.types.Gradients.

        Raises:
            MachineError: nothing can be learnt, or the training diverged.
        """
        del sketch
        read, wanted, _ = self._reader.within(texts, max_length, spans, special=special)
        known = [Example(*one) for one in zip(read, wanted, strict=True) if len(one[1])]
        if not known:
            msg = "no record of the warm-up has an answer that is read"
            raise MachineError(f"{msg}. Try: a larger --warmup or --max-length")
        self._mark(done=False)
        added = adapters.add(self._reader.machine.model, *self._lora[1:])
        try:
            training = Training(self._reader.machine, known, self._recipe)
            size = training.cost(0) * BACKWARD
            for _ in self.follow(self._trained(training, added), size):
                pass
        finally:
            added.remove()
        self._mark(done=True)
        self.records = len(known)
        return np.empty((0, columns), np.float32)

    def _trained(self, training: Training, added: Added) -> Iterator[int]:
        """Train, epoch by epoch; gives what each step cost."""
        each = training.steps // self._recipe.epochs
        ends = [each * (n + 1) for n in range(self._recipe.epochs)]
        done = self._restore(training, added, ends)
        for end in ends[done:]:
            while training.step < end:
                training.until(training.step + 1)
                yield training.cost(training.step - 1, training.step) * BACKWARD
            rates = [self._recipe.rate_at(i, ends[-1]) for i in range(end)]
            place = self._folder / f"checkpoint-{end}"
            checkpoints.write(
                place, added, training.standing(), self._lora.model, rates
            )

    def _restore(self, training: Training, added: Added, ends: list[int]) -> int:
        """How many checkpoints are there; the training goes on from the last."""
        there = [self._folder / f"checkpoint-{end}" for end in ends]
        done = 0
        while done < len(there) and there[done].exists():
            done += 1
        if done:
            known = checkpoints.again(there[done - 1], added)
            training.restore(Standing(ends[done - 1], *known))
        return done

    def _mark(self, *, done: bool) -> None:
        """Write down what the folder is."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f".{MADE}.part"
        part.write_text(json.dumps({"key": self._key, "done": done}) + "\n")
        part.replace(self._folder / MADE)
