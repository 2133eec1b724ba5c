"""How often linear classifiers predict the label of an unseen record.

Low means hard to predict from its vector. Each of --classifiers is trained on --train
records drawn by chance; the field is the share, among those that were not trained on
the record, that give its label. `sel pick top --lowest` keeps what is hard.

With --rounds it is the whole filter: after each round the --slice records that are
surest are taken away, of those with at least --threshold, and the rest is scored anew.
It ends when a slice is not full, or the records left are no more than --floor.
`aflite_round` is the round in which a record was taken away, and null for those that
stay; the field is of the last round in which it was there.

Each classifier takes one decomposition, d by d, and a product with the other vectors;
all vectors are held in memory. Records without a label, or whose vector is zero or not
finite, get null and teach nothing.

Source: Sakaguchi et al. 2020, WinoGrande: An Adversarial Winograd Schema Challenge at
Scale, arXiv:1907.10641, algorithm 1; Le Bras et al. 2020, Adversarial Filters of
Dataset Biases, arXiv:2002.04108, for --floor.

Differs: vectors are scaled to length 1; a classifier is a ridge regression on the
classes, and the authors' kind with --probe logistic (extra models). Chance says which
of equally sure records go first.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from sel import check
from sel.errors import DataError
from sel.maths.learning import classifiers as linear
from sel.maths.learning.classifiers import Labelled
from sel.types import Indices, Keys, Noise, Scores

LEARNT = 10_000  # records that a classifier learns from, where there are enough
APART = 0x9E3779B97F4A7C15  # odd: draws have keys of their own
MASK = (1 << 64) - 1


def score(
    labelled: Labelled,
    keys: Keys,
    rng: Noise,
    *,
    classifiers: int = 64,
    train: int | None = None,
    probe: Literal["ridge", "logistic"] = "ridge",
    strength: float = 10.0,
    rounds: int = 1,
    slice_: int = 500,
    threshold: float = 0.75,
    floor: int | None = None,
) -> dict[str, Any]:
    """Columns of n values: predictability, NaN if never tested, and round, or None.

    Args:
        labelled: vectors (n, d), all usable, and the numbers of their classes.
        keys: (n,), what chance knows the records by.
        rng: draws what each classifier learns from.
        classifiers: number of classifiers in a round.
        train: records each learns from [10,000, or half of all if that is less].
        probe: kind of linear classifier.
        strength: price of errors against large weights (C).
        rounds: most rounds; a large number for the whole filter.
        slice_: most records that a round takes away.
        threshold: least predictability of a record that is taken away.
        floor: number of records at which the rounds end [--train].
    """
    for name, value in (("classifiers", classifiers), ("rounds", rounds)):
        check.at_least(f"--{name}", value, 1)
    check.at_least("--slice", slice_, 1)
    check.above("--strength", strength, 0)
    check.between("--threshold", threshold, 0, 1)
    check.at_least("--floor", 0 if floor is None else floor, 0)
    check.at_least("--train", 1 if train is None else train, 1)
    count = len(labelled)
    size = min(LEARNT, count // 2) if train is None else train
    _check(labelled, size)
    scores, gone = np.full(count, np.nan), np.zeros(count, np.int64)
    left = np.arange(count)
    for number in range(rounds if size else 0):
        if len(left) <= max(size, floor or 0):
            break
        part = Labelled(labelled.vectors[left], labelled.classes[left])
        first = number * classifiers + 1
        draws = _draws(keys[left], rng, range(first, first + classifiers))
        found = _predictable(part, draws, size, (probe, strength), rng)
        scores[left] = np.where(np.isnan(found), scores[left], found)
        sure = np.flatnonzero(found >= threshold)
        order = np.lexsort((rng.uniform(keys[left[sure]]), -found[sure]))
        taken = sure[order[:slice_]]
        gone[left[taken]] = number + 1
        left = np.delete(left, taken)
        if len(taken) < slice_:
            break
    return {"": scores, "round": [number or None for number in gone.tolist()]}


def _check(labelled: Labelled, size: int) -> None:
    """Refuse what classifiers cannot be trained on and tested with."""
    count = len(labelled)
    if count and size >= count:
        msg = f"--train {size:,} leaves none of {count:,} records to test. Try: fewer"
        raise DataError(msg)
    if count > 1 and (labelled.classes == labelled.classes[0]).all():
        msg = "all records have the same label, so there is nothing to predict"
        raise DataError(msg)


def _draws(keys: Keys, rng: Noise, numbers: range) -> Any:
    """For each classifier the records in an order of its own, shape (n,)."""
    for number in numbers:
        shift = np.uint64(number * APART & MASK)
        yield np.argsort(rng.uniform(keys ^ shift), kind="stable")


def _predictable(
    labelled: Labelled, draws: Any, size: int, how: tuple[str, float], rng: Noise
) -> Scores:
    """The share of right predictions for each record, shape (n,)."""
    right = np.zeros(len(labelled))
    tested = np.zeros(len(labelled))
    for order in draws:
        learnt, rest = np.sort(order[:size]), order[size:]
        train = Labelled(labelled.vectors[learnt], labelled.classes[learnt])
        said = _said(train, labelled.vectors[rest], how, rng)
        tested[rest] += 1
        right[rest] += said == labelled.classes[rest]
    with np.errstate(invalid="ignore"):
        share: Scores = right / tested
    return share


def _said(train: Labelled, test: Any, how: tuple[str, float], rng: Noise) -> Indices:
    """The class that a classifier gives to each row, shape (q,)."""
    probe, strength = how
    if probe == "ridge":
        return linear.ridge_fitted(train, [strength])[0].guesses(test)
    classes = int(train.classes.max()) + 1
    scores, _ = linear.logistic(train, test, classes, [strength], rng)
    said: Indices = scores.argmax(axis=1)
    return said
