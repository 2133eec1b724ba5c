"""Training of a causal model on sequences of tokens: the loop, and nothing of files.

A step takes the next records of a random order, as many as a budget of tokens holds,
and minimises the mean loss of the tokens in them that count. It is read in passes of
the machine's own budget: packed or padded as the model allows. One seed gives one
result on one machine with one number of threads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sel.errors import MachineError
from sel.models import batches, loading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sel.models.machine import Machine
    from sel.types import Indices, Vectors


class Example(NamedTuple):
    """A record as a model reads it."""

    tokens: Sequence[int]
    counted: Indices
    """Places of the tokens whose losses count, rising, none of them the first."""


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: AdamW, with a warm-up and a schedule of its rate."""

    epochs: int = 3
    rate: float = 2e-5
    """The highest learning rate."""
    schedule: str = "cosine"
    """How the rate falls to 0 after the warm-up: cosine or linear; or constant."""
    warmup: float = 0.03
    """Share of the steps in which the rate rises."""
    tokens: int = 4096
    """Tokens of a step; a longer record stands alone."""
    records: int | None = None
    """The most records of a step."""
    decay: float = 0.0
    """Of the weights; decoupled from the gradient."""
    clip: float = 1.0
    """The greatest norm of a gradient; 0 for any."""
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    seed: int = 0

    def rate_at(self, step: int, steps: int) -> float:
        """The learning rate of a step, counted from 0."""
        warm = math.ceil(self.warmup * steps)
        if step < warm:
            return self.rate * step / warm
        left = (steps - step) / max(steps - warm, 1)
        shape = {
            "cosine": 0.5 * (1 - math.cos(math.pi * left)),
            "linear": left,
            "constant": 1.0,
        }
        return self.rate * shape[self.schedule]


class Standing(NamedTuple):
    """All that a training depends on besides its examples and its recipe."""

    steps: int
    """How many were done."""
    weights: Vectors
    """Of all parameters that are trained, one after another, shape (p,)."""
    first: Vectors
    """Adam's running mean of the gradient of each, shape (p,)."""
    second: Vectors
    """Adam's running mean of its square, shape (p,)."""


class Training:
    """A model and how far its training is.

    What is trained are the parameters that ask for a gradient: all of a model as it is
    loaded, or those of adapters where the others were frozen. Dropout is off.

    Args:
        machine: has the model, in float32.
        examples: those without a token that counts are passed over.
        recipe: how it is trained.
    """

    def __init__(
        self, machine: Machine, examples: Sequence[Example], recipe: Recipe
    ) -> None:
        torch = loading.import_torch()
        self.machine, self.recipe = machine, recipe
        self.step = 0
        """How many steps were done."""
        self.loss = math.nan
        """The mean loss of the last one."""
        known = [one for one in examples if len(one.counted)]
        # the last token that counts is read for its loss alone
        self._examples = [
            Example(x.tokens[: x.counted[-1] + 1], x.counted) for x in known
        ]
        self._lengths = [len(one.tokens) - 1 for one in self._examples]
        self._steps = list(self._planned())
        self.trained = [p for p in machine.model.parameters() if p.requires_grad]
        """The parameters, in the order of the model."""
        self._optimiser = torch.optim.AdamW(
            self.trained,
            lr=recipe.rate,
            betas=recipe.betas,
            eps=recipe.epsilon,
            weight_decay=recipe.decay,
        )

    @property
    def steps(self) -> int:
        """How many there are."""
        return len(self._steps)

    def cost(self, start: int, end: int | None = None) -> int:
        """How many tokens are read in some of the steps."""
        return sum(self._lengths[i] for some in self._steps[start:end] for i in some)

    def _planned(self) -> Iterator[list[int]]:
        """The examples of each step."""
        budget, most = self.recipe.tokens, self.recipe.records or len(self._lengths)
        for epoch in range(self.recipe.epochs):
            rng = np.random.default_rng([self.recipe.seed, epoch])
            some: list[int] = []
            total = 0
            for i in rng.permutation(len(self._lengths)).tolist():
                total += self._lengths[i]
                if some and (total > budget or len(some) == most):
                    yield some
                    some, total = [], self._lengths[i]
                some.append(i)
            if some:
                yield some

    def until(self, end: int, after: Callable[[], None] | None = None) -> None:
        """Train until so many steps are done.

        Args:
            end: at most `steps`.
            after: is called after each step.

        Raises:
            MachineError: a loss or a gradient is no longer a number, or there is no
                memory for a record.
        """
        while self.step < end:
            self._take(self._steps[self.step])
            if after:
                after()

    def _take(self, places: list[int]) -> None:
        """One step of the optimiser."""
        torch = loading.import_torch()
        count = sum(len(self._examples[i].counted) for i in places)
        while (total := self._passed(places, count)) is None:
            pass  # with half the budget
        norm = torch.nn.utils.clip_grad_norm_(
            self.trained, self.recipe.clip or math.inf
        )
        self.loss = float(total) / count
        if not (math.isfinite(self.loss) and math.isfinite(float(norm))):
            what = (
                f"the loss is {self.loss:g}, the norm of its gradient {float(norm):g}"
            )
            msg = f"the training diverged at step {self.step + 1:,}: {what}"
            raise MachineError(f"{msg}. Try: a lower --learning-rate")
        for group in self._optimiser.param_groups:
            group["lr"] = self.recipe.rate_at(self.step, self.steps)
        self._optimiser.step()
        self.step += 1

    def _passed(self, places: list[int], count: int) -> Any:
        """The sum of the losses of a step, whose gradient of the mean is taken.

        None where there was no memory for it.
        """
        self._optimiser.zero_grad(set_to_none=True)
        lengths = [self._lengths[i] for i in places]
        order, start, total = batches.order(lengths), 0, 0.0
        reader = self.machine
        while start < len(order):
            end = reader.end(order, start, lengths)
            some = [self._examples[places[i]] for i in order[start:end]]
            try:
                losses = reader.with_gradient(*zip(*some, strict=True))
                (losses.sum() / count).backward()
                total += float(losses.detach().double().sum())
            except (RuntimeError, MemoryError) as error:
                if not loading.no_memory(error):
                    raise
                reader.halve([len(one.tokens) for one in some])
                return None
            if reader.heard:
                reader.heard(sum(lengths[i] for i in order[start:end]))
            start = end
        return total

    def standing(self) -> Standing:
        """How far it is, to go on from later; copies of 12 bytes a parameter."""
        found = [self._optimiser.state.get(p, {}) for p in self.trained]
        pairs = list(zip(self.trained, found, strict=True))
        moments = (
            _flat([known.get(name, p.detach() * 0) for p, known in pairs])
            for name in ("exp_avg", "exp_avg_sq")
        )
        return Standing(self.step, _flat(self.trained), *moments)

    def restore(self, standing: Standing) -> None:
        """Go on from where a training of the same examples was.

        Raises:
            MachineError: it was of another model.
        """
        torch = loading.import_torch()
        self.step = standing.steps
        sizes = [p.numel() for p in self.trained]
        if sum(sizes) != len(standing.weights):
            msg = f"{sum(sizes):,} numbers are trained, and {len(standing.weights):,}"
            raise MachineError(f"{msg} were saved. Try: without --resume")
        ends = np.cumsum(sizes).tolist()
        for p, size, end in zip(self.trained, sizes, ends, strict=True):
            part = slice(end - size, end)
            values = [
                torch.tensor(one[part]).view_as(p).to(p.device) for one in standing[1:]
            ]
            with torch.no_grad():
                p.copy_(values[0])
            self._optimiser.state[p] = {
                "step": torch.tensor(float(self.step)),
                "exp_avg": values[1],
                "exp_avg_sq": values[2],
            }


def _flat(values: Sequence[Any]) -> Vectors:
    """Numbers of several tensors one after another."""
    torch = loading.import_torch()
    flat = torch.cat([one.detach().float().reshape(-1).cpu() for one in values])
    numbers: Vectors = flat.numpy()
    return numbers
