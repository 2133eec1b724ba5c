"""How little an instruction helps a language model to its answer.

High means hard to follow: the mean loss of the answer's tokens after the instruction,
divided by their mean loss without it. Above 1 the instruction misleads: the authors
drop such records and keep the highest of the others. An answer that is empty, or does
not fit behind its instruction, gets null. Of a chat the answer is the last turn of the
assistant, and the instruction all before it. Two forward passes for each record.

Source: Li et al. 2024, From Quantity to Quality: Boosting LLM Performance with
Self-Guided Data Selection for Instruction Tuning, arXiv:2308.12032.

Differs: the answer begins where it begins, where the authors look for its last
occurrence in the text; float32 throughout.
"""

import numpy as np

from sel import check
from sel.types import Likelihood, Pairs, Scores

ALONE = "### Response:"
SLACK = 4  # tokens that the authors allow for the words of ALONE


def score(pairs: Pairs, model: Likelihood, *, max_length: int = 1024) -> Scores:
    """Shape (n,): ratios of mean losses.

    Args:
        pairs: n instructions, as the model is to read them, and their answers.
        model: what reads them.
        max_length: tokens of instruction and answer together.
    """
    check.at_least("--max-length", max_length, 2)
    prompts = [prompt for prompt, _ in pairs]
    before = model.lengths([*prompts, ALONE])
    after = model.losses([prompt + answer for prompt, answer in pairs], max_length)
    alone = model.losses([ALONE + answer for _, answer in pairs], max_length)
    first = before.pop()
    ratios = np.full(len(pairs), np.nan)
    for i, (start, given, other) in enumerate(zip(before, after, alone, strict=True)):
        with_it = given[start - 1 :]
        without = other[: max(max_length - start + SLACK - 1, 0)][first - 1 :]
        fits = start + len(without) <= max_length
        if pairs[i][1] and fits and len(with_it) and len(without):
            ratios[i] = with_it.mean() / without.mean()
    return ratios
