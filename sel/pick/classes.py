"""The records of the classes that matter most, by a table of classes.

--from is what `eval classes` wrote, or any stream with `class`, `rank` and `rows`;
--per is the field of the records that holds the class. --keep counts classes: 40% of
them may be more or less of the records; --of rows takes the best classes while they fit
into that share of the rows. The inputs are read once, in constant memory.

Source: Zhang et al. 2023, Selectivity Drives Productivity: Efficient Dataset Pruning
for Enhanced Transfer Learning (DP4TL), arXiv:2310.08782.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from sel.maths.learning import label_mapping


def pick(
    classes: Sequence[str],
    ranked: Sequence[tuple[str, int]],
    *,
    keep: str,
    of: Literal["classes", "rows"] = "classes",
    worst: bool = False,
) -> list[bool]:
    """Which records to keep.

    Args:
        classes: of the n records.
        ranked: classes and how many rows they have, the best first.
        keep: number of classes to keep, or a share such as 40%.
        of: what the share is a share of.
        worst: keep the classes that matter least, for comparison.
    """
    wanted = _wanted(tuple(ranked), keep, of == "rows", worst)
    return [label in wanted for label in classes]


@lru_cache(4)
def _wanted(
    ranked: tuple[tuple[str, int], ...], keep: str, of_rows: bool, worst: bool
) -> frozenset[str]:
    ordered = ranked[::-1] if worst else ranked
    count = label_mapping.kept([rows for _, rows in ordered], keep, of_rows=of_rows)
    return frozenset(name for name, _ in ordered[:count])
