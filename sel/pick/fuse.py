"""The best by several scores: weighted ranks, or reciprocal ranks.

Each field of --rank ranks the records, highest first, and a:0.25,b:0.75 weighs the
ranks; only order counts, so scores of any scale go together. weighted takes the lowest
weighted sum of ranks, rrf the highest sum of weight / (constant + rank). A record
without a score in some field is never picked by weighted; in rrf that field adds
nothing.

Select2Reason's choice: --rank difficulty:0.25,length:0.75 --fraction 0.1.

Two passes, three with --fraction or shares of groups. Memory: 8 bytes a record and
field, and what is kept.

Source: Yang et al. 2025, Select2Reason: Efficient Instruction-Tuning Data Selection for
Long-CoT Reasoning, arXiv:2505.17266; Cormack, Clarke and Buettcher 2009, Reciprocal
Rank Fusion Outperforms Condorcet and Individual Rank Learning Methods, SIGIR.
"""

from typing import Literal

import numpy as np

from sel import check
from sel.maths.ranking import ranks
from sel.types import Scores


def rank(
    columns: Scores,
    weights: Scores,
    *,
    fusion: Literal["weighted", "rrf"] = "weighted",
    ties: Literal["average", "min", "ordinal"] = "average",
    constant: float = 60.0,
) -> Scores:
    """What is ranked by, shape (n,): minus the weighted rank, or the sum of rrf.

    Args:
        columns: (n, fields), higher is better; NaN where there is none.
        weights: (fields,).
        fusion: add weighted ranks, or weighted reciprocals of ranks.
        ties: equal scores get the mean of their ranks, the lowest, or ranks in order.
        constant: constant of rrf: the larger, the less the first ranks count.
    """
    check.above("--constant", constant, 0)
    places = np.empty(columns.shape)
    for field, column in enumerate(columns.T):
        places[:, field] = ranks.ranks(column, ties)
    return ranks.fused(places, weights, fusion, constant)
