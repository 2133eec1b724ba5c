"""What `sel score classifier` learns: weights of hashed n-grams."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.errors import DataError
from sel.maths.text.bags import LONGEST, Bags, Kind
from sel.maths.text.ngrams import NAMES, Grams
from sel.score._classifying import holding, logistic
from sel.score._classifying.preparing import PREPARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sel.types import Indices, Mask, Noise, Scores, Texts

LABELS = 100
"""More different ones are not told apart."""
MEASURES = 4
"""Numbers that are kept of what was held out."""


@dataclass(frozen=True)
class Batch:
    """What is collected of some examples of a label."""

    bags: Bags
    kind: Kind
    prepare: str
    """How the texts were prepared."""


@dataclass(frozen=True)
class Examples:
    """What is learnt from."""

    batches: Mapping[Any, Sequence[Batch]]
    """By label: numbers, or names."""
    balanced: bool
    """Whether all labels weigh the same, however many examples they have."""


@dataclass(frozen=True)
class Linear:
    """What a fit leaves: for each question a row of weights.

    Of grades it is asked whether a text has more than each, but for the last; of two
    classes whether it is the second, of more whether it is each.
    """

    weights: npt.NDArray[np.float32]  # (questions, buckets)
    intercepts: npt.NDArray[np.float64]  # (questions,)
    grades: npt.NDArray[np.float64]  # (g,), rising; none for classes
    names: str  # of the classes, one a line; empty for grades
    held: npt.NDArray[np.float64]  # a measure, its interval, examples held out
    order: int
    chars: int
    hash: str
    prepare: str

    @property
    def classes(self) -> list[str]:
        """Labels that are no numbers."""
        return self.names.split("\n") if self.names else []

    @property
    def kind(self) -> Kind:
        """Which n-grams are meant."""
        buckets = self.weights.shape[1]
        return Kind(Grams(self.order, buckets, self.hash), self.chars)

    @property
    def measure(self) -> str:
        """What was measured: of two labels the area under the ROC curve."""
        if 2 in (len(self.grades), len(self.classes)):
            return "auc"
        return "spearman" if len(self.grades) else "accuracy"

    @property
    def facts(self) -> dict[str, Any]:
        """What was measured on examples that were held out."""
        value, low, high, count = self.held.tolist()
        said = {self.measure: value, "low": low, "high": high}
        known = {name: one for name, one in said.items() if np.isfinite(one)}
        return {"held_out": {"examples": int(count), **known}}

    def sound(self) -> bool:
        """Whether a fit can have left this."""
        classes, grades = self.classes, self.grades
        labels = max(len(grades), len(classes))
        questions = labels if len(classes) > 2 else labels - 1
        return (
            2 <= labels <= LABELS
            and 0 in (len(grades), len(classes))
            and len(set(classes)) == len(classes)
            and grades.ndim == 1
            and bool(np.isfinite(grades).all() and (np.diff(grades) > 0).all())
            and self.weights.shape[0] == questions
            and self.intercepts.shape == (questions,)
            and bool(np.isfinite(self.weights).all())
            and bool(np.isfinite(self.intercepts).all())
            and self.held.shape == (MEASURES,)
            and 0 <= float(self.held[-1]) < np.inf
            and not (np.abs(self.held[:-1]) > 1).any()
            and self.prepare in PREPARED
            and 0 <= self.chars <= LONGEST
            and self.hash == NAMES["fast"]
            and self.kind.grams.sound()
        )

    def chances(self, texts: Texts) -> Scores:
        """How likely texts have more than each grade but the last, or each class.

        Args:
            texts: n strings, prepared.

        Returns:
            Shape (n, grades - 1) or (n, classes); NaN for a text of no n-grams.
        """
        return self.judged(Bags.of(texts, self.kind))

    def judged(self, bags: Bags) -> Scores:
        """The same of bags."""
        margins = bags.weigh(self.weights) + self.intercepts
        chances: Scores = 1 / (1 + np.exp(np.minimum(-margins, 700)))
        if len(self.grades):
            return chances
        if len(self.classes) == 2:
            return np.column_stack((1 - chances, chances))
        with np.errstate(invalid="ignore"):
            chances /= chances.sum(axis=1, keepdims=True)
        return chances

    def expected(self, chances: Scores) -> Scores:
        """The grade that is expected, shape (n,)."""
        grades: Scores = self.grades[0] + chances @ np.diff(self.grades)
        return grades


def learnt(
    examples: Examples, rng: Noise, strength: float, epochs: int, held_out: float
) -> Linear:
    """Weights for all questions.

    Raises:
        DataError: there are fewer than two labels, or more than 100.
    """
    known = sorted(examples.batches)
    each = [batch for label in known for batch in examples.batches[label]]
    owner = [i for i, label in enumerate(known) for _ in examples.batches[label]]
    lengths = [len(batch.bags) for batch in each]
    codes = np.repeat(owner, lengths)
    full = np.concatenate([batch.bags.sizes for batch in each]) > 0
    _check(known, np.bincount(codes[full], minlength=len(known)))
    keys = np.concatenate([batch.bags.keys for batch in each])
    held = full.copy()
    held[full] = holding.chosen(keys[full], codes[full], held_out, rng)
    starts = np.cumsum(lengths)[:-1]

    def taken(mask: Mask) -> Bags:
        parts = zip(each, np.split(mask, starts), strict=True)
        return Bags.together([batch.bags.take(part) for batch, part in parts])

    some, own = taken(full & ~held), codes[full & ~held]
    costs = np.full(len(own), strength)
    if examples.balanced:
        costs *= (len(own) / len(known) / np.bincount(own))[own]
    kind, graded = each[0].kind, not isinstance(known[0], str)
    rows = [
        logistic.fitted(
            some, positive, costs, rng, buckets=kind.grams.buckets, epochs=epochs
        )
        for positive in _questions(own, len(known), graded=graded)
    ]
    state = Linear(
        np.array([weights for weights, _ in rows], np.float32),
        np.array([intercept for _, intercept in rows]),
        np.array(known if graded else (), np.float64),
        "" if graded else "\n".join(known),
        np.zeros(MEASURES),
        kind.grams.order,
        kind.chars,
        kind.grams.hash,
        each[0].prepare,
    )
    how, chances = state.measure, state.judged(taken(held))
    said = state.expected(chances) if graded else chances.argmax(axis=1)
    if how == "auc":
        said = chances[:, -1]
    found = holding.measured(how, said, codes[held])
    return replace(state, held=np.array([*found, held.sum()]))


def _check(known: list[Any], counts: Indices) -> None:
    """Refuse labels that cannot be learnt."""
    if len(known) < 2:
        msg = f"all examples have the label {known[0]!r}. Try: examples of others too"
        raise DataError(msg)
    if len(known) > LABELS:
        msg = f"there are {len(known):,} labels, and at most {LABELS} can be told apart"
        raise DataError(f"{msg}. Try: fewer, such as 0 and 1")
    if not counts.all():
        none = known[int(counts.argmin())]
        msg = f"no example of {none!r} has any words. Try: another --text"
        raise DataError(msg)


def _questions(codes: Indices, labels: int, *, graded: bool) -> Iterator[Mask]:
    """For each question which examples are to be answered with yes."""
    if graded:
        yield from (codes > code for code in range(labels - 1))
    elif labels == 2:
        yield codes == 1
    else:
        yield from (codes == code for code in range(labels))
