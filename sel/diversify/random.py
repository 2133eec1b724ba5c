"""Chooses rows at random: the baseline that any other choice must beat.

Each row has a random number from --seed and its place, or --key; the highest are
chosen, so the choice does not depend on the order of the input.

Source: Knuth 1981, The Art of Computer Programming, volume 2, section 3.4.2.
"""

import numpy as np

from sel import check
from sel.maths.greedy.choice import NONE, Choice
from sel.types import Indices, Keys, Noise


def diversify(keys: Keys, rng: Noise, already: Indices = NONE, *, k: int) -> Choice:
    """Rows in the order chosen.

    Args:
        keys: (n,), what chance knows each row by.
        rng: gives the numbers.
        already: rows chosen before.
        k: number of records to choose: 1500, 10k.
    """
    check.at_least("-k", k, 0)
    numbers = rng.uniform(keys)
    numbers[already] = -1
    free = len(keys) - len(np.unique(already))
    return Choice(np.argsort(-numbers, kind="stable")[: min(k, free)])
