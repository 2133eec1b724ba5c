"""Small networks on frozen vectors: one that tells classes, one that parts triplets."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from sel.types import Noise

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Triplets = npt.NDArray[np.int64]
"""Shape (t, 3): an anchor, one like it, and one unlike it, as rows."""

RATE = 1e-3
WIDTHS = (128, 64)
MARGIN = 5.0
FAR = 1e-12
"""A distance below it has no direction."""


class Draws:
    """Numbers of one stream of chance, each used once."""

    def __init__(self, rng: Noise) -> None:
        self._rng, self._at = rng, 0

    def uniform(self, *shape: int) -> Numbers:
        """Numbers between 0 and 1, both excluded."""
        size = int(np.prod(shape))
        keys = np.arange(self._at, self._at + size, dtype=np.uint64)
        self._at += size
        drawn: Numbers = np.asarray(self._rng.uniform(keys), np.float64).reshape(shape)
        return drawn

    def below(self, count: int) -> int:
        """A whole number from 0 to count - 1."""
        return int(self.uniform(1)[0] * count)

    def order(self, count: int) -> Codes:
        """The numbers from 0 to count - 1 by chance."""
        return np.argsort(self.uniform(count), kind="stable").astype(np.int64)


class _Adam:
    """Adam (Kingma and Ba 2015, arXiv:1412.6980), over arrays changed in place."""

    def __init__(self, weights: list[Numbers]) -> None:
        self._weights, self._steps = weights, 0
        self._first = [np.zeros_like(one) for one in weights]
        self._second = [np.zeros_like(one) for one in weights]

    def step(self, gradients: list[Numbers]) -> None:
        self._steps += 1
        scale = RATE * np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        each = zip(self._weights, gradients, self._first, self._second, strict=True)
        for weight, gradient, first, second in each:
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient**2 - second)
            weight -= scale * first / (np.sqrt(second) + 1e-8)


class Classifier:
    """Two hidden layers with ReLU, trained by cross-entropy in batches of 32.

    Args:
        rows: (n, d).
        classes: (n,), from 0.
        count: classes that there are.
        draws: the first weights, and the order of the batches.
        epochs: how often all rows are read.
    """

    def __init__(
        self, rows: Numbers, classes: Codes, count: int, draws: Draws, epochs: int
    ) -> None:
        sizes = (rows.shape[1], *WIDTHS, count)
        self._layers: list[Numbers] = []
        for size, width in pairwise(sizes):
            reach = 1 / np.sqrt(size)
            for shape in ((size, width), (width,)):
                self._layers.append((2 * draws.uniform(*shape) - 1) * reach)
        adam = _Adam(self._layers)
        for _ in range(epochs):
            order = draws.order(len(rows))
            for at in range(0, len(rows), 32):
                some = order[at : at + 32]
                adam.step(self._gradients(rows[some], classes[some]))

    def scores(self, rows: Numbers) -> Numbers:
        """Logits, shape (q, count)."""
        return self._passed(rows)[-1]

    def _passed(self, rows: Numbers) -> list[Numbers]:
        """What goes into each layer, and what comes out of the last."""
        passed = [rows]
        for i in range(0, len(self._layers), 2):
            out = passed[-1] @ self._layers[i] + self._layers[i + 1]
            passed.append(np.maximum(out, 0) if i + 2 < len(self._layers) else out)
        return passed

    def _gradients(self, rows: Numbers, classes: Codes) -> list[Numbers]:
        *passed, logits = self._passed(rows)
        error = softmax(logits)
        error[np.arange(len(rows)), classes] -= 1
        error /= len(rows)
        found: list[Numbers] = []
        for i in range(len(self._layers) - 2, -1, -2):
            before = passed[i // 2]
            found[:0] = [before.T @ error, error.sum(axis=0)]
            error = (error @ self._layers[i].T) * (before > 0)
        return found


def softmax(logits: Numbers) -> Numbers:
    """Probabilities, each row summing to 1."""
    shares: Numbers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def parted(rows: Numbers, triplets: Triplets, draws: Draws, epochs: int) -> Numbers:
    """A map that brings the first two of each triplet together, and parts the third.

    It is linear, begins as none, and is trained by the triplet loss: the distance to
    the one that is alike, less that to the other, plus a margin of 5, where above 0.

    Args:
        rows: (n, d).
        triplets: of them.
        draws: the order of the batches, of 8.
        epochs: how often all triplets are read.

    Returns:
        Shape (d, d).
    """
    turn: Numbers = np.eye(rows.shape[1])
    adam = _Adam([turn])
    for _ in range(epochs):
        order = draws.order(len(triplets))
        for at in range(0, len(order), 8):
            anchors, alike, unlike = rows[triplets[order[at : at + 8]].T]
            adam.step([_pull(anchors - alike, anchors - unlike, turn)])
    return turn


def _pull(near: Numbers, far: Numbers, turn: Numbers) -> Numbers:
    """The gradient of the mean triplet loss, by the differences of the rows."""
    turned = near @ turn, far @ turn
    distances: Any = [np.linalg.norm(one, axis=1) for one in turned]
    active = distances[0] - distances[1] + MARGIN > 0
    near_, far_ = (
        one / np.maximum(distance, FAR)[:, None] * active[:, None]
        for one, distance in zip(turned, distances, strict=True)
    )
    pulled: Numbers = (near.T @ near_ - far.T @ far_) / len(near)
    return pulled
