"""The weights of domains that past runs say are best.

A record is a run: the weights of its domains and what came of it, such as the loss of a
small model that was trained on them. A law is fitted to the runs for each --target, and
the weights are those at which the laws' mean is lowest, kept near to a --prior by a
leash: --kl times the Kullback-Leibler divergence. With --budget and --max-repeats no
domain is asked for more than it can give. Weights outside the range that the runs have
seen are refused: nobody knows what the law says there.

A line for each domain, which `pick mix` reads: its weight, that of the prior, and
`epochs`, how often all of it is read for --budget. Then a line for each target: R2 and
Spearman's rank correlation on runs that were left out (--folds), and what the law
expects here and at the prior. `effective` on the closing line is the effective sample
size, as a share, of a pool that is weighted so: 1 as the prior is.

--propose N writes N mixtures to be run, by the rules of RegMix or from a plain
Dirichlet distribution, in place of reading runs.

Source: Liu et al. 2024, RegMix, arXiv:2407.01492; Ye et al. 2024, Data Mixing Laws,
arXiv:2403.16952; olmix (Ai2, 2026), for the law, its loss, the leash and the caps.

Differs: RegMix's mixtures need not sum to 1 after rounding; here they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sel import check
from sel.errors import DataError, UsageError
from sel.eval import _laws, _proposals, _proposer
from sel.eval._laws import Law, Runs
from sel.maths.statistics.agreement import spearman
from sel.types import Noise, Scores

if TYPE_CHECKING:
    from sel.options.declare import Count

EXPECTED = ("predicted", "at_prior", "best_run")
"""What of a target is in its own units, the lowest being the best."""
SLACK = 1e-6
"""What a weight may be outside the range that was seen."""


def propose(
    prior: Scores,
    generator: np.random.Generator,
    *,
    propose: Count | None = None,
    proposals: Literal["regmix", "dirichlet"] = "regmix",
) -> Scores:
    """Mixtures to be run, shape (n, d).

    Args:
        prior: (d,), sizes of the domains or their shares.
        generator: draws them.
        propose: write N mixtures to be run, around --prior.
        proposals: regmix tempers the prior and varies how far mixtures are from it;
            dirichlet draws from it as it is.
    """
    number = propose or 0
    check.between("--propose", number, 1, _proposals.MOST)
    draw = _proposals.regmix if proposals == "regmix" else _proposals.dirichlet
    return draw(prior / prior.sum(), number, generator)


def measure(
    mixtures: Runs,
    prior: Scores | None,
    rng: Noise,
    *,
    law: Literal["log-linear", "linear"] = "log-linear",
    kl: float = 0.05,
    budget: Count | None = None,
    max_repeats: float | None = None,
    outside: Literal["refuse", "bound", "allow"] = "refuse",
    folds: int = 5,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A result for each domain and each target, and what there is to say of all.

    Args:
        mixtures: n runs over d domains, with m outcomes.
        prior: (d,), tokens of each domain; None for the mean of the runs.
        rng: divides the runs into folds.
        law: exp(c) + exp(x.t) of weights x, or a linear one by least squares.
        kl: how strong the leash to the prior is; 0 for none.
        budget: tokens that the mixture is for; --prior says how many there are.
        max_repeats: most epochs of a domain, for --budget.
        outside: what becomes of weights outside the range of the runs.
        folds: parts of the runs; each is left out once.

    Raises:
        DataError: there are too few runs.
        UsageError: the caps leave no room, or a weight is outside the range.
    """
    check.between("--kl", kl, 0, 1e9)
    check.at_least("--folds", folds, 2)
    n, d = mixtures.weights.shape
    if n <= d + 1:
        msg = f"{n:,} runs are too few for {d:,} domains. Try: --propose {3 * d}, and"
        raise DataError(f"{msg} run more")
    tokens = mixtures.weights.mean(axis=0) if prior is None else prior
    shares = tokens / tokens.sum()
    low, high = np.zeros(d), _caps(tokens, budget, max_repeats)
    seen = mixtures.weights.min(axis=0), mixtures.weights.max(axis=0)
    if outside == "bound":
        low, high = np.minimum(seen[0], high), np.minimum(seen[1], high)
    if (most := float(high[shares > 0].sum())) < 1 - SLACK:
        msg = f"the caps allow for {most:.3g} of the mixture. Try: a higher"
        raise UsageError(f"{msg} --max-repeats, or a lower --budget")
    counts = np.array(list(mixtures.targets.values()))
    known = mixtures.weights, mixtures.outcomes
    found = _laws.fit(law, *known)
    goal = _proposer.Goal.of(found, counts / counts.sum(), shares, kl)
    best = _proposer.best(goal, low, high)
    if outside == "refuse":
        _refuse_outside(best, seen, mixtures.names)
    lines = _domains(mixtures.names, best, shares, seen)
    if budget is not None:
        epochs = np.divide(best * budget, tokens, out=np.zeros(d), where=tokens > 0)
        for line, times in zip(lines, epochs.tolist(), strict=True):
            line["epochs"] = times
    left = _laws.left_out(law, *known, folds, rng)
    lines += _targets(found, mixtures, (best, shares), left)
    return lines, {"runs": n, "fit": law, **_said(best, shares, seen)}


def _domains(
    names: Sequence[str], best: Scores, shares: Scores, seen: tuple[Scores, Scores]
) -> list[dict[str, Any]]:
    """A line for each domain."""
    titles = "weight", "prior", "least_seen", "most_seen"
    rows = np.transpose([best, shares, *seen]).tolist()
    return [
        {"domain": name, **dict(zip(titles, row, strict=True))}
        for name, row in zip(names, rows, strict=True)
    ]


def _caps(tokens: Scores, budget: int | None, max_repeats: float | None) -> Scores:
    """The most that each weight may be."""
    if max_repeats is None:
        return np.ones(len(tokens))
    if budget is None:
        msg = "--max-repeats goes with --budget, and with --prior in tokens"
        raise UsageError(msg)
    check.above("--max-repeats", max_repeats, 0)
    check.at_least("--budget", budget, 1)
    return np.minimum(max_repeats * tokens / budget, 1.0)


def _refuse_outside(
    best: Scores, seen: tuple[Scores, Scores], names: Sequence[str]
) -> None:
    """Refuse weights that no run comes near to, and name the worst."""
    apart = np.maximum(seen[0] - best, best - seen[1])
    worst = int(apart.argmax())
    if apart[worst] > SLACK:
        low, high = float(seen[0][worst]), float(seen[1][worst])
        msg = f"the best weight of {names[worst]!r} would be {best[worst]:.4g}, and the"
        msg += (
            f" runs have {low:.4g} to {high:.4g}. Try: --outside bound, a higher --kl"
        )
        raise UsageError(f"{msg}, or more runs")


def _targets(
    found: Law, runs: Runs, points: tuple[Scores, Scores], left: Scores
) -> list[dict[str, Any]]:
    """How well the law of each target holds, and what it says of two mixtures."""
    outcomes = runs.outcomes
    errors = ((left - outcomes) ** 2).sum(axis=0)
    whole = ((outcomes - outcomes.mean(axis=0)) ** 2).sum(axis=0)
    here, prior = found.predict(np.array(points)).tolist()
    return [
        {
            "target": name,
            "counts": counts,
            "r2": float(1 - errors[i] / whole[i]) if whole[i] > 0 else None,
            "spearman": spearman(left[:, i], outcomes[:, i]),
            "predicted": here[i],
            "at_prior": prior[i],
            "best_run": float(outcomes[:, i].min()),
        }
        for i, (name, counts) in enumerate(runs.targets.items())
    ]


def _said(best: Scores, shares: Scores, seen: tuple[Scores, Scores]) -> dict[str, Any]:
    """What there is to say of the mixture as a whole."""
    used = best > 0
    apart = (best < seen[0] - SLACK) | (best > seen[1] + SLACK)
    return {
        "divergence": _proposer.divergence(best, shares),
        "effective": float(1 / (best[used] ** 2 / shares[used]).sum()),
        "outside": int(apart.sum()) or None,
    }
