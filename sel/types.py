"""The few shapes that travel between the floors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Texts = Sequence[str]
"""One text per record."""

Scores = npt.NDArray[np.float64]
"""Shape (n,): one number per record, higher is kept first; NaN where there is none."""

Keys = npt.NDArray[np.uint64]
"""Shape (n,): what chance knows a record by: its row, or the hash of its key."""

Mask = npt.NDArray[np.bool_]
"""Shape (n,): which records to keep."""


class Chance(Protocol):
    """Noise that depends on the seed and the record, never on order or batches."""

    def uniform(self, keys: Keys) -> Scores:
        """Shape (n,): numbers between 0 and 1, both excluded."""
        ...

    def gumbel(self, keys: Keys) -> Scores:
        """Shape (n,): numbers from the standard Gumbel distribution."""
        ...


class Tokenizer(Protocol):
    """Counts the tokens of texts."""

    def lengths(self, texts: Texts) -> Scores:
        """Shape (n,): how many tokens each text has."""
        ...
