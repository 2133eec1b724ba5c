"""Logistic regression on bags of n-grams, one text after the other.

Dual coordinate descent: each text has a number between 0 and C, the weights are the sum
of these times the texts, and one number after the other is set to the best that it can
be while the others stay. There is no rate of learning to choose.

Source: Yu, Huang and Lin 2011, Dual coordinate descent methods for logistic regression
and maximum entropy models, Machine Learning 85, section 3.

Differs: the best number is found by Newton steps on the margin, kept between bounds.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sel.maths.text.bags import Bags
    from sel.types import Mask, Noise, Scores

SMALL = 1e-2
_STEPS = 60
_CLOSE = 1e-9
_FAR = 700.0  # the exponential of more is no float


def fitted(
    bags: Bags,
    positive: Mask,
    costs: Scores,
    rng: Noise,
    *,
    buckets: int,
    epochs: int,
    small: float = SMALL,
) -> tuple[npt.NDArray[np.float64], float]:
    """Weights of the buckets, shape (buckets,), and the intercept.

    The order of the texts in an epoch depends on what they say, not on where they are.

    Args:
        bags: n texts, none of them empty.
        positive: (n,), which are to get a high number.
        costs: (n,), C of each text: the price of an error, against large weights.
        rng: shuffles the texts.
        buckets: how many there are.
        epochs: most passes over the texts.
        small: largest change of an epoch, as a share of C, that ends the descent.
    """
    weights, intercept = np.zeros(buckets), 0.0
    values, ids, bounds = bags.values(), bags.buckets, bags.bounds.tolist()
    signs = np.where(positive, 1.0, -1.0).tolist()
    prices, duals = costs.tolist(), [0.0] * len(bags)
    keys = bags.keys
    for epoch in range(epochs):
        order = np.argsort(rng.uniform(keys + np.uint64(epoch + 1)), kind="stable")
        largest = 0.0
        for i in order.tolist():
            part = slice(bounds[i], bounds[i + 1])
            places, some = ids[part], values[part]
            sign, price, dual = signs[i], prices[i], duals[i]
            margin = sign * (float((weights[places] * some).sum()) + intercept)
            duals[i] = _best(margin, dual, price)
            step = duals[i] - dual
            largest = max(largest, abs(step) / price)
            weights[places] += sign * step * some
            intercept += sign * step
        if largest < small:
            break
    return weights, intercept


def _best(margin: float, dual: float, price: float) -> float:
    """The dual number that fits the margin which it makes.

    The squares of a text add up to 1, and to 2 with that of the intercept.
    """
    rest = margin - 2 * dual
    low, high, at = rest, rest + 2 * price, margin
    for _ in range(_STEPS):
        share = 1 / (1 + exp(min(at, _FAR)))
        off = at - rest - 2 * price * share
        step = off / (1 + 2 * price * share * (1 - share))
        if abs(step) < _CLOSE:
            break
        low, high = (low, at) if off > 0 else (at, high)
        at -= step
        if not low < at < high:
            at = (low + high) / 2
    return price / (1 + exp(min(at, _FAR)))
