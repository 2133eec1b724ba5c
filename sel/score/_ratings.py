"""What ratings are learnt from, and by what: votes, grades, features, penalties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import DataError, OptionError
from sel.maths.learning import bradley_terry, regression
from sel.maths.learning.bradley_terry import Judged
from sel.maths.matrices.vectors import unit, usable
from sel.maths.ranking.ranks import ranks
from sel.maths.text import ngrams

if TYPE_CHECKING:
    from sel.types import Indices, Mask, Noise, Scores, Texts, Vectors

    Matrix = npt.NDArray[np.float64]
    Learnt = tuple[Scores, float, float, float, int]
    """Weights, what is added, the penalty, how well it explains what was held out, and
    how many pairs or records there are."""

LONGEST = 16
PARTS = 5
PENALTIES = tuple(10.0**power for power in range(3, -4, -1))


@dataclass(frozen=True)
class Votes:
    """What judges said of pairs by one criterion.

    Args:
        criterion: its name, or nothing.
        first: (m,), numbers of the texts that were shown first.
        second: (m,), of the others.
        votes: (m, 2), how many preferred the first and the second; or, where the
            first column is NaN, how likely it is that the second is better.
    """

    criterion: str
    first: Indices
    second: Indices
    votes: Matrix

    def judged(self, good: Mask, asked: int | None) -> Judged:
        """Labels of pairs whose texts can be used.

        Args:
            good: (n,), which texts can.
            asked: answers to each row [the most votes of a row].
        """
        there = good[self.first] & good[self.second] & (self.first != self.second)
        chances = np.isnan(self.votes[:, 0])
        counted = there & ~chances
        said = self.votes[counted]
        most = float(said.sum(axis=1).max(initial=0)) if asked is None else asked
        voted, _ = bradley_terry.calibrated(
            self.first[counted], self.second[counted], said, most
        )
        given = there & chances
        return Judged(
            np.append(voted.first, self.first[given]),
            np.append(voted.second, self.second[given]),
            np.append(voted.chance, self.votes[given, 1]),
        )


def compared(rows: Matrix, pairs: Judged, ridge: float | None, rng: Noise) -> Learnt:
    """What explains the judgments of pairs best.

    Args:
        rows: (n, d).
        pairs: that were judged.
        ridge: the penalty [what explains held-out pairs best].
        rng: says what is held out together.
    """
    numbers = rng.uniform(np.arange(len(rows), dtype=np.uint64))
    parts = bradley_terry.folds(pairs, len(rows), numbers, PARTS)
    parts = [(learnt, tried) for learnt, tried in parts if learnt.any() and tried.any()]
    tries = PENALTIES if ridge is None else (ridge,)
    if not parts and ridge is None:
        tries = (1.0,)  # too few to hold any out
    best, least, share = tries[0], np.inf, np.nan
    held: list[Scores] = [np.zeros(rows.shape[1]) for _ in parts]
    for penalty in tries:
        lost, right = 0.0, []
        for i, (learnt, tried) in enumerate(parts):
            some, near = pairs.some(learnt), bradley_terry.NEAR
            held[i] = bradley_terry.fit(
                rows, len(rows), some, penalty, start=held[i], enough=near
            )
            out, asked = rows @ held[i], pairs.some(tried)
            lost += bradley_terry.loss(out[:, None], [asked])[0] * len(asked)
            right.append(bradley_terry.right(out, asked))
        if right and lost < least:
            best, least, share = penalty, lost, float(np.concatenate(right).mean())
    weights = bradley_terry.fit(rows, len(rows), pairs, best)
    return weights, 0.0, best, share, len(pairs)


def graded(rows: Matrix, values: Scores, ridge: float | None) -> Learnt:
    """What explains numbers best, and the rank correlation with those left out."""
    if len(rows) < 2:
        msg = "fewer than 2 records have a number to learn from. Try: another --labels"
        raise DataError(msg)
    line = regression.ridge(rows, values, PENALTIES if ridge is None else (ridge,))
    ours, theirs = (ranks(-one) for one in (line.left_out, values))
    spread = min(ours.std(), theirs.std())
    like = float(np.corrcoef(ours, theirs)[0, 1]) if spread else np.nan
    return line.weights, line.constant, line.ridge, like, len(rows)


def rated(
    content: Vectors | Texts, weights: Matrix, order: int, chunk: int | None
) -> Matrix:
    """The product of weights and records, shape (n, criteria); NaN where there is none.

    Args:
        content: vectors, or texts.
        weights: (criteria, d).
        order: longest n-gram of texts.
        chunk: words of a piece.
    """
    if not isinstance(content, np.ndarray):
        if chunk is None:
            return _products(ngrams.signed(content, order, weights.shape[1]), weights)
        pieces, lengths, owner = _pieces(content, chunk)
        found = _products(ngrams.signed(pieces, order, weights.shape[1]), weights)
        return bradley_terry.averaged(found, lengths, owner, len(content))
    if content.shape[1] != weights.shape[1]:
        msg = f"the rater has {weights.shape[1]} columns. Try: the same --vectors"
        raise DataError(msg)
    return _products(content, weights)


def _products(rows: Vectors, weights: Matrix) -> Matrix:
    good = usable(rows)
    found = np.full((len(rows), len(weights)), np.nan)
    found[good] = unit(rows[good]).astype(np.float64) @ weights.T
    return found


def _pieces(texts: Texts, size: int) -> tuple[list[str], Scores, Indices]:
    """Pieces of so many words between blanks, their lengths, and the text of each."""
    pieces, lengths, owner = [], [], []
    for i, text in enumerate(texts):
        words = text.split()
        for at in range(0, len(words), size):
            some = words[at : at + size]
            pieces.append(" ".join(some))
            lengths.append(len(some))
            owner.append(i)
    return pieces, np.array(lengths, np.float64), np.array(owner, np.int64)


def asked(chunk: int | None, clip: str | None) -> tuple[float, float]:
    """The least and the highest rating.

    Args:
        chunk: words of a piece.
        clip: both ratings, as 0,5.

    Raises:
        OptionError: one of them cannot be.
    """
    if chunk is not None:
        check.at_least("--chunk", chunk, 1)
    if clip is None:
        return -np.inf, np.inf
    try:
        low, high = map(float, clip.split(","))
    except ValueError:
        low, high = 1.0, 0.0
    if not low < high:
        raise OptionError("--clip", "two numbers that rise, as 0,5", clip)
    return low, high
