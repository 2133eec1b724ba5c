"""Records that are taken in their order as long as they fit, within a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from sel.types import Indices, Scores

EXACT = float(1 << 53)
"""Up to here sums of whole numbers are exact."""


def whole(prices: Scores) -> bool:
    """Whether all prices are whole numbers."""
    return not (prices % 1).any()


def epochs(money: float, size: float, *, exact: bool) -> tuple[int, float]:
    """How often all of a domain comes, and what is left for a part of it."""
    slack = 4e-15 if exact else -4e-15  # what a share was rounded by
    epochs = int(money / size * (1 + slack)) if size else 0
    return epochs, max(money - epochs * size, 0.0)


def within(prices: Scores, money: float) -> float:
    """As much less than that, as sums of fractions may be wrong."""
    return money if money < EXACT and whole(prices) else money * (1 - 1e-12)


def packed(prices: Scores, money: float) -> npt.NDArray[np.bool_]:
    """Which records are taken in their order, each that still fits."""
    taken = np.zeros(len(prices), bool)
    places = np.arange(len(prices))
    while money > 0 and len(places):
        sums = np.cumsum(prices[places])
        count = int(np.searchsorted(sums, money, side="right"))
        taken[places[:count]] = True
        money -= float(sums[count - 1]) if count else 0.0
        places = places[count:]
        places = places[(prices[places] <= money) & (prices[places] > 0)]
    return taken


def fill(
    left: float,
    lacking: Scores,
    room: Scores,
    part: list[tuple[Indices, Scores]],
    copies: Indices,
) -> Scores:
    """Spend what all domains together have left, as long as a record fits.

    The domain that lacks most is served first.

    Args:
        left: what may be spent.
        lacking: (domains,), what each has not spent; -inf for those without a weight.
        room: (domains,), what each may spend.
        part: for each domain its records in their order, and what they cost.
        copies: (n,), how often each record comes, which changes.

    Returns:
        What each domain has spent of it.
    """
    last = [int(copies[rows].min(initial=1 << 62)) for rows, _ in part]
    spent = np.zeros(len(lacking))
    while (lacking > -np.inf).any():
        d = int(lacking.argmax())
        rows, prices = part[d]
        most = within(prices, min(left, float(room[d] - spent[d])))
        fits = (copies[rows] == last[d]) & (prices > 0) & (prices <= most)
        if not fits.any():
            lacking[d] = -np.inf
            continue
        at = int(fits.argmax())
        copies[rows[at]] += 1
        spent[d] += prices[at]
        lacking[d] -= prices[at]
        left -= float(prices[at])
    return spent
