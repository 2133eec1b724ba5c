"""A seeded random number between 0 and 1 for every record.

A baseline to compare with, and a way to split: `--by random` picks at random, and
`random < 0.9` is the same ninety percent in every run. The number depends on the seed
and on the record's place, or on --key, never on processes.

Source: none; a counter-based generator, see Salmon et al. 2011, Parallel random
numbers: as easy as 1, 2, 3, SC.
"""

from sel.types import Keys, Noise, Scores


def score(keys: Keys, rng: Noise) -> Scores:
    """One number for each key, shape (n,)."""
    return rng.uniform(keys)
