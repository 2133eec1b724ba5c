"""How little an instruction helps a language model to its answer.

High means hard to follow: the mean loss of the answer's tokens after the instruction,
divided by their mean loss without it. Above 1 the instruction misleads: the authors
drop such records and keep the highest of the others. --ratio ppl divides perplexities
instead, as SuperFiltering does with a small model; the two orders differ. Of a chat the
answer is the last turn of the assistant, and the instruction all before it.

An answer that is empty gets null, and so does one that does not fit behind its
instruction; of those, ppl takes what fits. --parts adds both losses, and a note that
says empty, truncated or short: an answer of one token, which has nothing before it.
Two forward passes for each record.

Source: Li et al. 2024, From Quantity to Quality: Boosting LLM Performance with
Self-Guided Data Selection for Instruction Tuning, arXiv:2308.12032; ppl: Li et al.
2024, Superfiltering: Weak-to-Strong Data Filtering for Fast Instruction-Tuning,
arXiv:2402.00530.

Differs: the answer begins where it begins, where the authors look for its last
occurrence in the text; float32 throughout.
"""

from __future__ import annotations

from math import exp
from typing import Any, Literal

import numpy as np

from sel import check
from sel.types import Likelihood, Pairs, Scores

ALONE = "### Response:"
SLACK = 4  # tokens that the authors allow for the words of ALONE
HIGHEST = 700.0
"""A difference of losses of which there still is a ratio of perplexities."""


def score(
    pairs: Pairs,
    model: Likelihood,
    *,
    ratio: Literal["loss", "ppl"] = "loss",
    words: Literal["alpaca", "plain"] | None = None,
    parts: bool = False,
    max_length: int = 1024,
) -> dict[str, Any]:
    """Ratios, shape (n,), and with `parts` the mean losses and n notes or None.

    Args:
        pairs: n instructions, as the model is to read them, and their answers.
        model: what reads them.
        ratio: of mean losses, or of perplexities.
        words: the instruction in Alpaca's words, with '### Response:' before an answer
            alone; or in plain lines, with nothing before it [plain for ppl].
        parts: add the fields conditioned, alone and note.
        max_length: tokens of instruction and answer together.
    """
    check.at_least("--max-length", max_length, 2)
    plain = (words or {"ppl": "plain"}.get(ratio)) == "plain"
    alone, slack = ("", 1) if plain else (ALONE, SLACK)
    begin, first, after, before = _losses(pairs, model, alone, max_length)
    found = np.full((3, len(pairs)), np.nan)
    notes: list[str | None] = [None] * len(pairs)
    for i, (start, given, other) in enumerate(zip(begin, after, before, strict=True)):
        without = other[: max(max_length - start + slack - max(first, 1), 0)]
        answered = len(other) + (not first) if plain else len(without)
        fits = start + answered <= max_length
        notes[i] = _note(pairs[i][1], start < max_length and fits, given, without)
        if len(given) and len(without) and pairs[i][1]:
            found[1:, i] = given.mean(), without.mean()
            if fits or ratio == "ppl":
                found[0, i] = _ratio(ratio, *found[1:, i].tolist())
    if not parts:
        return {"": found[0]}
    names = ("", "conditioned", "alone")
    return dict(zip(names, found, strict=True)) | {"note": notes}


def _losses(
    pairs: Pairs, model: Likelihood, alone: str, max_length: int
) -> tuple[list[int], int, list[Scores], list[Scores]]:
    """Where answers begin, with and without an instruction, and both their losses."""
    if not pairs:
        return [], 1, [], []
    lengths = model.lengths([*(prompt for prompt, _ in pairs), alone])
    *begin, first = lengths
    begin = [max(length, 1) for length in begin]
    texts = [prompt + answer for prompt, answer in pairs]
    texts += [alone + answer for _, answer in pairs]
    starts = [*begin, *[first] * len(pairs)]
    losses = model.losses(texts, max_length, starts=starts)
    return begin, first, losses[: len(pairs)], losses[len(pairs) :]


def _note(answer: str, fits: bool, given: Scores, without: Scores) -> str | None:
    """What is wrong with an answer."""
    if not answer:
        return "empty"
    if not fits:
        return "truncated"
    return None if len(given) and len(without) else "short"


def _ratio(ratio: str, conditioned: float, alone: float) -> float:
    if ratio == "ppl":
        return exp(min(conditioned - alone, HIGHEST))
    return conditioned / alone if alone else np.nan
