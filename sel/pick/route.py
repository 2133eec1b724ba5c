"""The option of each query, cheapest first, that is likely to work.

--runs is a table of what came of each option, such as a prompt, a model or a tool, for
each of some queries: whether it worked, and what it cost. The best option of a query is
the cheapest of those that worked. A network learns from the vectors of the queries
which that is, and each query passes with new fields: `route`, the likeliest option, and
with --parts all of them in their order. Queries without runs are routed by what was
learnt of all others. With --hard, a measure of difficulty, vectors are first mapped so
that hard queries come together and part from easy ones, by triplets.

Queries with runs are routed by networks that have not seen them (--folds), so that the
figures of the closing line are those of unseen queries: how often what was chosen works
(`pass`) and its mean cost; accuracy, MRR and nDCG of the order; beside it always the
single option that works most often in the other folds, always the cheapest, one by
chance, and the best in hindsight. With 95% intervals it says how much more routing
passes than the single best, and than a toss between two options that costs as much on
average. Where the latter is not above 0, nothing was learnt that is worth it.

Cost: training in seconds for thousands of queries; all vectors are held.

Source: Wang et al. 2024, Selection of Prompt Engineering Techniques for Code Generation
through Predicting Code Complexity (PET-Select), arXiv:2409.16416.

Differs: vectors are frozen, and what triplets teach is a linear map of them; the paper
tunes its encoder. Probabilities go through one softmax, where the authors' code has
two. Where that replaces the prediction by a random one, it stays.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from sel import check
from sel.errors import UsageError
from sel.maths.matrices.vectors import usable
from sel.maths.statistics.intervals import mean_interval
from sel.pick import _routing
from sel.pick._networks import Codes, Numbers
from sel.pick._routing import Learner, Tried
from sel.types import Keys, Noise, Vectors


def pick(
    vectors: Vectors,
    runs: Tried,
    difficulty: Numbers | None,
    keys: Keys,
    rng: Noise,
    *,
    learner: Literal["network", "ridge", "knn"] = "network",
    folds: int = 5,
    epochs: int = 10,
    threshold: float | None = None,
    parts: bool = False,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The new fields of each query, and the figures of those with runs.

    Args:
        vectors: of n queries.
        runs: what came of every option for each.
        difficulty: (n,), NaN where it is not known; or None.
        keys: n, what chance knows the queries by; equal ones are in one fold.
        rng: draws.
        learner: the paper's network, ridge regression, or the 20 nearest queries.
        folds: parts of the queries; each is routed by what was learnt of the others.
        epochs: how often the network, and the map of --hard, read each query.
        threshold: least difficulty of a hard query [the median].
        parts: add all options, the likeliest first, as _order.

    Raises:
        DataError: no query with runs can be learnt from.
        UsageError: there is a threshold of nothing.
    """
    check.at_least("--folds", folds, 2)
    check.at_least("--epochs", epochs, 1)
    if threshold is not None and difficulty is None:
        msg = "--threshold goes with --hard"
        raise UsageError(msg)
    order = np.argsort(keys, kind="stable")  # what comes first does not matter
    vectors, runs = np.asarray(vectors)[order], runs.of(order)
    hard = None if difficulty is None else difficulty[order]
    good = usable(vectors)
    known = runs.known & good
    where = np.where(known, (rng.uniform(keys[order]) * folds).astype(np.int64), -1)
    scores = np.zeros(runs.success.shape)
    single, cheapest = np.zeros((2, len(vectors)), np.int64)
    learn = Learner(learner, epochs, threshold, rng)
    for fold in range(-1, folds):
        asked, others = good & (where == fold), known & (where != fold)
        if asked.any():
            scores[asked] = learn.scores(vectors, runs, hard, others, asked)
            single[asked], cheapest[asked] = _fixed(runs.of(others))
    ranking = _routing.ranked(scores)
    fixed = {"single": single[known], "cheapest": cheapest[known]}
    figures: dict[str, Any] = {"queries": int(known.sum())}
    if known.any():
        figures |= _figures(runs.of(known), ranking[known], fixed)
    back = np.argsort(order)
    names = np.array(runs.options, object)[ranking[back]].tolist()
    each = [some if g else None for some, g in zip(names, good[back], strict=True)]
    columns: dict[str, Any] = {"": [some and some[0] for some in each]}
    return columns | ({"order": each} if parts else {}), figures


def _fixed(runs: Tried) -> tuple[int, int]:
    """The option that works most often, the cheaper of equals; and the cheapest."""
    cost = runs.cost.mean(axis=0)
    return int(np.lexsort((cost, -runs.success.mean(axis=0)))[0]), int(cost.argmin())


def _figures(runs: Tried, ranking: Codes, fixed: dict[str, Codes]) -> dict[str, Any]:
    """What came of routing, and of what needs none."""
    routed = ranking[:, 0]
    found = {"routed": _routing.came(routed, runs) | _routing.quality(ranking, runs)}
    found |= {name: _routing.came(choice, runs) for name, choice in fixed.items()}
    mixed = _routing.mixed(runs, found["routed"]["cost"])
    chance = {"pass": float(runs.success.mean()), "cost": float(runs.cost.mean())}
    found |= {"random": chance, "hindsight": _routing.came(runs.order[:, 0], runs)}
    rows = np.arange(len(ranking))
    passed = runs.success[rows, routed]
    for name, other in (
        ("over single", runs.success[rows, fixed["single"]]),
        ("over chance at its cost", runs.success @ mixed),
    ):
        gain = passed - other
        ends = mean_interval(gain.tolist())
        found[name] = dict(zip(("pass", "low", "high"), ends, strict=True))
    return found
