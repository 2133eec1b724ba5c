"""How much a choice moves across runs, scorers, and subsamples.

1 means that all runs choose the same records, 0 that they agree as chance has it. Runs
are the files of one name (NAME=FILE: seeds, subsets, versions of a method). With
--scores, each field chooses its k best records: how far scorers agree with one another,
and how far the choice of each moves when its threshold is taken from a random --share
of the pool, as when one night's dump sets the bar for the next. `always` and `ever`
count records that all runs choose, and that any does; between two scorers also their
rank correlation. Intervals are at 95%.

With --min-max the choices are candidates for one place: `moves` is the largest part of
a choice, by the Jaccard distance, that changes where another candidate takes its
place, and the one that moves least is `taken`.

Source: Nogueira, Sechidis and Brown 2018, On the Stability of Feature Selection
Algorithms, JMLR 18, the measure and its asymptotic variance; Spearman 1904 for ranks;
Cui and Tchetgen Tchetgen 2019, Selective Machine Learning of Doubly Robust Functionals,
arXiv:1911.02029, only for the idea of --min-max.

Differs: the last compares estimates of an effect, as `eval effect` does, not choices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from sel import check
from sel.errors import OptionError, UsageError
from sel.maths.random import sampler
from sel.maths.statistics import agreement, minmax
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
    min_max: bool = False,
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
        min_max: mark the choice that moves least where it is exchanged for another.
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
    if min_max:
        lines += _exchanged(first, pool)
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


def _exchanged(choices: Mapping[str, Indices], pool: int) -> list[dict[str, Any]]:
    """How far each choice moves at most where another takes its place."""
    if len(choices) < 2:
        msg = "--min-max compares at least two choices. Try: --scores a,b"
        raise UsageError(msg)
    changes = np.full((len(choices), len(choices)), np.nan)
    for (i, a), (j, b) in combinations(enumerate(choices.values()), 2):
        distance = 1 - agreement.overlap([(a, b)], pool)["jaccard"]
        changes[i, j] = changes[j, i] = distance
    moves, taken = minmax.steadiest(changes)
    return [
        {
            "selection": name,
            "varied": "exchange",
            "moves": moves[i],
            "taken": i == taken,
        }
        for i, name in enumerate(choices)
    ]


def _passing(values: Scores, k: int, part: Indices) -> Indices:
    """What passes a threshold that lets k of the pool pass, judged by a part of it."""
    known = np.nan_to_num(values, nan=-np.inf)
    at = min(max(round(k * len(part) / len(values)), 1), len(part))
    bar = np.partition(known[part], len(part) - at)[len(part) - at]
    return np.flatnonzero((known >= bar) & (known > -np.inf))
