"""How much closer to the target a selection is than its pool.

KL reduction, DSIR's measure of data: KL(target || pool) - KL(target || selection), in
nats, over hashed n-grams, averaged over the targets. Above 0 the selection is nearer
to the target than the pool is. Beside it stands what random selections of the same
size reach, with the range that 95% of such selections fall into.

Source: Xie et al. 2023, Data Selection for Language Models via Importance
Resampling, arXiv:2302.03169, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Literal

import numpy as np

from sel.maths import ngrams as grams_
from sel.maths.chance import reach
from sel.maths.ngrams import Counts, Grams
from sel.types import Texts

EPSILON = 1e-8  # inside both logarithms, as in the weights of `score dsir`


def collect(
    texts: Texts,
    *,
    ngrams: int = 2,
    buckets: int = 10_000,
    hash: Literal["fast", "sha256"] = "fast",  # noqa: A002 (the field's word)
) -> Counts:
    """Count the hashed n-grams of a batch.

    Args:
        texts: n strings.
        ngrams: longest n-gram, in words.
        buckets: number of hash buckets that all n-grams share.
        hash: fast is 64-bit and stable for ever; sha256 is that of the authors.
    """
    return grams_.count(texts, Grams.of(ngrams, buckets, hash))


def measure(
    chosen: Counts, pool: Counts, targets: Sequence[Counts], baselines: Sequence[Counts]
) -> dict[str, float]:
    """The KL divergences and their reduction, in nats.

    Args:
        chosen: counts of the selection.
        pool: counts of the pool it was chosen from.
        targets: counts of each target.
        baselines: counts of random selections of the same size.
    """
    before = _divergence(targets, pool)
    after = _divergence(targets, chosen)
    found = {
        "records": chosen.texts,
        "kl_pool": before,
        "kl": after,
        "kl_reduction": before - after,
    }
    chance = [before - _divergence(targets, baseline) for baseline in baselines]
    if len(chance) > 1:
        mean, low, high = reach(chance)
        found |= {
            "random_kl_reduction": mean,
            "random_low": low,
            "random_high": high,
            "seeds": len(chance),
        }
    return found


def _divergence(targets: Sequence[Counts], other: Counts) -> float:
    """Mean over the targets of KL(target || other)."""
    base = np.log(other.probabilities() + EPSILON)
    shares = [target.probabilities() for target in targets]
    return fmean(float((p * (np.log(p + EPSILON) - base)).sum()) for p in shares)
