"""The records that another stream names, by row or by a key.

Brings back whole records for a thin or a chosen stream: `--from` names them by the
`_row` they carry, or by --on FIELD. The inputs keep their order, and are not parsed
where rows alone decide. The row of a record is its `_row`, or else its place among the
records of all inputs.

Source: none; the semi-join of relational algebra.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any


def pick(
    names: Sequence[Any],
    wanted: Container[Any],
    *,
    not_: bool = False,
) -> list[bool]:
    """Which records to keep.

    Args:
        names: n rows or keys.
        wanted: those that the other stream names.
        not_: keep all other records instead.
    """
    return [(name in wanted) is not not_ for name in names]
