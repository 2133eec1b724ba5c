"""How much each domain of a mixture gives."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

import numpy as np

from sel import check
from sel.errors import OptionError, UsageError
from sel.maths.ranking.apportionment import apportioned, capped

if TYPE_CHECKING:
    from sel.types import Scores

Options = tuple[float | None, float | None, float | None]
"""Those of `sel pick mix`: alpha, unimax, max_repeats."""


def shared(
    sizes: Scores,
    mixture: Scores | None,
    total: float,
    options: Options,
    *,
    whole: bool,
) -> tuple[Scores, Scores, dict[int, float]]:
    """What each domain is asked for, what it will give, and what it could at most.

    Args:
        sizes: (domains,), all that there is, once.
        mixture: (domains,), weights; None where options say what they are.
        total: what is to be spent.
        options: of the method.
        whole: whether records are counted.

    Raises:
        UsageError: options that do not go together, or a value that cannot be.
    """
    alpha, _, _ = options
    most = _most(*options)
    if mixture is None:
        power = 0.0 if alpha is None else alpha
        mixture = np.where(sizes > 0, sizes**power, 0.0)
    weights = dict(enumerate(mixture.tolist()))
    caps = {d: most * size for d, size in enumerate(sizes.tolist())}
    if whole:
        caps = {d: floor(cap + 1e-9) for d, cap in caps.items()}
    asked, given = _shares(total, weights, caps, whole=whole)
    return asked, given, caps


def _most(
    alpha: float | None, unimax: float | None, max_repeats: float | None
) -> float:
    """The most times that a record may come."""
    if alpha is not None and unimax is not None:
        msg = "--alpha and --unimax each say what the weights are. Try: one of them"
        raise UsageError(msg)
    if unimax is not None and max_repeats is not None:
        msg = "--unimax N says how often a record may come. Try: no --max-repeats"
        raise UsageError(msg)
    if alpha is not None:
        check.between("--alpha", alpha, 0, 10)
    for option, value in (("--unimax", unimax), ("--max-repeats", max_repeats)):
        if value is not None and not 0 < value <= 1e6:
            raise OptionError(option, "above 0 and at most 1e6", value)
    return next((one for one in (unimax, max_repeats) if one is not None), 1.0)


def _shares(
    total: float, weights: dict[int, float], caps: dict[int, float], *, whole: bool
) -> tuple[Scores, Scores]:
    """What each domain is asked for, and what it will give."""
    scaled = _scaled(weights)
    plain = apportioned(int(total), scaled) if whole else _parts(total, scaled)
    given = capped(total, scaled, caps)
    if whole:
        full = {d: int(part) for d, part in given.items() if part >= caps[d]}
        left = {d: weight for d, weight in scaled.items() if d not in full}
        rest = apportioned(int(total) - sum(full.values()), left)
        given = dict.fromkeys(weights, 0.0) | rest | full
    shape = range(len(weights))
    return np.array([plain[d] for d in shape]), np.array([given[d] for d in shape])


def _scaled(weights: dict[int, float]) -> dict[int, float]:
    """The same, so that the largest is 1."""
    most = max(weights.values(), default=0.0) or 1.0
    return {d: weight / most for d, weight in weights.items()}


def _parts(total: float, weights: dict[int, float]) -> dict[int, float]:
    whole = sum(weights.values()) or 1.0
    return {d: total * (weight / whole) for d, weight in weights.items()}
