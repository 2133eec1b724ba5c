"""How surprised a language model is by a record, token by token.

High means surprising: exp of the mean loss over all tokens after the first, prompts
included. --of answer takes the tokens of the answers alone: the turns of the assistant,
or the answer to an instruction. --statistic gives the mean or the sum of the losses, or
min-k: the mean of the highest, which is low for what the model was trained on. A text
without such tokens gets null. One forward pass for each record; texts are read many at
once, which changes no number beyond rounding.

Source: Marion et al. 2023, When Less is More: Investigating Data Pruning for
Pretraining LLMs at Scale, arXiv:2309.04564; in the chat template of Ivison et al. 2025,
Large-Scale Data Selection for Instruction Tuning, arXiv:2503.01807; min-k: Shi et al.
2024, Detecting Pretraining Data from Large Language Models, arXiv:2310.16789; buckets:
Wenzek et al. 2020, CCNet, arXiv:1911.00359.

Differs: Ivison et al. keep the mean loss, which has the same order; float32 throughout;
min-k is minus the authors' number.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp
from typing import Any, Literal

import numpy as np

from sel import check
from sel.errors import OptionError
from sel.maths.text import chat
from sel.types import Chat, Likelihood, Scores

HIGHEST = 700.0
"""A mean loss of which there still is a perplexity."""
BUCKETS = ("head", "middle", "tail")


def score(
    chats: Sequence[Chat],
    model: Likelihood,
    *,
    of: Literal["all", "answer"] = "all",
    statistic: Literal["perplexity", "mean", "sum", "min-k"] = "perplexity",
    share: float = 0.2,
    buckets: str | None = None,
    template: Literal["tulu", "model", "none"] = "tulu",
    max_length: int = 2048,
) -> dict[str, Any]:
    """Numbers, shape (n,), and with `buckets` n names or None.

    Args:
        chats: n lists of turns, each a role and what is said.
        model: what reads them.
        of: the tokens that count: all after the first, or those of answers.
        statistic: exp of the mean loss, the mean or the sum of the losses, or the mean
            of the highest, in nats.
        share: which share of the tokens are the highest, for min-k.
        buckets: two numbers, as a,b, between which the middle lies: adds a field that
            says head, middle or tail.
        template: tulu is that of RDS+; model is the tokenizer's own; none joins the
            turns by line ends.
        max_length: longest text in tokens, at most the positions of the model; the
            rest is cut off.

    Raises:
        OptionError: the buckets are not two numbers that rise.
    """
    check.at_least("--max-length", max_length, 2)
    check.between("--share", share, 0.001, 1)
    between = _bounds(buckets) if buckets else None
    texts = chat.rendered(chats, template, model)
    special = template != "model"  # such a template writes its own
    spans = None
    if of == "answer":
        spans = [*map(chat.answers, texts, chats)]
    losses = []
    if texts:
        losses = model.losses(texts, max_length, special=special, spans=spans)
    numbers = np.array([_number(each, statistic, share) for each in losses], np.float64)
    found: dict[str, Any] = {"": numbers}
    if between:
        found["bucket"] = [_bucket(number, between) for number in numbers.tolist()]
    return found


def _number(losses: Scores, statistic: str, share: float) -> float:
    """One number of the losses of a text; NaN if there are none."""
    if not len(losses):
        return np.nan
    if statistic == "sum":
        return float(losses.sum())
    if statistic == "min-k":
        return float(np.sort(losses)[-ceil(share * len(losses)) :].mean())
    mean = float(losses.mean())
    return mean if statistic == "mean" else exp(min(mean, HIGHEST))


def _bounds(buckets: str) -> list[float]:
    try:
        low, high = map(float, buckets.split(","))
    except ValueError:
        low = high = np.nan
    if not low < high:
        raise OptionError("buckets", "two numbers that rise, such as 120,300", buckets)
    return [low, high]


def _bucket(number: float, between: list[float]) -> str | None:
    if np.isnan(number):
        return None
    return BUCKETS[int(np.searchsorted(between, number, side="left"))]
