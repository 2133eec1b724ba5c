"""Selective synaptic dampening, and what tells whether a model still knows some rows.

Source: Foster et al. 2024, arXiv:2308.07707, and its code for the dampening and the
membership attack; Schoepf et al. 2024, arXiv:2402.10098, for the share that is
dampened; Chundawat et al. 2023, arXiv:2205.08096, for the ZRF score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sel.eval import _network
from sel.eval._network import Network, cross_entropy, log_softmax

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from sel.types import Indices

    Numbers = npt.NDArray[np.float64]

ROUNDS = 100
"""Newton's, of the attack; a few are enough."""
PENALISED = np.array([1.0, 0.0])
"""The slope of its line, and not what is added."""
TINY = 1e-10
BELOW = 1 - 1e-9
"""Of the ceiling: ratios that reach it are rounded."""


class Dampened(NamedTuple):
    """What came of a dampening."""

    network: Network
    alpha: float
    share: float
    """Of the weights, that were selected."""


@dataclass(frozen=True)
class Dampening:
    """How weights are dampened."""

    alpha: float | None
    """Selects weights that matter more than alpha times as much; None: by the rows."""
    strength: float
    """Lambda: a weight that is selected is multiplied by lambda times the inverse ratio
    of the importances, at most by 1."""
    importance: str = "row"
    """Of what gradients are squared: row or batch; or output, without labels."""
    batch: int = 64

    def of(
        self, network: Network, rows: Numbers, classes: Indices, forgotten: int
    ) -> Dampened:
        """A network without what matters much more to the last of the rows.

        Args:
            network: to be dampened; it stays as it is.
            rows: (n, d), those that it was trained on, the forgotten ones last.
            classes: (n,).
            forgotten: how many these are.
        """
        last = slice(len(rows) - forgotten, None)
        whole = self.weighed(network, rows, classes)
        some = self.weighed(network, rows[last], classes[last])
        alpha = self.alpha
        if alpha is None:
            share = np.log1p(100 * forgotten / len(rows)) / 100
            alpha = adaptive(whole, some, share)
            if self.importance == "row":  # what matters to no other row is selected
                alpha = min(alpha, len(rows) / forgotten * BELOW)
        return dampened(network, whole, some, alpha, self.strength)

    def weighed(
        self, network: Network, rows: Numbers, classes: Indices
    ) -> list[Numbers]:
        """The importance of each weight to some rows."""
        if self.importance == "row":
            return fisher(network, rows, classes)
        if self.importance == "batch":
            return batches(network, rows, classes, self.batch)
        return outputs(network, rows, self.batch)


def fisher(network: Network, rows: Numbers, classes: Indices) -> list[Numbers]:
    """The diagonal of the empirical Fisher information: mean squared gradients of rows.

    Args:
        network: whose weights.
        rows: (n, d).
        classes: (n,).
    """
    return _network.of_rows(network, rows, lambda here: cross_entropy(classes[here]))


def batches(
    network: Network, rows: Numbers, classes: Indices, batch: int
) -> list[Numbers]:
    """The mean of the squared gradients of batches, as the authors' code has it.

    It falls with the size of a batch, in which gradients cancel, and depends on the
    order of the rows.
    """
    found = _network.of_batches(
        network, rows, lambda here: cross_entropy(classes[here]), batch
    )
    return _means(found, np.square)


def outputs(network: Network, rows: Numbers, batch: int) -> list[Numbers]:
    """Without labels: the mean size of the slope of the squared norm of the logits."""
    found = _network.of_batches(
        network, rows, lambda _: lambda logits: 2 * logits, batch
    )
    return _means(found, np.abs)


def _means(
    found: Iterator[list[Numbers]], size: Callable[[Numbers], Numbers]
) -> list[Numbers]:
    """The mean over batches of what is taken of their gradients."""
    sums, count = [size(one) for one in next(found)], 1
    for gradients in found:
        sums = [total + size(one) for total, one in zip(sums, gradients, strict=True)]
        count += 1
    return [total / count for total in sums]


def adaptive(whole: list[Numbers], forgotten: list[Numbers], share: float) -> float:
    """The alpha above which this share of the ratios lies; infinite ones are left out.

    A ratio is the importance of a weight to the forgotten rows over that to all.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [(f / w).ravel() for w, f in zip(whole, forgotten, strict=True)]
    known = np.concatenate(parts)
    known = known[np.isfinite(known)]
    return float(np.quantile(known, 1 - share)) if len(known) else 0.0


def dampened(
    network: Network,
    whole: list[Numbers],
    forgotten: list[Numbers],
    alpha: float,
    strength: float,
) -> Dampened:
    """The weights that matter much more to the forgotten rows, made smaller.

    Where a weight matters to no row it is left; where only to the forgotten, it is 0.

    Args:
        network: to be dampened; it stays as it is.
        whole: the importance of each weight to all rows.
        forgotten: that to the forgotten ones.
        alpha: see Dampening.
        strength: see Dampening.
    """
    layers, count = [], 0
    for weights, w, f in zip(network.layers, whole, forgotten, strict=True):
        chosen = f > alpha * w
        factors = np.ones_like(weights)
        factors[chosen] = np.minimum(strength * w[chosen] / f[chosen], 1)
        layers.append(weights * factors)
        count += int(chosen.sum())
    share = count / sum(one.size for one in network.layers)
    return Dampened(Network(tuple(layers)), alpha, share)


def apart(logits: Numbers, others: Numbers) -> Numbers:
    """The Jensen-Shannon divergence of the probabilities of each row, in bits."""
    p, q = np.exp(log_softmax(logits)), np.exp(log_softmax(others))
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [np.where(x > 0, x * np.log2(x / middle), 0) for x in (p, q)]
    found: Numbers = (terms[0] + terms[1]).sum(axis=1) / 2
    return found


def entropies(logits: Numbers) -> Numbers:
    """The entropy of the probabilities of each row, in nats."""
    logs = log_softmax(logits)
    found: Numbers = -(np.exp(logs) * logs).sum(axis=1)
    return found


def attack(retained: Numbers, test: Numbers, asked: Numbers) -> Numbers:
    """Which rows are taken for members, by their entropies, shape (q,).

    A logistic regression tells retained rows from test rows, which weigh as much
    together; the square of its slope is penalised, as in scikit-learn with C = 1.

    Args:
        retained: (r,), entropies of rows that were trained on.
        test: (t,), those of rows that were not.
        asked: (q,), those that are asked about.
    """
    x = np.concatenate((retained, test))
    signs = np.repeat([1.0, -1.0], [len(retained), len(test)])
    weights = np.repeat(
        [len(x) / (2 * len(retained)), len(x) / (2 * len(test))],
        [len(retained), len(test)],
    )
    design = np.column_stack((x, np.ones_like(x)))

    def cost(line: Numbers) -> float:
        bad = weights @ np.logaddexp(0, -signs * (design @ line))
        return float(bad + line[0] ** 2 / 2)

    line = np.zeros(2)
    for _ in range(ROUNDS):
        wrong = (1 - np.tanh(signs * (design @ line) / 2)) / 2
        slope = -design.T @ (weights * wrong * signs) + line * PENALISED
        bent = (design.T * (weights * wrong * (1 - wrong))) @ design
        step = np.linalg.solve(bent + np.diag(PENALISED + TINY), slope)
        while cost(line - step) > cost(line) and np.abs(step).max() > TINY:
            step /= 2
        line -= step
        if np.abs(step).max() <= TINY:
            break
    called: Numbers = (asked * line[0] + line[1] > 0).astype(np.float64)
    return called
