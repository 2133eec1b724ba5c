"""How much closer to the target a selection is than its pool.

KL reduction, DSIR's measure of data: KL(target || pool) - KL(target || selection), in
nats, over hashed n-grams, averaged over the targets. Above 0 the selection is nearer
to the target than the pool is. Beside it stands what random selections of the same
size reach, with the range that 95% of such selections fall into.

With --vectors and --target-vectors also the squared Frechet distance and the squared
maximum mean discrepancy (MMD) to the targets, and with --domain how far the mixture of
a field is from that of the targets: total variation and Jensen-Shannon divergence. A
low number is near. `_pool` is the distance of the whole pool.

Source: Xie et al. 2023, Data Selection for Language Models via Importance
Resampling, arXiv:2302.03169, section 5; Heusel et al. 2017, arXiv:1706.08500, for the
Frechet distance; Gretton et al. 2012, A Kernel Two-Sample Test, JMLR 13, for MMD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Literal

import numpy as np

from sel.maths.random.baseline import random_range
from sel.maths.statistics import distances as distances_
from sel.maths.statistics.intervals import prediction_interval
from sel.maths.text import ngrams as grams_
from sel.maths.text.ngrams import Counts, Grams
from sel.types import Texts, Vectors

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
    result = {
        "records": chosen.texts,
        "kl_pool": before,
        "kl": after,
        "kl_reduction": before - after,
    }
    chance = [before - _divergence(targets, baseline) for baseline in baselines]
    if len(chance) > 1:
        mean, low, high = prediction_interval(chance)
        result |= {
            "random_kl_reduction": mean,
            "random_low": low,
            "random_high": high,
            "seeds": len(chance),
        }
    return result


def distances(
    chosen: Vectors, pool: Vectors, targets: Vectors, baselines: Sequence[Vectors]
) -> dict[str, float | None]:
    """Frechet distance and MMD to the targets; None for fewer than 2 rows.

    Args:
        chosen: (k, d), rows of the selection, of length 1 like all here.
        pool: (n, d).
        targets: (t, d).
        baselines: rows of random selections of the same size.
    """
    known = distances_.mean_and_covariance(targets)
    part = distances_.at_most(targets, distances_.MOST)
    width = distances_.bandwidth(targets)

    def apart(rows: Vectors) -> tuple[float, float]:
        near = distances_.at_most(rows, distances_.MOST)
        far = distances_.frechet(distances_.mean_and_covariance(rows), known)
        return far, distances_.mmd(near, part, width)

    if min(len(chosen), len(targets)) < 2:
        return {"frechet": None, "mmd": None}
    before, after = apart(pool), apart(chosen)
    chance = [apart(rows) for rows in baselines]
    result: dict[str, float | None] = {}
    for i, name in enumerate(("frechet", "mmd")):
        result[f"{name}_pool"] = before[i]
        result[name] = after[i]
        result |= random_range(name, [each[i] for each in chance])
    return result


def mixtures(
    chosen: Mapping[str, int],
    pool: Mapping[str, int],
    targets: Mapping[str, int],
    baselines: Sequence[Mapping[str, int]],
) -> dict[str, float]:
    """How far the mixture of domains is from that of the targets.

    Args:
        chosen: records of each domain in the selection.
        pool: the same of the pool.
        targets: the same of all targets.
        baselines: the same of random selections.
    """
    before = distances_.of_domains(pool, targets)
    result = {f"{name}_pool": value for name, value in before.items()}
    result |= distances_.of_domains(chosen, targets)
    chance = [distances_.of_domains(each, targets) for each in baselines]
    for name in before:
        result |= random_range(name, [each[name] for each in chance])
    return result


def _divergence(targets: Sequence[Counts], other: Counts) -> float:
    """Mean over the targets of KL(target || other)."""
    base = np.log(other.probabilities() + EPSILON)
    shares = [target.probabilities() for target in targets]
    return fmean(float((p * (np.log(p + EPSILON) - base)).sum()) for p in shares)
