"""The area under the ROC curve."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from sel.maths.ranking.ranks import ranks
from sel.maths.statistics.intervals import Z

if TYPE_CHECKING:
    from sel.types import Mask, Scores


def area(scores: Scores, positive: Mask) -> dict[str, float | None]:
    """The area under the ROC curve, with its 95% interval.

    The chance that a positive scores higher than a negative; equal ones count half.

    Source: DeLong, DeLong and Clarke-Pearson 1988, Comparing the Areas under Two or
    More Correlated Receiver Operating Characteristic Curves, Biometrics 44.
    """
    rising = -scores
    high, low = rising[positive], rising[~positive]
    if not len(high) or not len(low):
        return dict.fromkeys(("auc", "auc_low", "auc_high"))
    whole = ranks(rising)
    above = (whole[positive] - ranks(high)) / len(low)
    below = 1 - (whole[~positive] - ranks(low)) / len(high)
    value = float(above.mean())
    spread = sum(float(v.var(ddof=1)) / len(v) for v in (above, below) if len(v) > 1)
    wide = Z * sqrt(spread)
    ends = max(value - wide, 0.0), min(value + wide, 1.0)
    return {"auc": value, "auc_low": ends[0], "auc_high": ends[1]}
