"""GATEAU: how records are laid out, and the arithmetic of its signals and scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sel.maths.ranking import ranks
from sel.types import LongLikelihood, Scores

CAP = 500  # tokens of question and of answer, as the authors have it
Context = tuple[str, str, str]
"""A long text, what is asked of it, and the answer."""


def softmax(values: Scores) -> Scores:
    """Shares of 1, shape (n,); NaN stays, and counts for nothing."""
    known = np.asarray(values, np.float64)
    if not np.isfinite(known).any():
        return np.full(len(known), np.nan)
    powers = np.exp(known - np.nanmax(known))
    shares: Scores = powers / np.nansum(powers)
    return shares


def minmax(values: Scores) -> Scores:
    """From 0 to 1, shape (n,); 0 where all are equal."""
    known = np.asarray(values, np.float64)
    if not np.isfinite(known).any():
        return np.full(len(known), np.nan)
    low, high = np.nanmin(known), np.nanmax(known)
    scaled: Scores = (known - low) / (high - low or 1.0)
    return scaled


def ranked(values: Scores) -> Scores:
    """Ranks from 0 to 1, the highest 1, shape (n,); equals share the mean."""
    known = np.asarray(values, np.float64)
    count = int(np.isfinite(known).sum())
    if count < 2:
        return np.where(np.isfinite(known), 0.0, np.nan)
    scaled: Scores = (count - ranks.ranks(known, "average")) / (count - 1)
    return scaled


def pearson(a: Scores, b: Scores) -> float:
    """The correlation; 0 where one of the two does not vary."""
    a, b = a - a.mean(), b - b.mean()
    below = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / below) if below > 0 else 0.0


def cosine(a: Scores, b: Scores) -> float:
    """The cosine; 0 where one of the two is 0."""
    below = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / below) if below > 0 else 0.0


def awareness(perplexities: Scores, attentions: Scores, how: str) -> float:
    """Whether attention lies on the segments that help least; NaN without segments.

    Args:
        perplexities: of the answer behind each segment alone, shape (s,).
        attentions: of the answer to each segment, shape (s,).
        how: pearson of log perplexity and attention, or softmax: the cosine of both,
            each first made shares of 1.
    """
    if not len(perplexities):
        return np.nan
    if how == "pearson":
        return pearson(np.log(perplexities), np.asarray(attentions, np.float64))
    return cosine(softmax(perplexities), softmax(attentions))


def guidance(short: Scores, long: Scores, norm: str) -> Scores:
    """How much easier answers are with the long window, shape (n,).

    Args:
        short: perplexities with the short window, shape (n,).
        long: perplexities with the long one, shape (n,).
        norm: paper: the difference of softmaxes over all records; authors: softmax of
            the difference after both were scaled from 0 to 1.
    """
    if norm == "paper":
        return softmax(short) - softmax(long)
    return softmax(minmax(short) - minmax(long))


def combined(guided: Scores, aware: Scores, alpha: float, norm: str) -> Scores:
    """The weighted sum of both signals over all records, shape (n,).

    Args:
        guided: of `guidance`, or logarithms of the ratio of perplexities, shape (n,).
        aware: of `awareness`, shape (n,).
        alpha: the weight of the first, from 0 to 1.
        norm: rank both, take the softmax of both as the paper does, or add them as
            they are as the authors' code does.
    """
    if norm != "authors":
        scale = ranked if norm == "rank" else softmax
        guided, aware = scale(guided), scale(aware)
    total: Scores = alpha * guided + (1 - alpha) * aware
    return total


class Text:
    """The tokens of a record.

    Args:
        begin: what any text begins with.
        long: the long text.
        asked: what is asked of it.
        answer: what is answered.
        room: tokens that all of them may have; the end of the long text is cut.
    """

    def __init__(
        self,
        begin: list[int],
        long: list[int],
        asked: list[int],
        answer: list[int],
        room: int,
    ) -> None:
        self.begin, self.answer = begin, answer[:CAP]
        self.rest = [*asked[-CAP:], *self.answer]
        self.long = long[: max(room - len(begin) - len(self.rest), 0)]
        self.whole = [*begin, *self.long, *self.rest]


def texts(
    model: LongLikelihood, contexts: Sequence[Context], most: int, room: int
) -> list[Text]:
    """Each record as the authors lay it out, its pieces tokenized apart."""
    long = model.ids([f"### Input: {long}" for long, _, _ in contexts])
    question = "\n\n ### Instruction: {}\n\n ### Response: "
    asked = model.ids([question.format(asked) for _, asked, _ in contexts])
    answers = model.ids([answer for _, _, answer in contexts])
    begin = model.begin
    return [
        Text(begin, tokens[:most] if one else [], question, answer, room)
        for (one, _, _), tokens, question, answer in zip(
            contexts, long, asked, answers, strict=True
        )
    ]
