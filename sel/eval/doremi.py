"""The weights of domains that DoReMi makes of a table of losses.

A record is a domain at a step of a small model's training: its number of the step, the
domain, and the excess loss, that of the model above that of a reference model. A
domain in which the model still has much to learn gets more weight: after each step the
logarithm of its weight grows by --eta times its excess, and all are mixed with a
uniform distribution, --smoothing of it. A domain that a step lacks keeps its last
excess. Rows of one step and domain are averaged.

A line for each domain, which `pick mix` reads: `weight`, the mean over the steps, and
`last`, that of the last. The closing line has the effective number of domains.

Source: Xie et al. 2023, DoReMi: Optimizing Data Mixtures Speeds Up Language Model
Pretraining, arXiv:2305.10429; the smoothing is that of the released code.

Differs: the method clips the excess of each token at 0; here that of each row is, as
its tokens are not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sel import check
from sel.errors import DataError
from sel.types import Scores


class Losses(NamedTuple):
    """Rows of losses."""

    steps: Scores
    """(n,)."""
    domains: Sequence[str]
    """(n,), names."""
    excess: Scores
    """(n,), how far each is above the reference."""
    tokens: Scores
    """(n,), what each row weighs."""


def measure(
    losses: Losses,
    prior: Mapping[str, float] | None,
    *,
    eta: float = 1.0,
    smoothing: float = 1e-4,
) -> list[dict[str, Any]]:
    """A result for each domain.

    Args:
        losses: rows of steps, domains and their excess losses.
        prior: the weights before the first step; None for all alike.
        eta: size of a step.
        smoothing: share of the uniform distribution in each update.

    Raises:
        DataError: there are no rows, or the prior lacks a domain.
    """
    check.between("--eta", eta, 0, 1e6)
    check.between("--smoothing", smoothing, 0, 1)
    names = [*dict.fromkeys([*(prior or ()), *losses.domains])]
    if not len(losses.steps):
        msg = "there are no losses"
        raise DataError(msg)
    start = np.full(len(names), 1 / len(names))
    if prior is not None:
        if lacking := [name for name in names if name not in prior]:
            msg = f"--prior has nothing for {lacking[0]!r}"
            raise DataError(msg)
        start = np.array([prior[name] for name in names])
        start /= start.sum()
    place = {name: i for i, name in enumerate(names)}
    codes = np.array([place[name] for name in losses.domains])
    weights = start
    every = []
    for excess in _steps(losses, codes, len(names)):
        weights = _updated(weights, excess, eta, smoothing)
        every.append(weights)
    mean = np.mean(every, axis=0)
    columns = zip(names, mean.tolist(), weights.tolist(), start.tolist(), strict=True)
    return [
        {"domain": name, "weight": weight, "last": last, "prior": first}
        for name, weight, last, first in columns
    ]


def _steps(losses: Losses, codes: Any, count: int) -> Any:
    """The excess of each domain at each step, shape (steps, domains), never below 0."""
    steps, which = np.unique(losses.steps, return_inverse=True)
    cells, shape = which * count + codes, (len(steps), count)
    size = len(steps) * count
    clipped = np.maximum(losses.excess, 0.0)
    whole = np.bincount(cells, losses.tokens, size)
    sums = np.bincount(cells, losses.tokens * clipped, size)
    seen = (whole > 0).reshape(shape)
    means = (sums / np.where(whole > 0, whole, 1)).reshape(shape)
    last = np.maximum.accumulate(np.where(seen, np.arange(len(steps))[:, None], 0))
    filled: Scores = np.take_along_axis(means, last, 0)
    return filled


def _updated(weights: Scores, excess: Scores, eta: float, smoothing: float) -> Scores:
    """The weights after one step."""
    with np.errstate(divide="ignore"):
        logs = np.log(weights) + eta * excess
    grown: Scores = np.exp(logs - logs.max())
    grown *= (1 - smoothing) / grown.sum()
    return grown + smoothing / len(weights)
