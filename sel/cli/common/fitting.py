"""Summaries of whole streams: collect block by block, add up, in order."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sel.cli.common import blocks
from sel.engine import local
from sel.errors import DataError
from sel.streams.lines import name
from sel.streams.records import Unread, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sel.cli.call import Call
    from sel.streams.lines import Block, Stream
    from sel.streams.records import Parsed


def summarise(
    call: Call,
    stream: Stream,
    collect: Callable[[Any], Any],
    enough: Callable[[Any], bool] | None = None,
    take: Callable[[Parsed], tuple[Any, str]] | None = None,
) -> Any:
    """Add up `collect` over a stream.

    Args:
        call: says how to read.
        stream: the records.
        collect: texts to a summary; summaries add with `+`.
        enough: says when the summary needs no more; the stream is then left after
            the record that made it so.
        take: finds what is collected in a block; if None, the texts.
    """
    read = partial(parse if take else Unread, max_line=call.reading.max_line)
    take = take or (lambda parsed: blocks.texts(parsed, call.groups["text"]))
    work = blocks.collecting(collect, take, read)
    waiting: deque[Block] = deque()
    rejects = replace(call.reading, quarantine=None).rejects()
    shape = blocks.Shape()
    total = None
    source = noted(call.blocks(stream, "counting"), waiting)
    for done in local.mapped(work, source, call.groups["jobs"]):
        block = waiting.popleft()
        rejects.take(done.rejects)
        shape.check(done)
        more = done.result if total is None else total + done.result
        if enough and enough(more):
            return _cut(work, block, total, enough)
        total = more
    if total is None:
        msg = f"{', '.join(map(name, stream.paths))}: there are no records"
        raise DataError(msg)
    return total


def noted(source: Iterable[Block], waiting: deque[Block]) -> Iterator[Block]:
    """The blocks of a source, each of which also waits for its result."""
    for block in source:
        waiting.append(block)
        yield block


def _cut(
    work: Callable[[Any], blocks.Done],
    block: Block,
    total: Any,
    enough: Callable[[Any], bool],
) -> Any:
    """The summary up to the line of a block that makes it enough."""

    def upto(lines: int) -> Any:
        first = replace(block, piece=b"".join(block.lines[:lines]), head=b"")
        part = work(first).result
        return part if total is None else total + part

    sizes = range(1, len(block.lines) + 1)
    return upto(sizes[bisect_left(sizes, True, key=lambda n: enough(upto(n)))])
