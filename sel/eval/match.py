"""How much closer to the target a selection is than its pool.

KL reduction, DSIR's measure of data: KL(target || pool) - KL(target || selection), in
nats, over hashed n-grams, averaged over the targets. Above 0 the selection is nearer
to the target than the pool is. Beside it stands what random selections of the same
size reach, with the range that 95% of such selections fall into.

With --vectors and --target-vectors also the squared Frechet distance and the squared
maximum mean discrepancy (MMD) to the targets, and with --per how far the mixture of
a field is from that of the targets: total variation and Jensen-Shannon divergence. A
low number is near. `_pool` is the distance of the whole pool.

Source: Xie et al. 2023, Data Selection for Language Models via Importance
Resampling, arXiv:2302.03169, section 5; Heusel et al. 2017, arXiv:1706.08500, for the
Frechet distance; Gretton et al. 2012, A Kernel Two-Sample Test, JMLR 13, for MMD.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Literal

import numpy as np

from sel.maths.matrices.vectors import unit
from sel.maths.random.baseline import random_range
from sel.maths.statistics import distances as distances_
from sel.maths.statistics.intervals import prediction_interval
from sel.maths.text import ngrams as grams_
from sel.maths.text.ngrams import Counts, Grams
from sel.types import Texts, Vectors

if TYPE_CHECKING:
    from sel.types import Indices

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
        hash: fast is 64-bit and will never change; sha256 is the authors', and slower.
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
    vectors: Vectors,
    chosen_rows: Sequence[Indices],
    pool_rows: Indices,
    random_rows: Sequence[Sequence[Indices]],
    target_vectors: Vectors,
) -> list[dict[str, float | None]]:
    """Frechet distance and MMD to the targets; None for fewer than 2 rows.

    Args:
        vectors: (n, d).
        chosen_rows: usable rows of each selection.
        pool_rows: all usable rows.
        random_rows: for each selection, random ones of the same size.
        target_vectors: (t, d).
    """
    apart = distances_.Apart(unit(target_vectors))
    before = apart.of(unit(vectors[pool_rows]))
    result = []
    for rows, others in zip(chosen_rows, random_rows, strict=True):
        after = apart.known(unit(vectors[rows]))
        result.append(after)
        if None in after.values():
            continue
        chance = [apart.of(unit(vectors[other])) for other in others]
        result[-1] = {}
        for name in before:
            result[-1] |= {f"{name}_pool": before[name], name: after[name]}
            result[-1] |= random_range(name, [each[name] for each in chance])
    return result


def mixtures(
    chosen_domains: Sequence[Sequence[str]],
    pool_domains: Sequence[str],
    random_domains: Sequence[Sequence[Sequence[str]]],
    target_domains: Sequence[str],
) -> list[dict[str, float]]:
    """How far the mixture of domains is from that of the targets.

    Args:
        chosen_domains: the domain of each record of each selection.
        pool_domains: the same of the pool.
        random_domains: the same of random selections, for each selection.
        target_domains: the same of all targets.
    """
    targets = Counter(target_domains)

    def apart(domains: Sequence[str]) -> dict[str, float]:
        return distances_.of_domains(Counter(domains), targets)

    before, result = apart(pool_domains), []
    for domains, others in zip(chosen_domains, random_domains, strict=True):
        said = {f"{name}_pool": value for name, value in before.items()}
        said |= apart(domains)
        chance = [apart(other) for other in others]
        for name in before:
            said |= random_range(name, [each[name] for each in chance])
        result.append(said)
    return result


def _divergence(targets: Sequence[Counts], other: Counts) -> float:
    """Mean over the targets of KL(target || other)."""
    base = np.log(other.probabilities() + EPSILON)
    shares = [target.probabilities() for target in targets]
    return fmean(float((p * (np.log(p + EPSILON) - base)).sum()) for p in shares)
