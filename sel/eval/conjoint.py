"""The mixture of attributes that past outcomes say is best, on a leash.

A record has attributes, such as its source, length and language, and an outcome: a
score, a vote, a choice. A model of the outcome, with an effect of each value and of
each two values together, is fitted by least squares. The mixture is a distribution over
the values of each attribute with the highest expected outcome, less --kl times the
divergence from the distributions of the records (or --l2 times the squared distance).

A line for each value, which `pick mix` reads where --per is its attribute. The last
line says what the mixture is worth: `model` by the model; `value` by outcomes of
records that the model and the mixture did not see, weighted to it, with its 95%
interval; `observed`, the mean of all records; `unseen`, the most that it has of two
values that no record has together; and `ess`, the effective sample size of records that
are weighted so, of which at least --least is asked. The attributes are taken to vary
without regard to one another, as in a designed experiment.

With --against the same records hold the attributes of another player, who wants the
outcome low. Both answer the other's mixture in turn until neither moves: an
equilibrium. Where they do not settle, `settled` is false.

Source: Jerzak, Chandra and Hazra 2025, Selecting Optimal Candidate Profiles in
Adversarial Environments Using Conjoint Analysis and Machine Learning, arXiv:2504.19043;
Hainmueller, Hopkins and Yamamoto 2014, Causal Inference in Conjoint Analysis, Political
Analysis 22, for such experiments.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sel import check
from sel.errors import DataError, UsageError
from sel.eval import _attributes
from sel.eval._attributes import Design, Game, Leash, Mixture, Profiles
from sel.maths.statistics.intervals import Z
from sel.types import Indices, Noise, Scores

KL = 0.05


def measure(
    profiles: Profiles,
    rng: Noise,
    *,
    kl: float | None = None,
    l2: float | None = None,
    folds: int = 5,
    least: float = 10.0,
) -> list[dict[str, Any]]:
    """A result for each value of each attribute, and one for the mixture.

    Args:
        profiles: attributes and outcomes of the records.
        rng: divides them into folds.
        kl: how strong the leash is, by the KL divergence from the records [0.05].
        l2: in place of --kl, by the squared distance.
        folds: parts of the records; each is left out once.
        least: refuse a mixture with a smaller effective sample size.

    Raises:
        UsageError: the effective sample size is too small.
        DataError: there are too few records.
    """
    leash = _leash(kl, l2)
    check.at_least("--folds", folds, 2)
    n, several = len(profiles.codes), int(profiles.groups.max()) + 1
    if several < 2 * folds:
        msg = f"{several:,} records or groups are too few for {folds} folds"
        raise DataError(msg)
    order = np.argsort(rng.uniform(np.arange(several, dtype=np.uint64)), kind="stable")
    parts = np.empty(several, np.int64)
    parts[order] = np.arange(several) % folds
    parts = parts[profiles.groups]
    design = Design(profiles, parts)
    sizes = [len(levels) for levels in profiles.levels.values()]
    observed = _attributes.shares(profiles.codes, sizes)
    model = design.fit()
    found, settled, rounds = _played(Game(model, leash, observed), profiles.ours)
    weights = _weights(profiles, found, observed)
    ess = float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0
    if ess < least:
        msg = f"the best mixture rests on {ess:.3g} records, and --least is {least:g}."
        raise UsageError(f"{msg} Try: a higher {'--l2' if leash.squared else '--kl'}")
    last = _said(profiles, Game(model, leash, observed), found, weights)
    outside = _outside(profiles, design, leash, parts)
    last |= _interval(profiles, outside)
    last |= {"observed": profiles.sign * float(profiles.outcomes.mean())}
    last |= {"unseen": _attributes.unseen(profiles.codes, found)}
    last |= {"ess": ess, "records": n}
    if profiles.ours < len(sizes):
        last |= {"settled": settled, "rounds": rounds}
    return [*_lines(profiles, found, observed), last]


def _outside(
    profiles: Profiles, design: Design, leash: Leash, parts: Indices
) -> Scores:
    """How much each record counts for a mixture that has not seen it, (n,)."""
    sizes = [len(levels) for levels in profiles.levels.values()]
    weights = np.zeros(len(parts))
    for part in range(int(parts.max()) + 1):
        held = parts == part
        base = _attributes.shares(profiles.codes[~held], sizes)
        theirs, _, _ = _played(Game(design.fit(part), leash, base), profiles.ours)
        weights[held] = _weights(profiles, theirs, base)[held]
    return weights


def _said(
    profiles: Profiles, game: Game, found: Mixture, weights: Scores
) -> dict[str, Any]:
    """What the mixture is worth by the model, and by the records that it is made of."""
    ours, sign, leash = profiles.ours, profiles.sign, game.leash
    value = game.model.value(found)
    penalty = leash.penalty(found[:ours], game.prior[:ours])
    return {
        "mixture": f"{'l2' if leash.squared else 'kl'} {leash.strength:g}",
        "objective": sign * (value - leash.strength * penalty),
        "model": sign * value,
        "penalty": penalty,
        "weighted": sign * _mean(weights, profiles.outcomes),
    }


def _leash(kl: float | None, l2: float | None) -> Leash:
    """What is asked for."""
    if kl is not None and l2 is not None:
        msg = "--kl and --l2 are two leashes. Try: one of them"
        raise UsageError(msg)
    for option, value in (("--kl", kl), ("--l2", l2)):
        if value is not None:
            check.between(option, value, 0, 1e9)
    strength = next((one for one in (kl, l2) if one is not None), KL)
    return Leash(strength, l2 is not None)


def _played(game: Game, ours: int) -> tuple[Mixture, bool, int]:
    """The mixture, of both players if there are two."""
    if ours < len(game.prior):
        return game.equilibrium(ours)
    return game.optimum(game.prior, range(ours)), True, 1


def _weights(profiles: Profiles, mixture: Mixture, observed: Mixture) -> Scores:
    """How much each record counts for the mixture, (n,)."""
    weights = np.ones(len(profiles.codes))
    for column, ours, theirs in zip(profiles.codes.T, mixture, observed, strict=True):
        ratio = np.divide(ours, theirs, out=np.zeros_like(ours), where=theirs > 0)
        weights *= ratio[column]
    return weights


def _mean(weights: Scores, outcomes: Scores) -> float:
    """The weighted mean; NaN without weights."""
    whole = float(weights.sum())
    return float(weights @ outcomes) / whole if whole else float("nan")


def _interval(profiles: Profiles, weights: Scores) -> dict[str, Any]:
    """The value of a mixture with its interval; null where nothing is known of it."""
    mean, sign = _mean(weights, profiles.outcomes), profiles.sign
    if not np.isfinite(mean):
        return {"value": None, "value_low": None, "value_high": None}
    apart = np.bincount(profiles.groups, weights * (profiles.outcomes - mean))
    error = float(np.sqrt((apart**2).sum()) / weights.sum())
    ends = sorted((sign * (mean - Z * error), sign * (mean + Z * error)))
    return {"value": sign * mean, "value_low": ends[0], "value_high": ends[1]}


def _lines(
    profiles: Profiles, found: Mixture, observed: Mixture
) -> list[dict[str, Any]]:
    """A line for each value."""
    pairs = zip(profiles.levels.items(), found, observed, strict=True)
    return [
        {"attribute": name, "level": level, "weight": weight, "observed": share}
        for (name, levels), ours, theirs in pairs
        for level, weight, share in zip(
            levels, ours.tolist(), theirs.tolist(), strict=True
        )
    ]
