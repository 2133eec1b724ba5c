"""Mixtures to be run, around a prior.

Source: Liu et al. 2024, RegMix, arXiv:2407.01492, and its released configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sel.errors import DataError

if TYPE_CHECKING:
    from sel.types import Scores

TEMPERATURE = 0.5
"""The power of the prior that Dirichlet distributions are around."""
STRENGTHS = np.logspace(-1, np.log10(5.0), 15)
USAGE = 15.0
"""No weight is above so many times its prior."""
UNIT = 2e-4
"""Smaller weights are 0, and others whole numbers of it."""
OVERSAMPLED = 100
MOST = 100_000
"""Mixtures that can be asked for."""
BATCH = 1 << 18
"""Weights that are drawn at once."""
TRIES = 400
"""Batches after which it is given up."""


def regmix(prior: Scores, number: int, generator: np.random.Generator) -> Scores:
    """RegMix's mixtures, shape (number, d); rows are multiples of UNIT that sum to 1.

    Raises:
        DataError: there are hardly any that keep the bounds, or too few unlike ones.
    """
    base = prior**TEMPERATURE * (prior > 0)
    base /= base.sum()
    bound = np.minimum(USAGE * prior, 1.0)
    wanted, found, have = number * OVERSAMPLED, [], 0
    wanted = max(min(wanted, 1 << 20), number)
    for _ in range(TRIES):
        strengths = generator.choice(STRENGTHS, 1 + BATCH // len(prior))
        drawn = _dirichlet(base * strengths[:, None], generator)
        drawn = drawn[(drawn <= bound).all(axis=1)]
        drawn = np.where(drawn < UNIT, 0.0, drawn)
        found.append(_rounded(drawn[drawn.any(axis=1)]))
        have += len(found[-1])
        if have >= wanted:
            break
    unlike = _unlike(np.concatenate(found)[:wanted])
    if len(unlike) < number:
        msg = f"only {len(unlike):,} unlike mixtures that keep the rules were found"
        raise DataError(f"{msg}. Try: --proposals dirichlet, or a smaller --propose")
    chosen = generator.permutation(len(unlike))[:number]
    return unlike[chosen] / round(1 / UNIT)


def dirichlet(prior: Scores, number: int, generator: np.random.Generator) -> Scores:
    """Mixtures from the Dirichlet distribution of the prior, shape (number, d)."""
    return _dirichlet(np.tile(prior, (number, 1)), generator)


def _dirichlet(strengths: Scores, generator: np.random.Generator) -> Scores:
    """A draw for each row; by logarithms, as small strengths would give only 0."""
    gammas = np.log(generator.standard_gamma(strengths + 1))
    with np.errstate(divide="ignore"):
        gammas += np.log(generator.random(strengths.shape)) / strengths
    gammas -= gammas.max(axis=1, keepdims=True)
    drawn: Scores = np.exp(gammas)
    drawn /= drawn.sum(axis=1, keepdims=True)
    return drawn


def _rounded(drawn: Scores) -> Scores:
    """Rows as whole numbers of UNIT, which sum to 1 / UNIT; by largest remainders."""
    exact = drawn / drawn.sum(axis=1, keepdims=True) / UNIT
    units = np.floor(exact + 1e-9)
    left = np.rint(1 / UNIT - units.sum(axis=1))
    ranks = np.argsort(np.argsort(units - exact, axis=1, kind="stable"), axis=1)
    more: Scores = units + (ranks < left[:, None])
    return more


def _unlike(units: Scores) -> Scores:
    """Rows without those that are the same as another."""
    return np.unique(units, axis=0)
