"""Records by the weights of their domains, up to an exact budget.

The mixture says which part of what is written each domain gets: a file, as `eval
mixture` and `eval doremi` write it, or one JSON object; or else --alpha or --unimax,
from the sizes of the domains. With -k the number of records is met exactly; with
--budget the sum of --cost comes as near as whole records allow, and never above.

A domain that is too small gives all that it has, --max-repeats times; what it lacks is
divided among the others by their weights, and the closing line says so. Records are
repeated in whole epochs: each comes once more before any comes twice more, and the rest
of the last epoch is drawn. Within a domain records are drawn by chance, or the best by
--by are taken. All of the first epoch is written before the second, in the order of the
input.

Source: Conneau et al. 2020, Unsupervised Cross-lingual Representation Learning at
Scale, arXiv:1911.02116, for --alpha; Chung et al. 2023, UniMax, arXiv:2304.09151;
Muennighoff et al. 2023, Scaling Data-Constrained Language Models, arXiv:2305.16264,
for what repeats are worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sel.pick import _mixing, _packing
from sel.types import Indices, Scores


@dataclass(frozen=True)
class Mixed:
    """How often each record comes, and what that makes of each domain."""

    copies: Indices
    """(n,), 0 for those that are left out."""
    asked: Scores
    """(domains,), by the weights alone."""
    given: Scores
    """(domains,), after what could not be given was divided among the others."""
    spent: Scores
    """(domains,), what came of it."""
    sizes: Scores
    """(domains,), all that there is, once."""


def pick(
    domains: Indices,
    scores: Scores,
    costs: Scores | None,
    mixture: Scores | None,
    total: float,
    *,
    alpha: float | None = None,
    unimax: float | None = None,
    max_repeats: float | None = None,
) -> Mixed:
    """How often each record comes.

    Args:
        domains: (n,), the number of each record's domain, from 0.
        scores: (n,), the highest of a domain are taken first.
        costs: (n,), in what the total is counted; None for records.
        mixture: (domains,), weights from 0 on, not all 0; None with alpha or unimax.
        total: what is to be spent, in records or in costs.
        alpha: instead of a file, weights in proportion to size to this power: 1 as the
            pool is, 0 all alike, 0.3 between.
        unimax: instead of a file, all alike, but no record more than so many times.
        max_repeats: most times that a record may come [1].

    Raises:
        UsageError: options that do not go together, or a value that cannot be.
    """
    number = int(domains.max(initial=-1)) + 1 if mixture is None else len(mixture)
    sizes = np.bincount(domains, costs, number).astype(np.float64)
    asked, given, caps = _mixing.shared(
        sizes, mixture, total, (alpha, unimax, max_repeats), whole=costs is None
    )
    copies = np.zeros(len(domains), np.int64)
    spent = np.zeros(number)
    part: list[tuple[Indices, Scores]] = []
    order = np.lexsort((-scores, domains))
    ends = np.cumsum(np.bincount(domains, minlength=number))
    for d, rows in enumerate(np.split(order, ends[:-1]) if number else ()):
        prices = np.ones(len(rows)) if costs is None else costs[rows]
        money, exact = float(given[d]), _packing.whole(prices)
        epochs, rest = _packing.epochs(money, float(sizes[d]), exact=exact)
        taken = _packing.packed(prices, _packing.within(prices, rest))
        copies[rows] = epochs + taken
        spent[d] = epochs * sizes[d] + prices[taken].sum()
        part.append((rows, prices))
    if costs is not None:
        lacking = np.where(given > 0, given - spent, -np.inf)
        room = np.array([caps[d] for d in range(number)]) - spent
        spent += _packing.fill(total - float(spent.sum()), lacking, room, part, copies)
    return Mixed(copies, asked, given, spent, sizes)
