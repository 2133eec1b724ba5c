"""The records with the highest scores.

How many is said by -k, --fraction, --threshold or --budget; ties keep the order of
the input. One pass, and no more is held than is kept; --fraction and shares of groups
that have to be counted first take two. So does --by success:desc,tokens:asc, where the
later fields decide between records that are equal in the earlier; true is more than
false, and each different combination of values is held.

Source: none; a bounded selection, see Knuth, The Art of Computer Programming, 5.2.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sel.types import Scores


def rank(scores: Scores) -> Scores:
    """What is ranked by: the scores themselves, shape (n,)."""
    return scores
