"""A small classifier: softmax regression, or one hidden layer of rectified units.

Trained by Adam in float64, with the gradient of each row in closed form: nothing but
numpy, so that thousands of rows take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sel.types import Indices

    Numbers = npt.NDArray[np.float64]

BLOCK = 1 << 12  # rows that are looked at together
FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8  # of Adam


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    hidden: int
    """Units of the hidden layer; 0 for none."""
    epochs: int
    rate: float
    batch: int
    decay: float
    """Of the weights; decoupled from the gradient."""


@dataclass(frozen=True)
class Network:
    """The weights of each layer, shape (out, in), followed by what is added, (out,)."""

    layers: tuple[Numbers, ...]

    def outputs(self, rows: Numbers) -> Numbers:
        """Logits, shape (n, classes)."""
        return self._forward(rows)[-1]

    def losses(self, rows: Numbers, classes: Indices) -> Numbers:
        """The cross-entropy of each row, shape (n,), in nats."""
        logs = log_softmax(self.outputs(rows))
        return -logs[np.arange(len(classes)), classes]

    def _forward(self, rows: Numbers) -> list[Numbers]:
        """What goes into each layer, and what comes out of the last."""
        found = [rows]
        for at in range(0, len(self.layers), 2):
            weights, added = self.layers[at : at + 2]
            entered = np.maximum(found[-1], 0) if at else rows
            found[-1] = entered
            found.append(entered @ weights.T + added)
        return found

    def errors(
        self, rows: Numbers, slope: Callable[[Numbers], Numbers]
    ) -> list[tuple[Numbers, Numbers]]:
        """For each layer what enters it, and the slope of each row's loss behind it.

        The gradient of a row is the outer product of the two; that of what is added is
        the slope alone.

        Args:
            rows: (n, d).
            slope: that of the losses, from the logits.
        """
        *entered, logits = self._forward(rows)
        behind, found = slope(logits), []
        for at in range(len(entered) - 1, -1, -1):
            found.append((entered[at], behind))
            if at:
                behind = (behind @ self.layers[2 * at]) * (entered[at] > 0)
        return found[::-1]


def cross_entropy(classes: Indices) -> Callable[[Numbers], Numbers]:
    """The slope of each row's cross-entropy: softmax, less 1 at its class."""

    def slope(logits: Numbers) -> Numbers:
        shares = np.exp(log_softmax(logits))
        shares[np.arange(len(classes)), classes] -= 1
        return shares

    return slope


def log_softmax(logits: Numbers) -> Numbers:
    """Logarithms of the probabilities, shape (n, classes)."""
    moved = logits - logits.max(axis=1, keepdims=True)
    logs: Numbers = moved - np.log(np.exp(moved).sum(axis=1, keepdims=True))
    return logs


def begun(columns: int, classes: int, hidden: int, rng: Any) -> Network:
    """A network that has learnt nothing, of He's uniform numbers.

    Args:
        columns: of what it reads.
        classes: that it tells apart.
        hidden: units between; 0 for none.
        rng: a numpy generator.
    """
    sizes = [columns, hidden, classes] if hidden else [columns, classes]
    layers: list[Numbers] = []
    for entering, leaving in pairwise(sizes):
        reach = (6 / max(entering, 1)) ** 0.5 if hidden else 0.01
        layers.append(rng.uniform(-reach, reach, (leaving, entering)))
        layers.append(np.zeros(leaving))
    return Network(tuple(layers))


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def trained(
    network: Network, rows: Numbers, classes: Indices, recipe: Recipe, rng: Any
) -> Network:
    """The network after some epochs of Adam, whose rate falls to 0 by a cosine.

    Args:
        network: where it starts.
        rows: (n, d).
        classes: (n,).
        recipe: how it is trained.
        rng: a numpy generator that orders the rows of each epoch.

    Raises:
        DataError: the weights grew beyond all bounds.
    """
    layers = [np.array(one) for one in network.layers]
    means = [np.zeros_like(one) for one in layers]
    squares = [np.zeros_like(one) for one in layers]
    orders = list(_orders(len(rows), recipe, rng))
    for step, some in enumerate(orders, 1):
        now = Network(tuple(layers))
        found = now.errors(rows[some], cross_entropy(classes[some]))
        rate = recipe.rate * 0.5 * (1 + np.cos(np.pi * (step - 1) / len(orders)))
        for at, gradient in enumerate(_mean(found)):
            means[at] += (1 - FIRST) * (gradient - means[at])
            squares[at] += (1 - SECOND) * (gradient**2 - squares[at])
            size = np.sqrt(squares[at] / (1 - SECOND**step)) + EPSILON
            layers[at] *= 1 - rate * recipe.decay
            layers[at] -= rate * means[at] / (1 - FIRST**step) / size
    if not all(np.isfinite(one).all() for one in layers):
        msg = "the training diverged. Try: a lower --learning-rate"
        raise DataError(msg)
    return Network(tuple(layers))


def _orders(size: int, recipe: Recipe, rng: Any) -> Iterator[Indices]:
    for _ in range(recipe.epochs):
        order = rng.permutation(size)
        for at in range(0, size, recipe.batch):
            yield order[at : at + recipe.batch]


def _mean(found: Sequence[tuple[Numbers, Numbers]]) -> Iterator[Numbers]:
    """The mean gradient of all layers."""
    for entered, behind in found:
        yield behind.T @ entered / len(behind)
        yield behind.mean(axis=0)


def of_rows(
    network: Network, rows: Numbers, slope: Callable[[slice], Any]
) -> list[Numbers]:
    """The mean of the squared gradients of rows, in the shapes of the layers.

    Args:
        network: whose gradients.
        rows: (n, d).
        slope: that of the losses of some of the rows.
    """
    sums = [np.zeros_like(one) for one in network.layers]
    for at in range(0, len(rows), BLOCK):
        here = slice(at, at + BLOCK)
        found = network.errors(rows[here], slope(here))
        for place, (entered, behind) in enumerate(found):
            sums[2 * place] += (behind**2).T @ entered**2
            sums[2 * place + 1] += (behind**2).sum(axis=0)
    return [one / len(rows) for one in sums]


def of_batches(
    network: Network, rows: Numbers, slope: Callable[[slice], Any], batch: int
) -> Iterator[list[Numbers]]:
    """The mean gradient of each batch, in the shapes of the layers."""
    for at in range(0, len(rows), batch):
        here = slice(at, at + batch)
        yield list(_mean(network.errors(rows[here], slope(here))))
