"""What adds up over the epochs of a training, record by record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sel.types import Indices, Mask, Scores, Vectors


@dataclass(frozen=True)
class Step:
    """What one epoch says of m records, each of shape (m,), or None."""

    gold: Scores
    """Probability of the gold label."""
    correct: Mask | None = None
    error: Scores | None = None
    """Norm of the probabilities less the one-hot label."""
    margin: Scores | None = None
    """Logit of the gold label less the highest of the others."""


def of_logits(logits: Vectors, labels: Indices) -> Step:
    """What the logits of m records say.

    Args:
        logits: (m, classes), two or more; -inf where a record has fewer classes.
        labels: (m,), the gold classes.
    """
    wide = np.asarray(logits, np.float64)
    every = np.arange(len(wide))
    shares = np.exp(wide - wide.max(axis=1, keepdims=True, initial=-np.inf))
    shares /= shares.sum(axis=1, keepdims=True)
    gold = shares[every, labels]
    correct = wide.argmax(axis=1) == labels
    others = wide.copy()
    others[every, labels] = -np.inf
    # 1 - p loses digits where p is near 1: it is the sum of the other shares.
    shares[every, labels] = 0
    shares[every, labels] = shares.sum(axis=1)
    margin = wide[every, labels] - others.max(axis=1, initial=-np.inf)
    return Step(gold, correct, np.sqrt((shares**2).sum(axis=1)), margin)


class Training:
    """Running sums of n records, in the order in which they were first seen.

    Args:
        kinds: which of correct, error and margin each epoch says.
    """

    def __init__(self, kinds: frozenset[str]) -> None:
        self.kinds = kinds
        self.epochs = 0
        """That are over."""
        floats = ("mean", "squares", "error", "margin")
        self._sums: dict[str, Any] = {name: np.zeros(0) for name in floats}
        counts = ("seen", "correct", "before", "forgotten")
        self._sums |= {name: np.zeros(0, np.int32) for name in counts}

    def __len__(self) -> int:
        return len(self._sums["mean"])

    def again(self, records: Indices) -> Mask:
        """Which of some records this epoch has said before; all different."""
        seen = self._sums["seen"]
        known = records < len(self)
        again = np.zeros(len(records), bool)
        again[known] = seen[records[known]] > self.epochs
        return again

    def lacking(self) -> Indices:
        """Records that this epoch has not said yet."""
        return np.flatnonzero(self._sums["seen"] <= self.epochs)

    def add(self, records: Indices, step: Step, *, error: bool) -> None:
        """Add what an epoch says of some records, all different.

        Args:
            records: (m,), their numbers.
            step: what is said.
            error: whether this is an epoch whose error counts.
        """
        more = int(records.max(initial=-1)) + 1 - len(self)
        if more > 0:
            for name, sums in self._sums.items():
                grown = np.zeros(len(sums) + more, sums.dtype)
                grown[: len(sums)] = sums
                self._sums[name] = grown
        sums = self._sums
        sums["seen"][records] = self.epochs + 1
        apart = step.gold - sums["mean"][records]
        sums["mean"][records] += apart / (self.epochs + 1)
        sums["squares"][records] += apart * (step.gold - sums["mean"][records])
        if step.margin is not None:
            sums["margin"][records] += step.margin
        if step.error is not None and error:
            sums["error"][records] = step.error
        if step.correct is not None:
            right = step.correct.astype(np.int32)
            sums["forgotten"][records] += (sums["before"][records] > right).astype(int)
            sums["before"][records] = right
            sums["correct"][records] += right

    def end(self) -> None:
        """An epoch is over."""
        self.epochs += 1

    def take(self, records: Indices) -> Record:
        """The statistics of some records."""
        sums = {name: values[records] for name, values in self._sums.items()}
        epochs = max(self.epochs, 1)
        found = Record(sums["mean"], np.sqrt(sums["squares"] / epochs))
        if "correct" in self.kinds:
            found.correctness = sums["correct"] / epochs
            found.never_learnt = sums["correct"] == 0
            forgotten = sums["forgotten"].astype(np.float64)
            found.forgetting = np.where(found.never_learnt, np.nan, forgotten)
        if "error" in self.kinds:
            found.el2n = sums["error"]
        if "margin" in self.kinds:
            found.aum = sums["margin"] / epochs
        return found


@dataclass
class Record:
    """Statistics of n records, each of shape (n,); None where the log cannot say it."""

    confidence: Scores
    variability: Scores
    correctness: Scores | None = None
    forgetting: Scores | None = None
    never_learnt: Mask | None = None
    el2n: Scores | None = None
    aum: Scores | None = None
