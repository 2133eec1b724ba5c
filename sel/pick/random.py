"""A random sample in which every record is equally likely.

The baseline that every other choice has to beat. The same seed draws the same
records, whatever the processes; another seed draws others.

Source: none; a bottom-k sample by a counter-based hash, see Cohen and Kaplan 2007,
Summarizing data using bottom-k sketches, PODC.
"""

from sel.types import Keys, Noise, Scores


def rank(keys: Keys, rng: Noise) -> Scores:
    """A random number for each record, shape (n,)."""
    return rng.uniform(keys)
