"""Summaries of whole streams: collect block by block, add up, in order."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from sel.records.passes import none_there
from sel.records.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sel.inputs import Input
    from sel.records.passes import Reader
    from sel.streams.lines import Stream


def summarise(
    reader: Reader,
    stream: Stream,
    given: Input,
    collect: Callable[[Any], Any],
    enough: Callable[[Any], bool] | None = None,
    *,
    before: Any = None,
    partial: bool = False,
) -> Any:
    """Add up `collect` over a stream.

    Args:
        reader: says how to read.
        stream: the records.
        given: what is collected of a record.
        collect: from that of a block to a summary; summaries add with `+`.
        enough: says when the summary needs no more; the stream is then left after
            the record that made it so.
        before: the sum over what stands in front of the stream.
        partial: whether others add the rest, so that there may be none: None.
    """
    want, ledger = Projection(given.wanted), reader.ledger()
    total = before

    def work(part: Any) -> Any:
        return collect(given.give(part))

    for read in reader.mapped(stream, want, ledger, work, "counting"):
        more = read.result if total is None else total + read.result
        if enough and enough(more):
            block = read.block

            def upto(count: int) -> Any:
                """The summary up to a line of the block."""
                part = work(want.read(block.upto(count), reader.max_line))  # noqa: B023
                return part if total is None else total + part  # noqa: B023

            # Up to the line that makes it enough.
            sizes = range(1, len(block.lines) + 1)
            return upto(sizes[bisect_left(sizes, True, key=lambda n: enough(upto(n)))])
        total = more
    if total is None and not partial:
        raise none_there(stream)
    return total


def balanced(parts: Iterable[Any]) -> Any:
    """The sum of summaries, in pairs of like size, so that large ones are added seldom.

    None if there are none.
    """
    waiting: list[tuple[int, Any]] = []
    for part in parts:
        size, whole = 1, part
        while waiting and waiting[-1][0] == size:
            size, whole = 2 * size, waiting.pop()[1] + whole
        waiting.append((size, whole))
    whole = waiting.pop()[1] if waiting else None
    while waiting:
        whole = waiting.pop()[1] + whole
    return whole
