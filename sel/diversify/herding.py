"""Chooses rows whose mean stays near the mean of all.

Kernel herding with the cosine as kernel: each next row is the one that agrees most
with what the mean of the chosen still lacks. A prefix of the choice is as good as the
whole for its size. Gives typical rows, no rare ones. n x k x d steps.

Source: Chen, Welling and Smola 2010, Super-Samples from Kernel Herding, UAI,
arXiv:1203.3472; as data selection in Rebuffi et al. 2017, iCaRL, arXiv:1611.07725.
Differs: a row is chosen once.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel import check
from sel.maths.greedy import lazy
from sel.maths.greedy.choice import NONE, Choice, pool
from sel.types import Indices, Vectors


def diversify(vectors: Vectors, already: Indices = NONE, *, k: int) -> Choice:
    """Rows in the order chosen; the gain is the cosine to what is lacking, unscaled.

    Args:
        vectors: (n, d).
        already: rows chosen before.
        k: number of records to choose: 1500, 10k.
    """
    check.at_least("-k", k, 0)
    candidates = pool(vectors, already)
    units = candidates.units
    mean = units.mean(axis=0, dtype=np.float64) if len(units) else np.zeros(1)
    total = units[candidates.already].sum(axis=0, dtype=np.float64)
    free = np.ones(len(units), bool)
    free[candidates.already] = False
    chosen, gains = [], []
    for step in range(
        len(candidates.already), len(candidates.already) + min(k, candidates.free)
    ):
        lack = ((step + 1) * mean - total).astype(np.float32)
        worth = np.where(free, lazy.grid(units @ lack), -np.inf)
        place = int(worth.argmax())
        chosen.append(place)
        gains.append(worth[place])
        free[place] = False
        total += units[place]
    whole = np.array([*candidates.already.tolist(), *chosen], np.int64)
    facts = {}
    if len(whole):
        facts["error"] = float(np.linalg.norm(mean - units[whole].mean(axis=0)))
    return Choice(candidates.rows[chosen], np.array(gains), facts=facts)


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    del options
    n, d = vectors.shape
    return int(n * (4 * d + 48))
