"""What a treatment did to an outcome, though it was not given by chance.

The treatment may be that a record was chosen, filtered or rewritten; the outcome is a
number, such as a loss or whether an answer was right. Treated records may differ from
others from the start, in length say, so that the naive difference of the means says
little. The doubly robust estimate models both what outcome is to be expected of a
record, treated and not, and how likely it was to be treated, given --covariates; it is
right if either model is, provided that nothing else decides both. Each record is
foretold by models that have not seen it.

The first line is the naive difference, the next the doubly robust estimate, each with
its 95% interval. `outside` is the share of records whose probability of treatment is
below 0.1 or above 0.9: where it is large, treated and untreated hardly overlap, and
nothing can be known. `ess_treated` and `ess_untreated` say how many equally weighted
records the two means are worth. With --min-max there is a line for each pair of models,
of the outcome and of the treatment; `moves` is the most that the estimate moves where
one of the two is exchanged, and the pair that moves least is the one to take.

Source: Robins, Rotnitzky and Zhao 1994, Estimation of Regression Coefficients When Some
Regressors Are Not Always Observed, JASA 89; Chernozhukov et al. 2018, Double/Debiased
Machine Learning, The Econometrics Journal 21, for the folds; Cui and Tchetgen Tchetgen
2019, Selective Machine Learning of Doubly Robust Functionals, arXiv:1911.02029.

Differs: the last measures moves by squared pseudo-risks; here it is the difference of
the estimates themselves.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from sel import check
from sel.errors import DataError
from sel.eval import _nuisance
from sel.eval._nuisance import LEARNERS, Numbers
from sel.maths.statistics import minmax
from sel.maths.statistics.intervals import Z
from sel.types import Indices, Noise, Trial


def measure(
    trial: Trial,
    rng: Noise,
    *,
    folds: int = 5,
    clip: float = 0.01,
    min_max: bool = False,
) -> list[dict[str, Any]]:
    """The naive difference, and the estimate of one pair of models or of each.

    Args:
        trial: who was treated, what came of it, and the covariates.
        rng: divides the records into folds.
        folds: parts of the records; each is foretold by models of the others.
        clip: the least probability of either; smaller ones are taken for it.
        min_max: compare models, and mark the pair that moves least.

    Raises:
        DataError: too few records were treated, or were not.
    """
    check.at_least("--folds", folds, 2)
    check.between("--clip", clip, 1e-6, 0.49)
    treated, n = trial.treated, len(trial.treated)
    least = min(int(treated.sum()), n - int(treated.sum()))
    if least < 2 * folds:
        msg = f"{least:,} records, treated or not, are too few for {folds} folds"
        raise DataError(msg)
    rows = _nuisance.standard(trial.covariates)
    parts = _parts(treated, folds, rng)
    if not rows.shape[1]:
        parts[:] = -1  # there is nothing to learn that could be learnt by heart
    names = list(LEARNERS) if min_max else ["linear"]
    outcomes = {name: _outcomes(trial, LEARNERS[name](rows), parts) for name in names}
    chances = {name: _chances(trial, LEARNERS[name](rows), parts) for name in names}
    lines = [
        {"estimate": "doubly robust", "outcome_model": m, "treatment_model": e}
        | _estimate(trial, *outcomes[m], chances[e], clip)
        for m, e in product(names, names)
    ]
    if min_max:
        _compare(lines)
    return [_naive(trial), *lines]


def _parts(treated: Any, folds: int, rng: Noise) -> Indices:
    """The fold of each record, with as many treated ones in each, (n,)."""
    keys = rng.uniform(np.arange(len(treated), dtype=np.uint64))
    order = np.lexsort((keys, treated))
    parts = np.empty(len(treated), np.int64)
    parts[order] = np.arange(len(treated)) % folds
    return parts


def _outcomes(trial: Trial, rows: Numbers, parts: Indices) -> tuple[Numbers, Numbers]:
    """What outcome is expected of each record, untreated and treated, (n,) each."""
    found = np.empty((2, len(parts)))
    for part in np.unique(parts):
        held, learnt = parts == part, (parts != part) | (part < 0)
        for arm in (0, 1):
            those = learnt & (trial.treated == bool(arm))
            values = trial.outcomes[those]
            found[arm, held] = _nuisance.expected(rows[those], values, rows[held])
    return found[0], found[1]


def _chances(trial: Trial, rows: Numbers, parts: Indices) -> Numbers:
    """How likely each record was to be treated, (n,)."""
    found = np.empty(len(parts))
    for part in np.unique(parts):
        held, learnt = parts == part, (parts != part) | (part < 0)
        found[held] = _nuisance.chance(rows[learnt], trial.treated[learnt], rows[held])
    return found


def _estimate(
    trial: Trial, without: Numbers, given: Numbers, chances: Numbers, clip: float
) -> dict[str, Any]:
    """The augmented mean of inverse probabilities, and what it rests on."""
    treated, outcomes = trial.treated, trial.outcomes
    e = np.clip(chances, clip, 1 - clip)
    weights = np.where(treated, 1 / e, 1 / (1 - e))
    missed = np.where(treated, outcomes - given, without - outcomes) * weights
    said = _mean(given - without + missed)
    ess = {
        f"ess_{name}": float(w.sum() ** 2 / (w**2).sum())
        for name, w in (("treated", weights[treated]), ("untreated", weights[~treated]))
    }
    return {
        **said,
        "outside": float(((chances < 0.1) | (chances > 0.9)).mean()),
        "clipped": int(((chances < clip) | (chances > 1 - clip)).sum()),
        **ess,
    }


def _mean(values: Numbers) -> dict[str, float]:
    value, n = float(values.mean()), len(values)
    error = float(values.std(ddof=1) / np.sqrt(n))
    return {"effect": value, "low": value - Z * error, "high": value + Z * error}


def _naive(trial: Trial) -> dict[str, Any]:
    """The difference of the means."""
    arms = [trial.outcomes[trial.treated], trial.outcomes[~trial.treated]]
    value = float(arms[0].mean() - arms[1].mean())
    error = float(np.sqrt(sum(arm.var(ddof=1) / len(arm) for arm in arms)))
    ends = {"low": value - Z * error, "high": value + Z * error}
    counts = {"treated": len(arms[0]), "untreated": len(arms[1])}
    return {"estimate": "naive", "effect": value, **ends, **counts}


def _compare(lines: list[dict[str, Any]]) -> None:
    """Say of each pair how far it moves, and which moves least."""
    effects = np.array([one["effect"] for one in lines])
    changes = np.abs(effects[:, None] - effects)
    for (i, one), (j, other) in product(enumerate(lines), repeat=2):
        if all(
            one[name] != other[name] for name in ("outcome_model", "treatment_model")
        ):
            changes[i, j] = np.nan
    moves, taken = minmax.steadiest(changes)
    for i, one in enumerate(lines):
        one |= {"moves": moves[i], "taken": i == taken}
