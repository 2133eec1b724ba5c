"""`sel pick top`, `sample`, `random`, `fuse` and `turns`: the best of a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sel.engine import memory
from sel.options.scores import Amount, By, Size, Voters
from sel.options.writing import Ending
from sel.runs import pool
from sel.runs.picks.ranking import Ranking
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream


class Choice(Protocol):
    """What is offered all records, block by block, and knows what is kept."""

    @property
    def wanted(self) -> Mapping[str, Any]:
        """What is asked of each record."""
        ...

    @property
    def row(self) -> bool:
        """Whether the row that a record says it is matters."""
        ...

    @property
    def without(self) -> Mapping[str, int]:
        """How many records lacked what is needed to choose them, see WITHOUT."""
        ...

    @property
    def twice(self) -> bool:
        """Whether the stream is read once before."""
        ...

    def prepare(self, stream: Stream) -> None:
        """The first pass, where there are two."""

    def take(self, part: Part) -> None:
        """Offer the records of a block."""

    def chosen(self) -> Iterator[bytes]:
        """The lines that are kept, in the order that is asked for."""

    def facts(self) -> dict[str, Any]:
        """What there is to say of it, when all is written."""


def run(request: Request) -> int:
    """Keep the best records of the inputs."""
    memory.hold()
    ledger, kept = request.started_ledger(), 0
    with finished(request.output()) as output:
        choice = choice_of(request)
        stream = request.stream(again=choice.twice)
        if choice.twice:
            choice.prepare(stream)
        offered = pool.parts(
            request, stream, choice.wanted, ledger, "choosing", row=choice.row
        )
        for part in offered:
            choice.take(part)
        lines = choice.chosen()
        limit = request[Ending].limit
        for line in lines:
            if limit is not None and kept >= limit:
                break
            output.write(line)
            kept += 1
        ledger.close()
    facts = choice.facts()
    short, lacking = short_of(request, kept), choice.without
    request.close(ledger.law(kept), without=lacking, wanted=short, **facts)
    return int(request[Ending].fail_if_empty and not kept)


def choice_of(request: Request) -> Choice:
    """What chooses; it has read nothing yet."""
    if Voters in request:
        from sel.runs.picks.fusing import Fused

        return Fused(request)
    if Size in request:
        from sel.runs.picks.turns import Turns

        return Turns(request)
    by = request.get(By)
    if by and by.directed:
        from sel.runs.picks.directed import Directed

        return Ranking(request, Directed(request))
    if by and len(by.names) > 1:
        from sel.runs.picks.joint import Joint

        return Joint(request)
    return Ranking(request)


def short_of(request: Request, kept: int) -> str | None:
    """What to say where fewer are kept than were asked for."""
    asked: Any = request.get(Amount) or request[Size]
    if asked.k is None or kept >= asked.k:
        return None
    return f"{asked.k:,}, and all that can be are kept"
