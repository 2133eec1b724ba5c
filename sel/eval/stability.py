"""How much a choice moves across runs, scorers, and subsamples.

1 means that all runs choose the same records, 0 that they agree as chance has it. Runs
are the files of one name (NAME=FILE: seeds, subsets, versions of a method). With
--scores, each field chooses its k best records: how far scorers agree with one another,
and how far the choice of each moves when its threshold is taken from a random --share
of the pool, as when one night's dump sets the bar for the next. `always` and `ever`
count records that all runs choose, and that any does; between two scorers also their
rank correlation. Intervals are at 95%.

Source: Nogueira, Sechidis and Brown 2018, On the Stability of Feature Selection
Algorithms, JMLR 18, the measure and its asymptotic variance; Spearman 1904 for ranks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from sel import check
from sel.errors import OptionError
from sel.maths.random import sampler
from sel.maths.statistics import agreement
from sel.types import Noise, Scores

if TYPE_CHECKING:
    from sel.types import Indices


def measure(
    selections: Mapping[str, Sequence[Indices]],
    scorers: Mapping[str, Scores],
    pool: int,
    rng: Noise,
    *,
    k: int | None = None,
    subsamples: int = 20,
    share: float = 0.5,
) -> list[dict[str, Any]]:
    """A result for each choice, for all scorers, and for each pair.

    Args:
        selections: for each choice the rows of the pool in each of its runs.
        scorers: (n,) of each scorer, NaN where there is none.
        pool: records of the pool, n.
        rng: draws the subsamples.
        k: records that each of the --scores selects.
        subsamples: number of thresholds to estimate for each of the --scores.
        share: fraction of the pool that each threshold is estimated from.
    """
    check.at_least("--subsamples", subsamples, 2)
    if not 0 < share <= 1:
        raise OptionError("--share", "above 0 and at most 1", share)
    if scorers and (k is None or not 0 < k <= pool):
        raise OptionError("-k", f"from 1 to the {pool} records of the pool", k)
    lines = [
        {"selection": name, "varied": "run", **_moved(runs, pool)}
        for name, runs in selections.items()
    ]
    best = {name: agreement.highest(values, k or 0) for name, values in scorers.items()}
    for number, (name, values) in enumerate(scorers.items()):
        numbers = range(number * subsamples, (number + 1) * subsamples)
        draws = (sampler.subsample(pool, share, rng, i) for i in numbers)
        runs = [_passing(values, k or 0, part) for part in draws]
        lines.append({"selection": name, "varied": "subsample", **_moved(runs, pool)})
    if len(best) > 1:
        moved = _moved(list(best.values()), pool)
        lines.append({"selection": "all scores", "varied": "scorer", **moved})
    first = {name: runs[0] for name, runs in selections.items()} | best
    for a, b in combinations(first, 2):
        shared = agreement.overlap([(first[a], first[b])], pool)
        if a in scorers and b in scorers:
            shared["spearman"] = agreement.spearman(scorers[a], scorers[b])
        lines.append({"selection": a, "against": b, **shared})
    return lines


def _moved(runs: Sequence[Indices], pool: int) -> dict[str, Any]:
    """What is said of several runs of a choice."""
    counts = np.zeros(pool, np.int64)
    for rows in runs:
        counts[rows] += 1
    value, low, high = agreement.stability(runs, counts)
    pairs = list(combinations(runs, 2))
    return {
        "runs": len(runs),
        "records": fmean(map(len, runs)),
        "stability": value,
        "stability_low": low,
        "stability_high": high,
        "jaccard": agreement.overlap(pairs, pool)["jaccard"] if pairs else None,
        "always": int((counts == len(runs)).sum()),
        "ever": int((counts > 0).sum()),
    }


def _passing(values: Scores, k: int, part: Indices) -> Indices:
    """What passes a threshold that lets k of the pool pass, judged by a part of it."""
    known = np.nan_to_num(values, nan=-np.inf)
    at = min(max(round(k * len(part) / len(values)), 1), len(part))
    bar = np.partition(known[part], len(part) - at)[len(part) - at]
    return np.flatnonzero((known >= bar) & (known > -np.inf))
