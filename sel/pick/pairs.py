"""Preference pairs: a better and a worse answer to the same prompt.

Records with the same prompt are answers to it, and --by is how good each is. What is
written is a record for each pair: prompt, chosen and rejected, with both scores. Two
answers are a pair if their scores differ, by --margin or more; if the longer has no
more than --length-ratio times the characters of the shorter; if --agree, another score,
puts them in the same order; and if their texts differ. Which of such pairs are written
says --rule.

Source: best: Pace et al. 2024, West-of-N, arXiv:2401.12086; random: Tunstall et al.
2023, Zephyr, arXiv:2310.16944; all: Ouyang et al. 2022, InstructGPT, arXiv:2203.02155;
rso: Liu et al. 2023, Statistical Rejection Sampling Improves Preference Optimization,
arXiv:2309.06657, algorithm 1, with pairs as in its first round.

Differs: rso gives all that is accepted where a prompt has fewer answers than --accept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, inf
from typing import Literal

import numpy as np

from sel import check
from sel.types import Keys, Noise

Pair = tuple[int, int]
"""The places of a better and of a worse answer."""

ROUND = 0x9E3779B97F4A7C15
"""Sets the draws of one round apart from those of the others."""


def pick(
    scores: Sequence[float],
    answers: Sequence[str],
    agreeing: Sequence[float] | None,
    keys: Keys,
    rng: Noise,
    *,
    rule: Literal["best", "random", "all", "rso"] = "best",
    margin: float = 0.0,
    length_ratio: float | None = None,
    beta: float = 0.5,
    accept: int = 8,
) -> list[Pair]:
    """The pairs of one prompt, the better answer first.

    Args:
        scores: n numbers, higher is better.
        answers: n texts.
        agreeing: n numbers of another score, NaN where it has none; or None.
        keys: n, what chance knows the answers by.
        rng: draws.
        rule: best is the best answer with the worst that fits it, and if none does the
            next best; random takes any that fits the best, by chance; all takes every
            pair that fits; rso accepts an answer with a chance of exp((score - highest)
            / --beta), and pairs the accepted ones two by two.
        margin: least difference of the scores of a pair.
        length_ratio: most characters of the longer answer for each of the shorter.
        beta: for rso; the smaller, the more the best are preferred.
        accept: answers that rso accepts of each prompt.
    """
    check.between("--margin", margin, 0, 1e300)
    check.above("--beta", beta, 0)
    check.at_least("--accept", accept, 2)
    if length_ratio is not None:
        check.at_least("--length-ratio", length_ratio, 1)

    def fits(better: int, worse: int) -> bool:
        apart = scores[better] - scores[worse]
        if not (apart > 0 and apart >= margin) or answers[better] == answers[worse]:
            return False
        if agreeing is not None and not agreeing[better] > agreeing[worse]:
            return False
        short, long = sorted((len(answers[better]), len(answers[worse])))
        return length_ratio is None or long <= length_ratio * short

    if rule == "rso":
        accepted = _accepted(scores, keys, rng, beta, accept)
        two = zip(accepted[::2], accepted[1::2], strict=False)
        ordered = ((a, b) if scores[a] >= scores[b] else (b, a) for a, b in two)
        return [pair for pair in ordered if fits(*pair)]
    best = sorted(range(len(scores)), key=lambda i: -scores[i])
    if rule == "all":
        return [
            (a, b) for at, a in enumerate(best) for b in best[at + 1 :] if fits(a, b)
        ]
    others = best[::-1]
    if rule == "random":
        draws = rng.uniform(keys)
        others.sort(key=lambda i: draws[i])
    pairs: Iterator[Pair] = ((a, b) for a in best for b in others if fits(a, b))
    first = next(pairs, None)
    return [first] if first else []


def _accepted(
    scores: Sequence[float], keys: Keys, rng: Noise, beta: float, most: int
) -> list[int]:
    """The answers that are accepted, in the order in which they are.

    The best that is left is accepted in every round.
    """
    accepted: list[int] = []
    left = list(range(len(scores)))
    number = 0
    while left and len(accepted) < most:
        highest = max((scores[i] for i in left), default=-inf)
        shift = np.uint64(number * ROUND & ((1 << 64) - 1))
        draws = rng.uniform(keys ^ shift)
        now = [i for i in left if draws[i] < exp((scores[i] - highest) / beta)]
        now = now[: most - len(accepted)]
        accepted += now
        left = [i for i in left if i not in set(now)]
        number += 1
    return accepted
