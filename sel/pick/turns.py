"""Queries take turns, each picks the best that it has left.

Every query, or every task, has one score in the field: a list with one number for each
query, as `sel score rds` writes it, or several fields in --by, one for each task. What
is chosen is balanced over the queries, where the highest scores alone may all belong
to a few of them. Exact in one pass: no query needs more than its own -k best.

Source: Ivison et al. 2025, Large-Scale Data Selection for Instruction Tuning,
arXiv:2503.01807, section 3: round-robin over queries, and over tasks.
"""

from collections.abc import Iterator, Sequence
from typing import Literal


def pick(
    lists: Sequence[Sequence[tuple[float, int]]],
    k: int,
    *,
    rule: Literal["burn", "skip", "max"] = "burn",
) -> list[int]:
    """The chosen records, first choice first; k of them, or all there are.

    Args:
        lists: for each query pairs of score and record, best first; k are enough.
        k: how many records.
        rule: what a query does if its best record is taken: burn ends its turn (the
            authors'), skip takes the next; max has no turns, and ranks records by their
            highest score for any query (the authors' choice for large pools).
    """
    chosen: dict[int, None] = {}
    if rule == "max":
        pairs = sorted((-score, record) for ranked in lists for score, record in ranked)
        chosen = dict.fromkeys(record for _, record in pairs)
        return list(chosen)[:k]
    waiting = [iter([record for _, record in ranked]) for ranked in lists]
    while waiting and len(chosen) < k:
        going = []
        for queue in waiting:
            record = _turn(queue, chosen, burn=rule == "burn")
            if record is not None:
                chosen[record] = None
                going.append(queue)
        waiting = going
    return list(chosen)[:k]


def _turn(queue: Iterator[int], taken: dict[int, None], *, burn: bool) -> int | None:
    """What a query offers in its turn; None if it has nothing left."""
    for record in queue:
        if burn or record not in taken:
            return record
    return None
