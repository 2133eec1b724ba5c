"""QuickSelection: the strength of columns in a sparse autoencoder.

Noise is added to the standardised rows, a sparse layer of sigmoids learns to undo it,
and after every epoch the weakest links are replaced by random ones (SET). The strength
of a column is the sum of its weights.

Source: Atashgahi et al. 2022, Quick and Robust Feature Selection, arXiv:2012.00560;
Mocanu et al. 2018, arXiv:1707.04780, for SET.

Differs: noise is drawn anew for every batch (the authors draw it once); the strength is
that of the weights at the end (theirs are those before the last links were regrown);
columns that do not vary get strength 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.matrices.components import mean_and_variance

if TYPE_CHECKING:
    import numpy.typing as npt

    from sel.types import Mask, Scores, Vectors

    Floats = npt.NDArray[np.floating[Any]]


DENSITY = 13  # links of a layer for each of its inputs and outputs
REPLACED = 0.2  # of the links, after every epoch
NOISE = 0.2
DROPPED = 0.2  # of the hidden units, in each batch
RATE, MOMENTUM, DECAY = 0.01, 0.9, 1e-5
BATCH = 100
SPREAD = 0.1  # of new weights


def strengths(weights: Floats) -> Scores:
    """Sum of the absolute weights of each input, shape (d,), from (d, hidden)."""
    sums: Scores = np.abs(np.asarray(weights, np.float64)).sum(axis=1)
    return sums


def kept(weights: Floats, share: float) -> Mask:
    """Which weights SET keeps: not the share nearest zero of either sign, nor zeros.

    Counted as the authors do, from the weight nearest zero on.
    """
    weights = np.asarray(weights)
    values = np.sort(weights[weights != 0])
    if not len(values):
        return np.zeros(weights.shape, bool)
    first = int(np.abs(values).argmin())
    after = len(values) - int(np.abs(values[::-1]).argmin())
    low = values[int(first - share * first)]
    high = values[int(min(len(values) - 1, after + share * (len(values) - after)))]
    mask: Mask = ((weights < low) | (weights > high)) & (weights != 0)
    return mask


def trained(
    rows: Floats, rng: np.random.Generator, *, hidden: int = 200, epochs: int = 30
) -> Scores:
    """Strengths after training, shape (d,).

    Args:
        rows: (n, d), standardised.
        rng: draws links, noise, order and which units rest.
        hidden: units of the layer.
        epochs: passes over the rows.
    """
    n, d = rows.shape
    layers = [_Layer(d, hidden, rng), _Layer(hidden, d, rng)]
    for epoch in range(epochs):
        order = rng.permutation(n)
        size = min(BATCH, n)
        for at in range(0, n - size + 1, size):
            _step(rows[order[at : at + size]], layers, rng)
        if epoch < epochs - 1:
            for layer in layers:
                layer.rewire(rng)
    return strengths(layers[0].weights)


class _Layer:
    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        count = DENSITY * (inputs + outputs)
        self.weights = np.zeros((inputs, outputs), np.float32)
        cells = rng.integers(0, inputs * outputs, count)
        self.weights.reshape(-1)[cells] = SPREAD * rng.standard_normal(count)
        self.bias = np.zeros(outputs, np.float32)
        self._speeds = [np.zeros_like(self.weights), np.zeros_like(self.bias)]

    def learn(self, inputs: Floats, slopes: Floats) -> None:
        """A step of gradient descent on the links that there are."""
        slope = inputs.T @ slopes / len(inputs) * (self.weights != 0)
        pairs = ((self.weights, slope), (self.bias, slopes.mean(axis=0)))
        for speed, (what, change) in zip(self._speeds, pairs, strict=True):
            speed *= MOMENTUM
            speed -= RATE * change
            what += speed - DECAY * what

    def rewire(self, rng: np.random.Generator) -> None:
        """Replace the weakest links by as many random ones."""
        mask = kept(self.weights, REPLACED)
        lost = int((self.weights != 0).sum() - mask.sum())
        free = np.flatnonzero(~mask)
        new = rng.choice(free, min(lost, len(free)), replace=False)
        for what in (self.weights, self._speeds[0]):
            what[~mask] = 0
        self.weights.reshape(-1)[new] = SPREAD * rng.standard_normal(len(new))


def mean_strength(
    rows: Vectors, rng: np.random.Generator, *, nets: int = 5, most: int = 10_000
) -> Scores:
    """Strengths in several nets, averaged: one net's choice is half chance; shape (d,).

    Args:
        rows: (n, d); at most `most` of them are learnt from.
        rng: draws rows, and what `trained` draws.
        nets: how many are trained.
        most: rows.
    """
    some = np.sort(rng.permutation(len(rows))[:most])
    chosen = np.asarray(rows[some], np.float32)
    mean, variance = mean_and_variance(chosen)
    alive = np.flatnonzero(variance > 0)
    scaled = (chosen[:, alive] - mean[alive]) / np.sqrt(variance[alive])
    total = np.zeros(rows.shape[1])
    for _ in range(nets):
        total[alive] += trained(scaled.astype(np.float32), rng)
    return total / nets


def _step(rows: Floats, layers: list[_Layer], rng: np.random.Generator) -> None:
    """Forward, backward, and a step of both layers."""
    first, second = layers
    noisy = rows + NOISE * rng.standard_normal(rows.shape, np.float32)
    states = 1 / (1 + np.exp(-(noisy @ first.weights + first.bias)))
    awake = rng.random(states.shape, np.float32) >= DROPPED
    seen = states * awake
    wrong = seen @ second.weights + second.bias - rows
    slopes = wrong @ second.weights.T * awake * states * (1 - states)
    second.learn(seen, wrong)
    first.learn(noisy, slopes)
