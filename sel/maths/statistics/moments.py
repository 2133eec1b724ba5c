"""Mean and standard deviation of numbers that come in parts.

Source: Chan, Golub and LeVeque 1983, Algorithms for Computing the Sample Variance:
Analysis and Recommendations, The American Statistician 37.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from sel.types import Scores


@dataclass(frozen=True)
class Moments:
    """Of columns of numbers; those of two parts add up.

    Args:
        count: rows.
        mean: (columns,).
        squares: (columns,), sums of squared distances from the mean.
    """

    count: int
    mean: Scores
    squares: Scores

    @classmethod
    def of(cls, rows: Scores) -> Self:
        """Of rows, shape (n, columns); one with a NaN does not count."""
        rows = rows[~np.isnan(rows).any(axis=1)]
        mean = rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1])
        return cls(len(rows), mean, ((rows - mean) ** 2).sum(axis=0))

    def __add__(self, other: Self) -> Self:
        """Of both parts."""
        count = self.count + other.count
        apart = other.mean - self.mean
        share = other.count / max(count, 1)
        squares = self.squares + other.squares + apart**2 * self.count * share
        return type(self)(count, self.mean + apart * share, squares)

    @property
    def deviation(self) -> Scores:
        """The standard deviation of all rows, shape (columns,); 1 where it is 0."""
        found: Scores = np.sqrt(self.squares / max(self.count, 1))
        found[~(found > 0)] = 1
        return found
