"""A random sample in which a higher score is likelier to be drawn.

Draws without replacement with probability proportional to exp(score / temperature):
each score, divided by the temperature, gets a Gumbel number, and the highest are kept.
A low temperature approaches `pick top`, a high one `pick random`. Scores that spread
over hundreds, as those of `score dsir` do, drown the noise: the choice is then nearly
that of `pick top`, in the authors' code too.

Source: Xie et al. 2023, Data Selection for Language Models via Importance Resampling,
arXiv:2302.03169, section 3; Wettig et al. 2024, QuRating, arXiv:2402.09739, section 4;
the trick: Kool et al. 2019, Stochastic Beams and Where to Find Them, arXiv:1903.06059.

Differs: the noise depends on the seed and the record alone, so processes, shards and
resumed runs never change the sample; --noise takes recorded numbers instead.
"""

from typing import Literal

import numpy as np

from sel import check
from sel.errors import DataError
from sel.types import Keys, Noise, Scores


def rank(
    scores: Scores,
    keys: Keys,
    rng: Noise,
    *,
    temperature: float = 1.0,
    weights: Literal["exp", "proportional"] = "exp",
) -> Scores:
    """The noisy scores, shape (n,); records without a score get no noise.

    Args:
        scores: (n,), NaN where there is none.
        keys: (n,), what chance knows the records by.
        rng: the noise.
        temperature: divisor of the scores: near 0 takes the top, a large one draws at
            random.
        weights: draw in proportion to exp(score), or to the score itself.
    """
    check.above("--temperature", temperature, 0)
    there = np.isfinite(scores)
    values = scores[there]
    if weights == "proportional":
        if (values < 0).any():
            msg = f"a weight is negative: {values.min():g}. Try: --weights exp"
            raise DataError(msg)
        with np.errstate(divide="ignore"):
            values = np.log(values)
    with np.errstate(over="ignore"):
        warm = values / temperature
    if (np.isinf(warm) & np.isfinite(values)).any():
        msg = "a score divided by --temperature is too large. Try: a higher one"
        raise DataError(msg)
    noisy = warm + rng.gumbel(keys[there])
    if len(noisy) == len(scores):
        return noisy
    ranked = np.full(len(scores), -np.inf)
    ranked[there] = noisy
    return ranked
