"""The records that a choice is made from, with the fields that --join adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.options.reading import Join
from sel.records.joins import Joined
from sel.records.ledger import SKIP, Ledger
from sel.records.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream


def parts(
    request: Request,
    stream: Stream,
    wanted: Mapping[str, Any],
    ledger: Ledger,
    doing: str,
    *,
    row: bool = False,
    late: bool = False,
) -> Generator[Part]:
    """The good records of each block; see Reader.parts.

    Args:
        request: says how to read, and what to join.
        stream: the records.
        wanted: what is asked of each.
        ledger: counts.
        doing: what progress is called.
        row: whether the row that a record says it is matters.
        late: deal with bad lines when a block was used.
    """
    other = request.get(Join)
    joined = Joined(request.reader, other.join) if other and other.join else None
    want = Projection(wanted, row=row, join=joined)
    return request.reader.parts(stream, want, ledger, doing, late=late)


def count(request: Request, stream: Stream) -> int:
    """How many good records there are; bad lines are dealt with in the next pass."""
    ledger = Ledger(SKIP, "100%")
    for _ in parts(request, stream, {}, ledger, "counting"):
        pass
    return ledger.records
