"""Ratings learnt from judgments of pairs, or from grades.

High means better by the criterion. With --judgments, rows that say which of two
records a judge prefers, each criterion gets a linear Bradley-Terry model and a field of
its own; ratings have mean 0 and deviation 1 over the pool that they were learnt on, so
that `pick sample --temperature 2` draws as QuRating does. With --labels, numbers in
some of the records, the model is ridge regression, and ratings are in their units.

Records are known by --vectors, or else by their hashed n-grams of words. The penalty is
the one that explains held-out pairs best; the closing line has their accuracy. The pool
is read three times to learn, once with --load.

Source: Wettig et al. 2024, QuRating: Selecting High-Quality Data for Training Language
Models, ICML, arXiv:2402.09739; --labels: Penedo et al. 2024, The FineWeb Datasets,
arXiv:2406.17557.

Differs: a linear model on what is known of a text takes the place of a language model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import DataError, OptionError
from sel.maths.matrices.vectors import unit, usable
from sel.maths.text import ngrams as grams
from sel.score import _ratings
from sel.score._ratings import Votes
from sel.types import Noise, Scores, Texts, Vectors


@dataclass(frozen=True)
class Rater:
    """What a fit leaves, one row for each criterion."""

    weights: npt.NDArray[np.float64]  # (criteria, d)
    shift: npt.NDArray[np.float64]  # (criteria,), is taken off
    scale: npt.NDArray[np.float64]  # (criteria,), divides
    ridge: npt.NDArray[np.float64]  # (criteria,), the penalties
    held_out: npt.NDArray[np.float64]  # (criteria,), accuracy or rank correlation
    learnt_from: npt.NDArray[np.int64]  # (criteria,), pairs or records
    criteria: str  # their names, one a line
    ngrams: int  # the longest, where texts are rated; 0 for vectors

    @property
    def names(self) -> list[str]:
        """Of the criteria; one that has none is empty."""
        return self.criteria.split("\n")

    def sound(self) -> bool:
        """Whether a fit can have left this."""
        count = len(self.names)
        several = (self.shift, self.scale, self.ridge, self.held_out, self.learnt_from)
        return (
            self.weights.ndim == 2
            and len(self.weights) == count
            and all(one.shape == (count,) for one in several)
            and 0 <= self.ngrams <= _ratings.LONGEST
            and bool(np.isfinite(self.weights).all() and np.isfinite(self.shift).all())
            and bool((self.scale > 0).all() and np.isfinite(self.scale).all())
        )


def fit(
    content: Vectors | Texts,
    votes: Sequence[Votes],
    numbers: Scores | None,
    rng: Noise,
    *,
    confidence: float = 0.5,
    label_temperature: float = 1.0,
    generations: int | None = None,
    ridge: float | None = None,
    ngrams: int = 2,
    dim: int = 4096,
) -> Rater:
    """What explains the judgments or the numbers best.

    Args:
        content: vectors of n records, or their texts.
        votes: of each criterion, where pairs were judged.
        numbers: (n,), where records have grades.
        rng: says what is held out together.
        confidence: pairs count whose |p - 0.5| is at least half of this.
        label_temperature: divides the log-odds of p.
        generations: answers that each row of votes was asked for; it counts if more
            than half of them could be used [the most votes of a row].
        ridge: penalty on the squared weights [what explains held-out pairs best].
        ngrams: longest n-gram of words, without --vectors.
        dim: columns that n-grams are hashed to, without --vectors.
    """
    check.between("--confidence", confidence, 0, 1)
    check.above("--label-temperature", label_temperature, 0)
    check.between("--ngrams", ngrams, 1, _ratings.LONGEST)
    check.between("--dim", dim, 2, 1 << 20)
    if generations is not None:
        check.at_least("--generations", generations, 1)
    if ridge is not None:
        check.above("--ridge", ridge, 0)
    if isinstance(content, np.ndarray):
        rows, order = content, 0
    else:
        rows, order = grams.signed(content, ngrams, dim), ngrams
    good = usable(rows)
    known = np.where(good[:, None], unit(rows), 0).astype(np.float64)
    if numbers is not None:
        parts = [_ratings.graded(known[good], numbers[good], ridge)]
    else:
        judged = [
            one.judged(good, generations).sure(confidence).warmed(label_temperature)
            for one in votes
        ]
        parts = [_ratings.compared(known, pairs, ridge, rng) for pairs in judged]
    weights, *several = map(np.array, zip(*parts, strict=True))
    constant, penalty, held_out, learnt_from = several
    names = "\n".join(one.criterion for one in votes) if numbers is None else ""
    if not learnt_from.all():
        what = (
            f" of {votes[int(learnt_from.argmin())].criterion!r}"
            if len(votes) > 1
            else ""
        )
        msg = f"there is nothing to learn from: no pair{what} could be used"
        raise DataError(msg)
    scale = np.ones(len(weights))
    facts = (penalty, held_out, learnt_from, names, order)
    return Rater(weights, -constant, scale, *facts)


def score(
    content: Vectors | Texts,
    state: Rater,
    *,
    chunk: int | None = None,
    clip: str | None = None,
) -> dict[str, Any]:
    """A rating of each record by each criterion, columns of shape (n,).

    Args:
        content: vectors of n records, or their texts.
        state: what was learnt.
        chunk: rate pieces of N words of a text, and take the mean weighted by length
            [the whole text].
        clip: the least and the highest rating, as 0,5.
    """
    if isinstance(content, np.ndarray) == bool(state.ngrams):
        what = "texts" if state.ngrams else "vectors"
        msg = f"the rater has learnt from {what}. Try: rate {what}"
        raise DataError(msg)
    low, high = _ratings.asked(chunk, clip)
    if chunk is not None and isinstance(content, np.ndarray):
        raise OptionError("--chunk", "for texts, not for --vectors", chunk)
    found = _ratings.rated(content, state.weights, state.ngrams, chunk)
    found = (found - state.shift) / state.scale
    found = np.clip(found, low, high)
    return dict(zip(state.names, found.T, strict=True))
