"""How well small classifiers learn from a selection, on test records.

Frozen vectors, a fixed protocol: weighted nearest neighbours (knn), closed-form ridge
regression on the classes (ridge), logistic regression (logistic, extra models). One
result for each selection and probe: accuracy with its interval, balanced accuracy, and
the gain over random selections of the same size and over the first selection, both
paired by test record. A high number means that the selection teaches more. Intervals
hold 95% of 1,000 bootstrap resamples of test records and of random selections. Cost:
knn compares every test row with every row; ridge takes one decomposition, d by d.

Source: SELECT 2024, A Large-Scale Benchmark of Data Curation Strategies for Image
Recognition, arXiv:2410.05057, and its released ssl/eval_knn.py; Wu et al. 2018,
arXiv:1805.01978, for the weights of the neighbours.

Differs: no noise stands in for rare classes; C is tuned, as the order of selections
depends on it; equal class scores go to the class that sorts first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from sel import check
from sel.errors import OptionError
from sel.maths.learning import classifiers
from sel.maths.learning.classifiers import Labelled
from sel.maths.random import bootstrap
from sel.maths.statistics import balance
from sel.types import Noise, Scores

PROBES = ("knn", "ridge", "logistic")


def measure(
    chosen_labelled: Sequence[Labelled],
    random_labelled: Sequence[Sequence[Labelled]],
    test_labelled: Labelled,
    classes: Sequence[Any],
    rng: Noise,
    *,
    probes: str = "knn,ridge",
    knn: int = 20,
    temperature: float = 0.07,
    tune: str = "0.1,1,10,100,1000",
    tail: int = 10,
    per_class: bool = False,
) -> list[list[dict[str, Any]]]:
    """For each selection, a result for each probe.

    Args:
        chosen_labelled: what each selection can train with.
        random_labelled: for each selection, random ones of the same size.
        test_labelled: what all are tested with.
        classes: their names.
        rng: draws folds and resamples.
        probes: probes to train, of knn, ridge and logistic.
        knn: number of neighbours that vote.
        temperature: a vote weighs exp(cosine / temperature).
        tune: values of C; if there are several, each fit chooses one by
            cross-validation.
        tail: a class with fewer records than this is in the long tail.
        per_class: add recall and precision of each class, and the confusion matrix.
    """
    check.at_least("--knn", knn, 1)
    check.above("--temperature", temperature, 0)
    strengths = _numbers(tune)
    names = [name for name in probes.split(",") if name]
    if not names or set(names) - set(PROBES):
        raise OptionError("--probes", "some of knn,ridge,logistic", probes)
    chosen, test = chosen_labelled, test_labelled
    fit = _Fit(test, len(classes), knn, temperature, strengths, rng)
    draws = bootstrap.resamples(len(test), rng, number=1)
    lines: list[list[dict[str, Any]]] = [[] for _ in chosen]
    for name in names:
        first = None
        for i, (train, others) in enumerate(zip(chosen, random_labelled, strict=True)):
            scores, strength = fit.scores(name, train)
            right = _right(scores, test)
            counts = np.bincount(train.classes, minlength=len(classes))
            said = _result(scores, test, draws, right) | balance.balance(counts, tail)
            luck = [_right(fit.scores(name, other)[0], test) for other in others]
            said |= _gain(right, luck, draws, rng)
            if first is not None:
                said |= _paired("vs_first", (right - first) @ draws.T, right - first)
            first = right if first is None else first
            more = _classes(scores, test, train, classes) if per_class else {}
            lines[i].append({"probe": name, "c": strength, **said, **more})
    return lines


def _numbers(tune: str) -> list[float]:
    try:
        numbers = [float(part) for part in tune.split(",")]
    except ValueError:
        numbers = []
    if not numbers or not all(0 < number < np.inf for number in numbers):
        raise OptionError("--tune", "numbers above 0, as 1,10,100", tune)
    return numbers


class _Fit:
    """Fits one probe after the other to what it is given."""

    def __init__(self, test: Labelled, classes: int, *how: Any) -> None:
        self._test = test.vectors
        self._classes = classes
        self._k, self._temperature, self._strengths, self._rng = how

    def scores(self, name: str, train: Labelled) -> tuple[Scores, float | None]:
        """Shape (q, classes), and C where there is one."""
        if not len(train):
            return np.zeros((len(self._test), self._classes)), None
        given = (train, self._test, self._classes)
        if name == "knn":
            return classifiers.nearest_neighbours(
                *given, self._k, self._temperature
            ), None
        if name == "ridge":
            return classifiers.ridge(*given, self._strengths)
        return classifiers.logistic(*given, self._strengths, self._rng)


def _right(scores: Scores, test: Labelled) -> Scores:
    """1 for each test row that is right, else 0."""
    right: Scores = (scores.argmax(axis=1) == test.classes).astype(np.float64)
    return right


def _result(
    scores: Scores, test: Labelled, draws: Scores, right: Scores
) -> dict[str, Any]:
    """Accuracy with its interval, the mean over classes, and that of five guesses."""
    low, high = bootstrap.interval(right @ draws.T)
    five = np.argsort(-scores, axis=1, kind="stable")[:, :5]
    there = np.bincount(test.classes, minlength=scores.shape[1])
    hits = np.bincount(test.classes, right, scores.shape[1])
    return {
        "accuracy": float(right.mean()),
        "accuracy_low": low,
        "accuracy_high": high,
        "balanced": float((hits[there > 0] / there[there > 0]).mean()),
        "top5": float((five == test.classes[:, None]).any(axis=1).mean()),
    }


def _gain(
    right: Scores, luck: Sequence[Scores], draws: Scores, rng: Noise
) -> dict[str, Any]:
    """How much better than random selections, over test records and selections."""
    if not luck:
        return {}
    others = np.stack(luck)
    among = bootstrap.resamples(len(luck), rng, number=2)
    resampled = right @ draws.T - ((among @ others) * draws).sum(axis=1)
    gain: dict[str, Any] = {"random": float(others.mean()), "seeds": len(luck)}
    return gain | _paired("gain", resampled, right - others.mean(axis=0))


def _paired(name: str, resampled: Scores, difference: Scores) -> dict[str, float]:
    low, high = bootstrap.interval(resampled)
    return {name: float(difference.mean()), f"{name}_low": low, f"{name}_high": high}


def _classes(
    scores: Scores, test: Labelled, train: Labelled, classes: Sequence[Any]
) -> dict[str, Any]:
    """What each class comes to; None where there is nothing to divide by."""
    size = len(classes)
    table = classifiers.confusion(test.classes, scores.argmax(axis=1), size)
    counts = np.bincount(train.classes, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = table.diagonal() / table.sum(axis=1)
        precision = table.diagonal() / table.sum(axis=0)
    return {
        "precision_count_r": balance.pearson(precision, counts.astype(np.float64)),
        "precision_recall_r": balance.pearson(precision, recall),
        "labels": [c if isinstance(c, str) else json.dumps(c) for c in classes],
        "counts": counts.tolist(),
        "recall": [None if np.isnan(x) else x for x in recall.tolist()],
        "precision": [None if np.isnan(x) else x for x in precision.tolist()],
        "confusion": table.tolist(),
    }
