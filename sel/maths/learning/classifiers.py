"""Small classifiers on frozen vectors: weighted neighbours, ridge, logistic.

Each gives one number for every test row and class, higher is likelier. Vectors are
scaled to length 1.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel import extras
from sel.maths.learning import classifiers
from sel.maths.matrices.vectors import unit
from sel.maths.neighbours import knn

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from sel.types import Noise, Scores, Vectors

    Codes = npt.NDArray[np.int64]

BLOCK = 1 << 12  # rows that are worked on at once
FOLDS = 5


@dataclass(frozen=True)
class Labelled:
    """Vectors and their classes, as numbers from 0."""

    vectors: Vectors
    """Shape (n, d), all usable."""
    classes: Codes
    """Shape (n,)."""
    rows: Any = ()
    """Shape (n,): which rows of their matrix they are."""

    def __len__(self) -> int:
        return len(self.classes)


def nearest_neighbours(
    train: Labelled, test: Vectors, classes: int, k: int, temperature: float
) -> Scores:
    """Shares of exp(cosine / temperature) over the k nearest, shape (q, classes).

    Equal cosines go to the earlier row.
    """
    sums = np.zeros((len(test), classes))
    if not len(train):
        return sums
    near, cosines = knn.exact(train.vectors, test, min(k, len(train)))
    weights = knn.softmax(cosines, temperature)
    rows = np.repeat(np.arange(len(test)), near.shape[1])
    np.add.at(sums, (rows, train.classes[near].ravel()), weights.ravel())
    return sums


@dataclass(frozen=True)
class Ridge:
    """Least squares on the classes that were there."""

    weights: Scores
    """Shape (known, d)."""
    mean: Scores
    """Shape (d,), of the training rows."""
    share: Scores
    """Shape (known,), of the training rows that are of each class."""
    known: Codes
    """Shape (known,), rising."""

    def scores(self, test: Vectors) -> Scores:
        """Shape (q, known)."""
        asked = unit(test).astype(np.float64) - self.mean
        fitted: Scores = asked @ self.weights.T + self.share
        return fitted

    def guesses(self, test: Vectors) -> Codes:
        """The likeliest class of each row, shape (q,), block by block."""
        starts = range(0, len(test), BLOCK)
        best = [self.scores(test[at : at + BLOCK]).argmax(axis=1) for at in starts]
        said: Codes = self.known[np.concatenate(best)]
        return said


def ridge(
    train: Labelled, test: Vectors, classes: int, strengths: Sequence[float]
) -> tuple[Scores, float]:
    """What `ridge_fitted` gives for test rows, shape (q, classes), and C."""
    model, kept = ridge_fitted(train, strengths)
    return _spread(model.scores(test), model.known, classes), kept


def ridge_fitted(train: Labelled, strengths: Sequence[float]) -> tuple[Ridge, float]:
    """Least squares on the classes with an L2 penalty 1 / C, and the C that was used.

    Of several C that one is used whose leave-one-out accuracy on the training rows is
    highest, the first of equal ones; it follows from one decomposition.
    """
    rows = unit(train.vectors).astype(np.float64)
    n = len(rows)
    mean = rows.mean(axis=0)
    rows -= mean
    squares, axes = np.linalg.eigh(rows.T @ rows)
    turned = rows @ axes
    known, codes = np.unique(train.classes, return_inverse=True)
    share = np.bincount(codes) / n
    sums = np.zeros((len(known), rows.shape[1]))
    np.add.at(
        sums, codes, turned
    )  # the rows are centred, and so need the classes not be
    squares = np.maximum(squares, 0)
    best, kept = -1, strengths[0]
    for strength in strengths if len(strengths) > 1 else ():
        weights = sums / (squares + 1 / strength)
        right = 0
        for at in range(0, n, BLOCK):
            part, own = turned[at : at + BLOCK], codes[at : at + BLOCK]
            lever = 1 / n + (part**2 / (squares + 1 / strength)).sum(axis=1)
            right += _left_out(part @ weights.T + share, own, lever)
        if right > best:
            best, kept = right, strength
    weights = (sums / (squares + 1 / kept)) @ axes.T
    return Ridge(weights, mean, share, known), kept


def _left_out(fitted: Scores, own: Codes, lever: Scores) -> int:
    """How many rows are right when they are left out of the fit."""
    truth = np.zeros_like(fitted)
    truth[np.arange(len(own)), own] = 1
    rest = (truth - fitted) / np.maximum(1 - lever, 1e-12)[:, None]
    return int(((truth - rest).argmax(axis=1) == own).sum())


def logistic(
    train: Labelled,
    test: Vectors,
    classes: int,
    strengths: Sequence[float],
    rng: Noise,
) -> tuple[Scores, float]:
    """Logits of multinomial logistic regression, and the C that was used.

    Of several C that one is used whose accuracy in 5-fold cross-validation is highest,
    the first of equal ones. Folds hold equal parts of each class.
    """
    rows = unit(train.vectors).astype(np.float64)
    kept = strengths[0]
    if len(strengths) > 1:
        folds = _folds(train.classes, rng)
        right = [_validated(rows, train.classes, folds, c) for c in strengths]
        kept = strengths[int(np.argmax(right))]
    scores, known = _fitted(rows, train.classes, unit(test).astype(np.float64), kept)
    return _spread(scores, known, classes), kept


def _validated(rows: Scores, codes: Codes, folds: Codes, strength: float) -> int:
    right = 0
    for fold in range(FOLDS):
        out = folds == fold
        if out.all() or not out.any():
            continue
        scores, known = _fitted(rows[~out], codes[~out], rows[out], strength)
        right += int((known[scores.argmax(axis=1)] == codes[out]).sum())
    return right


def _folds(codes: Codes, rng: Noise) -> Codes:
    """Which fold each row is in."""
    numbers = rng.uniform(np.arange(len(codes), dtype=np.uint64))
    order = np.lexsort((numbers, codes))
    folds = np.empty(len(codes), np.int64)
    folds[order] = np.arange(len(codes)) % FOLDS
    return folds


def _fitted(
    rows: Scores, codes: Codes, asked: Scores, strength: float
) -> tuple[Scores, Codes]:
    """Logits of the classes that are there, and which these are."""
    known = np.unique(codes)
    if len(known) == 1:
        return np.zeros((len(asked), 1)), known
    sklearn = classifiers.scikit_learn()
    model = sklearn.linear_model.LogisticRegression(C=strength, max_iter=5000, tol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(rows, codes)
    logits: Any = model.decision_function(asked)
    if logits.ndim == 1:
        logits = np.column_stack((-logits, logits))
    return logits, known


def _spread(scores: Scores, known: Codes, classes: int) -> Scores:
    """Scores of the classes that are known in their columns; the others come last."""
    spread = np.full((len(scores), classes), -np.inf)
    spread[:, known] = scores
    return spread


def confusion(truth: Codes, said: Codes, classes: int) -> Codes:
    """How often each class (a line) is taken for each (a column)."""
    flat = np.bincount(truth * classes + said, minlength=classes * classes)
    return flat.reshape(classes, classes)


def scikit_learn() -> Any:
    """scikit-learn, with the parts that are used, or advice."""
    for part in ("linear_model", "mixture"):
        extras.library(f"sklearn.{part}")
    return extras.library("sklearn")
