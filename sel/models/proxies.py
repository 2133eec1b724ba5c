"""Small models that are followed over their training, or over saved checkpoints."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.errors import MachineError, OptionError
from sel.models import adapters, likelihood, loading
from sel.models.training import Example, Recipe, Standing, Training

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sel.types import Indices, Spans, Texts, Vectors

SOME = 4096
"""Records whose losses are taken together."""
OFTEN = 300.0
"""Seconds from one state that a later run can go on from to the next."""
BACKWARD = 3
"""What a token costs in training, where one that is only read costs 1."""


@dataclass(frozen=True)
class Kept:
    """How far a run is: what a later one goes on from."""

    key: str
    """What its result depends on."""
    steps: int
    weights: npt.NDArray[np.float32]
    first: npt.NDArray[np.float32]
    second: npt.NDArray[np.float32]
    losses: npt.NDArray[np.float32]
    """Of each record at the checkpoints so far, (n, c)."""

    def sound(self) -> bool:
        """Whether its parts fit one another."""
        same = self.weights.shape == self.first.shape == self.second.shape
        return same and self.steps >= 0 and self.losses.ndim == 2


@dataclass
class Followed:
    """What runs of both kinds share.

    `follow` is given what is done, step by step, and how much there is of it, and shows
    how far it is; `keep` is given what to keep, and `kept` is what an earlier run left.
    """

    heard: Callable[[int], None] | None = None
    """Is told how many tokens were read."""
    follow: Callable[[Iterator[int], int], Iterator[int]] = lambda steps, _: steps
    keep: Callable[[Standing, Vectors], None] | None = None
    kept: Kept | None = None
    cut: int = 0
    """How many texts were longer than is read of them."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What there is to say of it at the end."""

    def _column(
        self, reader: Any, ids: Sequence[Any], wanted: Sequence[Indices], at: str
    ) -> Iterator[tuple[int, Vectors]]:
        """The mean loss of each text, some at a time; and how many tokens it took."""
        for start in range(0, len(ids), SOME):
            part = slice(start, start + SOME)
            losses = reader.machine.losses(ids[part], wanted[part])
            means = [one.mean() if len(one) else np.nan for one in losses]
            known = [len(one) > 0 for one in losses]
            if not np.isfinite(np.array(means)[known]).all():
                msg = f"the losses {at} are not all numbers: the training diverged"
                raise MachineError(f"{msg}. Try: a lower --learning-rate")
            tokens = sum(int(one[-1]) for one in wanted[part] if len(one))
            yield tokens, np.array(means, np.float32)


class Trained(Followed):
    """A small model that is trained on texts.

    Args:
        name: of the Hugging Face hub, or a folder.
        recipe: how it is trained.
        checkpoints: when losses are taken, evenly over the steps, after the last too.
        running: device and batch; see sel.models.transformer.Reader.
        pickle: weights may be pickles.
        lora: the rank of adapters that are trained instead of all weights.
    """

    def __init__(
        self,
        name: str,
        recipe: Recipe,
        checkpoints: int,
        running: tuple[str, int],
        *,
        pickle: bool,
        lora: int | None = None,
    ) -> None:
        super().__init__()
        self._reader = likelihood.load(name, *running, pickle=pickle)
        if lora:
            model = self._reader.machine.model
            adapters.add(model, lora, 2.0 * lora, seed=recipe.seed)
        self._recipe, self._checkpoints = recipe, checkpoints
        self.end = self._reader.end
        self.render = self._reader.render
        self.made_by: dict[str, Any] = {"model": name, **self._reader.made_by}
        self._saved = time.monotonic()

    def trajectories(
        self,
        texts: Texts,
        max_length: int,
        *,
        special: bool = True,
        spans: Sequence[Spans] | None = None,
    ) -> Vectors:
        """Losses over the training, shape (n, checkpoints); see sel.types."""
        reader = self._reader
        reader.listen(self.heard)
        ids, wanted, self.cut = reader.within(texts, max_length, spans, special=special)
        examples = [*map(Example, ids, wanted)]
        training = Training(reader.machine, examples, self._recipe)
        ends = self._ends(training.steps)
        columns: list[Vectors] = []
        if self.kept:
            kept = self.kept
            standing = Standing(kept.steps, kept.weights, kept.first, kept.second)
            training.restore(standing)
            columns = [*kept.losses.T]
        left = training.cost(training.step) * BACKWARD
        left += sum(int(x[-1]) for x in wanted if len(x)) * (len(ends) - len(columns))
        for _ in self.follow(self._work(training, ends, columns, examples), left):
            pass
        self.facts = {
            "training": {
                "steps": training.steps,
                "checkpoints": ends,
                "parameters": sum(p.numel() for p in training.trained),
                "loss": training.loss,
            }
        }
        return np.stack(columns, 1)

    def _ends(self, steps: int) -> list[int]:
        """After which steps losses are taken."""
        if not steps:
            msg = "no record has a token that counts"
            raise MachineError(f"{msg}. Try: --of all, or a longer --max-length")
        if self._checkpoints > steps:
            rule = f"at most {steps:,}, the steps of the training"
            raise OptionError("checkpoints", rule, self._checkpoints)
        return [steps * (i + 1) // self._checkpoints for i in range(self._checkpoints)]

    def _work(
        self,
        training: Training,
        ends: list[int],
        columns: list[Vectors],
        examples: list[Example],
    ) -> Iterator[int]:
        """Train, and add a column at each checkpoint; yields what was done."""
        ids, wanted = [x.tokens for x in examples], [x.counted for x in examples]
        for end in ends[len(columns) :]:
            while training.step < end:
                cost = training.cost(training.step, training.step + 1)
                training.until(training.step + 1)
                self._keep(training, columns)
                yield cost * BACKWARD
            self._keep(training, columns, now=True)
            parts = []
            at = f"after step {end:,}"
            for tokens, part in self._column(self._reader, ids, wanted, at):
                parts.append(part)
                yield tokens
            columns.append(np.concatenate(parts))
        self._keep(training, columns, now=True)

    def _keep(
        self, training: Training, columns: list[Vectors], *, now: bool = False
    ) -> None:
        """Keep what a later run can go on from, now and then."""
        if self.keep is None or not (now or time.monotonic() - self._saved > OFTEN):
            return
        self._saved = time.monotonic()
        self.keep(training.standing(), _matrix(columns))


class Saved(Followed):
    """The checkpoints that a trainer left in a folder.

    Args:
        folder: has a folder for each, with the number of its step in its name.
        running: device and batch; see sel.models.transformer.Reader.
        pickle: weights may be pickles.

    Raises:
        MachineError: there is no model in it.
    """

    def __init__(self, folder: str, running: tuple[str, int], *, pickle: bool) -> None:
        super().__init__()
        self._folders = _checkpoints(folder)
        self._running, self._pickle = running, pickle
        self._reader = self._load(self._folders[0])
        self.end = self._reader.end
        self.render = self._reader.render
        names = [path.name for path in self._folders]
        self.made_by: dict[str, Any] = {"models": names, **self._reader.made_by}

    def _load(self, folder: Path) -> likelihood.Reading:
        return likelihood.load(str(folder), *self._running, pickle=self._pickle)

    def trajectories(
        self,
        texts: Texts,
        max_length: int,
        *,
        special: bool = True,
        spans: Sequence[Spans] | None = None,
    ) -> Vectors:
        """Losses of each checkpoint, shape (n, checkpoints); see sel.types."""
        columns = [*self.kept.losses.T] if self.kept else []

        def work() -> Iterator[int]:
            for i in range(len(columns), len(self._folders)):
                reader = self._load(self._folders[i]) if i else self._reader
                reader.listen(self.heard)
                ids, wanted, self.cut = reader.within(
                    texts, max_length, spans, special=special
                )
                parts = []
                at = f"of {self._folders[i]}"
                for _, part in self._column(reader, ids, wanted, at):
                    parts.append(part)
                    yield len(part)
                columns.append(np.concatenate(parts))
                if self.keep:
                    nothing = np.empty(0, np.float32)
                    standing = Standing(i + 1, nothing, nothing, nothing)
                    self.keep(standing, _matrix(columns))

        for _ in self.follow(work(), len(texts) * (len(self._folders) - len(columns))):
            pass
        return np.stack(columns, 1)


def _matrix(columns: list[Vectors]) -> Vectors:
    """Columns beside one another; (0, 0) if there is none."""
    return np.stack(columns, 1) if columns else np.empty((0, 0), np.float32)


def _checkpoints(folder: str) -> list[Path]:
    """The folders of models in a folder, by the numbers in their names."""
    loading.check_place(folder if folder.startswith("/") else f"./{folder}")
    found = [path.parent for path in Path(folder).glob("*/config.json")]
    if not found:
        msg = f"no folder in {folder} has a model with a config.json"
        raise MachineError(f"{msg}. Try: the folder that a trainer wrote to")
    return sorted(found, key=_number)


def _number(path: Path) -> tuple[int, str]:
    """The last number in a name, and the name."""
    digits = re.findall(r"\d+", path.name)
    return int(digits[-1]) if digits else -1, path.name
