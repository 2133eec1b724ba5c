"""What a language model answers to a question about each record.

The question has closed answers, each with a value; the score is the value to be
expected: the mean over the answers, weighted with their probabilities. These are read
at one position, behind the question: nothing is generated. All spellings of an answer
that are single tokens count, with a space before them or in another case; one of
several tokens is read as a whole.

--ask names the question: difficulty (Select2Reason), complexity and quality (DEITA, for
its scorers), yes-no (Ask-LLM), accuracy (AlpaGasus), educational (FineWeb-Edu), better
(of two fields, --pair), a scale such as 1-6, or a FILE of your own. A comparison is
made in both orders: the score is the mean, and `judge_position` says how much the first
place gains.

Or somebody else answers: --requests writes {id, messages or prompt, choices}, and
--replies reads {id, logprobs or choice or text}. An id names the question and whom
--model names, which is not loaded then: what has a valid reply is not asked again. sel
sends nothing. A record without an answer gets null; the closing line says how many were
missing, invalid, empty, or truncated.

Cost: a pass over each question, and one more for each answer of several tokens.

Source: Yang et al. 2025, Select2Reason, arXiv:2505.17266; Liu et al. 2024, What Makes
Good Data for Alignment? (DEITA), arXiv:2312.15685; Sachdeva et al. 2024, How to Train
Data-Efficient LLMs (Ask-LLM), arXiv:2402.09668; Chen et al. 2024, AlpaGasus,
arXiv:2307.08701; Penedo et al. 2024, The FineWeb Datasets, arXiv:2406.17557.

Differs: questions are in our own words but for DEITA's; where no answer is likely at
all DEITA gives 3, and Select2Reason 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from sel import check
from sel.maths.text.questions import PAIR, Answering, Parts
from sel.types import Scores


def score(
    asked: Sequence[Parts],
    answering: Answering,
    *,
    among: Literal["labels", "all"] = "labels",
    parts: bool = False,
    max_length: int = 2048,
) -> dict[str, Any]:
    """Values to be expected, shape (n,), and what they are made of.

    Args:
        asked: what each of n records gives to the question.
        answering: who answers.
        among: probabilities are shares among the answers, or as they are, among all
            that the model could say: Ask-LLM's P(yes); of a reply, among all that it
            tells of.
        parts: add the probability of each answer, as _p_yes; that of all of them
            together, as _mass; and a note on what is wrong.
        max_length: tokens of a question; of a longer one, what the record gives is cut.
    """
    check.at_least("--max-length", max_length, 8)
    question = answering.question
    worth = np.array(question.values)
    count, both = len(asked), [*asked]
    if question.paired:
        first, second = PAIR
        both += [{**one, first: one[second], second: one[first]} for one in asked]
    found = answering.answers(both, max_length)
    shares = _shares(found.chances, found.known, among)
    values = shares @ worth
    chances, mass, notes = shares, found.chances.sum(1) / found.known, found.notes
    columns: dict[str, Any] = {"": values}
    if question.paired:
        around = worth.max() + worth.min()
        ours, theirs = values[:count], values[count:]
        columns = {
            "": (ours + around - theirs) / 2,
            "position": (ours + theirs - around) / 2,
        }
        chances, mass = chances[:count], (mass[:count] + mass[count:]) / 2
        notes = [a or b for a, b in zip(notes[:count], notes[count:], strict=True)]
    if parts:
        pairs = zip(question.labels, chances.T, strict=True)
        columns |= {f"p_{label}": column for label, column in pairs}
        columns |= {"mass": mass, "note": notes}
    return columns


def _shares(chances: Scores, known: Scores, among: str) -> Scores:
    """The probability of each answer, (n, labels); NaN where none is likely at all."""
    whole = known if among == "all" else chances.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Scores = chances / whole[:, None]
    return shares
