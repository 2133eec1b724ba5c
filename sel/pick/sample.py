"""A random sample in which a higher score is likelier to be drawn.

Draws without replacement with probability proportional to exp(score / temperature):
each score, divided by the temperature, gets a Gumbel number, and the highest are kept.
A low temperature approaches `pick top`, a high one `pick random`; with --temperature
FIELD each record has its own. Scores that spread
over hundreds, as those of `score dsir` do, drown the noise: the choice is then nearly
that of `pick top`, in the authors' code too.

With --pareto the score is a probability, and each record is kept by a toss of its own:
if a draw of the Pareto distribution is above 1 - score. Some with a low score stay.

Source: Xie et al. 2023, Data Selection for Language Models via Importance Resampling,
arXiv:2302.03169, section 3; Brown et al. 2020, Language Models are Few-Shot Learners,
arXiv:2005.14165, appendix A, for --pareto; Wettig et al. 2024, QuRating,
arXiv:2402.09739, section 4; the trick: Kool et al. 2019, Stochastic Beams and Where to
Find Them, arXiv:1903.06059.

Differs: the noise depends on the seed and the record alone, so processes, shards and
resumed runs never change the sample; --noise takes recorded numbers instead.
"""

from typing import Literal

import numpy as np

from sel import check
from sel.errors import DataError, UsageError
from sel.types import Keys, Noise, Scores


def rank(
    scores: Scores,
    keys: Keys,
    rng: Noise,
    temperature: Scores | float = 1.0,
    *,
    weights: Literal["exp", "proportional"] = "exp",
    pareto: float | None = None,
) -> Scores:
    """The noisy scores, shape (n,); records without a score get no noise.

    Args:
        scores: (n,), NaN where there is none.
        keys: (n,), what chance knows the records by.
        rng: the noise.
        temperature: what the scores are divided by, one for all or (n,), above 0.
        weights: draw in proportion to exp(score), or to the score itself.
        pareto: keep by a toss: the shape of the distribution that is drawn from.
    """
    each = np.ndim(temperature) > 0
    if pareto is not None:
        if each or (temperature, weights) != (1.0, "exp"):
            msg = "--pareto goes with neither --temperature nor --weights"
            raise UsageError(msg)
        return _tossed(scores, keys, rng, pareto)
    check.above(
        "--temperature", float(np.min(temperature)) if np.size(temperature) else 1.0, 0
    )
    there = np.isfinite(scores)
    values = scores[there]
    if weights == "proportional":
        if (values < 0).any():
            msg = f"a weight is negative: {values.min():g}. Try: --weights exp"
            raise DataError(msg)
        with np.errstate(divide="ignore"):
            values = np.log(values)
    with np.errstate(over="ignore"):
        warm = values / (np.asarray(temperature)[there] if each else temperature)
    if (np.isinf(warm) & np.isfinite(values)).any():
        msg = "a score divided by --temperature is too large. Try: a higher one"
        raise DataError(msg)
    noisy = warm + rng.gumbel(keys[there])
    if len(noisy) == len(scores):
        return noisy
    ranked = np.full(len(scores), -np.inf)
    ranked[there] = noisy
    return ranked


def _tossed(scores: Scores, keys: Keys, rng: Noise, shape: float) -> Scores:
    """By how much a draw is above 1 - score; -inf where it is not, or without a score.

    The distribution is that of numpy's `pareto`, also called Lomax.
    """
    check.above("--pareto", shape, 0)
    there = np.isfinite(scores)
    values = scores[there]
    if len(values) and not 0 <= values.min() <= values.max() <= 1:
        odd = values.min() if values.min() < 0 else values.max()
        msg = f"--pareto takes scores from 0 to 1, and here is one of {odd:g}"
        raise DataError(msg)
    drawn = rng.uniform(keys[there]) ** (-1 / shape) - 1
    above = drawn - (1 - values)
    ranked = np.full(len(scores), -np.inf)
    ranked[there] = np.where(above > 0, above, -np.inf)
    return ranked
