"""The one loop over the blocks of a stream.

Every run reads by it: it shows progress, counts, deals with bad lines, and spreads
the work over processes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import compress, islice
from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.records.ledger import FAIL, STRICT, Ledger, Seen
from sel.streams.blocks import Block
from sel.streams.lines import Stream, name
from sel.streams.ranges import Ranged, Uncounted
from sel.values import value

if TYPE_CHECKING:
    from sel.records.faults import Reject
    from sel.records.projection import Part, Projection
    from sel.streams.lines import Source


@value
class Read:
    """A block that was read and worked on."""

    block: Block
    seen: Seen
    result: Any


@value
class Reader:
    """How the streams of a run are read.

    Args:
        max_line: the longest line that is taken, in bytes.
        policy: what a bad line does, see Ledger.
        most: how many may be bad.
        jobs: processes.
        watch: shows how far a stream is read: from the stream and what is being done.
        say: tells a person what may be wrong.
    """

    max_line: int
    policy: str = FAIL
    most: str | None = None
    jobs: int = 1
    watch: Callable[[Stream, str], Iterator[Block]] | None = None
    say: Callable[[str], None] | None = None

    @cached_property
    def _doubted(self) -> set[str]:
        """Of which a person was told."""
        return set()

    def stream(
        self,
        sources: Iterable[Source],
        *,
        again: bool = False,
        form: str | None = None,
    ) -> Stream:
        """The lines of some inputs; `again` if they will be read twice."""
        kept, most = list(sources), self.max_line
        return Stream(kept, max_line=most, again=again, form=form)

    def ledger(self, keep: Any = None) -> Ledger:
        """A ledger with the rules of the run; bad lines go to `keep`."""
        return Ledger(self.policy, self.most, keep)

    def parts(
        self,
        stream: Stream,
        want: Projection,
        ledger: Ledger,
        doing: str = "",
        *,
        late: bool = False,
    ) -> Generator[Part]:
        """The good records of each block.

        Args:
            stream: is read from its beginning.
            want: what is asked of each record.
            ledger: counts, and ends the run at a bad line that is one too many.
            doing: what progress is called; if empty none is shown.
            late: deal with the bad lines of a block when it was used, so that what
                follows the last record that was wanted does not matter.
        """
        if want.by_place:
            self._count(stream)
        for block in self._blocks(stream, doing):
            part = want.read(block, self.max_line)
            seen = Seen.of(part)
            why = partial(self._rejects, want, stream, block)
            if not late:
                ledger.take(seen, why)
                yield part
                continue
            try:
                yield part
            except GeneratorExit:
                ledger.count(seen)
                raise
            ledger.take(seen, why)
        self._doubt(stream, ledger)

    def mapped(
        self,
        stream: Stream,
        want: Projection,
        ledger: Ledger,
        work: Callable[[Part], Any],
        doing: str = "",
        *,
        jobs: int | None = None,
        first: int = 0,
    ) -> Iterator[Read]:
        """What `work` makes of each block, in order, on all processes of the run.

        Args:
            stream: is read from its beginning.
            want: what is asked of each record.
            ledger: counts, and ends the run at a bad line that is one too many.
            work: is given the good records of a block.
            doing: what progress is called; if empty none is shown.
            jobs: other than those of the run.
            first: blocks that are passed over, as they were counted before.
        """
        from sel.engine import local

        waiting: deque[Block] = deque()
        max_line = self.max_line

        def each(block: Block) -> tuple[Seen, Any]:
            part = want.read(block, max_line)
            return Seen.of(part), work(part)

        def source() -> Iterator[Block]:
            for block in islice(self._blocks(stream, doing), first, None):
                waiting.append(block)
                yield block

        if want.by_place:
            self._count(stream)
        jobs = self.jobs if jobs is None else jobs
        for seen, result in local.mapped(each, source(), jobs):
            block = waiting.popleft()
            ledger.take(seen, partial(self._rejects, want, stream, block))
            yield Read(block, seen, result)
        self._doubt(stream, ledger)

    def _rejects(
        self, want: Projection, stream: Stream, block: Block
    ) -> Iterator[Reject]:
        """The bad lines of a block, each with what is wrong with it."""
        first = stream.sources[0]
        if isinstance(first, Ranged) and block.file == name(first) and first.first:
            self._count_lines(first)
            line = block.line + first.lines - stream.counted
            block = Block(
                block.file, line, block.row, block.data, block.cut, block.form
            )
        return want.rejects(block, self.max_line)

    def _count(self, stream: Stream) -> None:
        """Find out how many lines and records stand before a shard of a stream."""
        first = stream.sources[0]
        if isinstance(first, Ranged) and first.row is None:
            if first.earlier is None:
                raise Uncounted
            before = Stream(first.earlier, max_line=self.max_line)
            first.row = counted(before)[1] if first.earlier else 0
            self._count_lines(first)

    def _count_lines(self, first: Ranged) -> None:
        """Count the lines of a file that stand before a range of it."""
        if first.first and not first.lines:
            before = Stream([Ranged(first, 0, first.first)], max_line=self.max_line)
            first.lines = counted(before)[0]

    def _doubt(self, stream: Stream, ledger: Ledger) -> None:
        """Say once of each input, after its last record, what may be wrong with it."""
        first, *more = map(name, stream.sources)
        label = f"{first} and {len(more):,} more" if more else first
        if self.say and ledger.doubt and label not in self._doubted:
            self._doubted.add(label)
            self.say(f"{label}: {ledger.doubt}")

    def strictly(self, source: Source, want: Projection) -> Iterator[Part]:
        """The records of an input beside the stream, of which none may be bad."""
        yield from self.parts(self.stream([source]), want, Ledger(STRICT))

    def kept(self, stream: Stream, keep: Any, doing: str) -> Iterator[bytes]:
        """The lines of a stream that are kept, a block at a time.

        Args:
            stream: is read from its beginning.
            keep: (n,), whether each line that is not blank is kept.
            doing: what progress is called.
        """
        for block in self._blocks(stream, doing):
            lines = [line for line in block.lines if not line.isspace()]
            wanted = keep[block.row : block.row + len(lines)].tolist()
            some = list(compress(lines, wanted))
            yield b"".join((*some[:-1], *map(ended, some[-1:])))

    def _blocks(self, stream: Stream, doing: str) -> Iterator[Block]:
        return self.watch(stream, doing) if self.watch and doing else stream.blocks()


def counted(stream: Stream) -> tuple[int, int]:
    """The lines of the last file of a stream, and the records of all."""
    lines, records, file = 0, 0, ""
    for block in stream.blocks():
        lines, file = block.line - 1 + block.count, block.file
        records = block.row + block.count - block.blank
    return lines if file == name(stream.sources[-1]) else 0, records


def blocks_of(stream: Stream) -> Iterator[tuple[Block, list[bytes]]]:
    """The lines of a stream as they are, blank ones left out, by their blocks."""
    for block in stream.blocks():
        yield block, [line for line in block.lines if not line.isspace()]


def numbered(stream: Stream) -> Iterator[tuple[str, bytes]]:
    """Each line of a stream, blank or not, with its file and number in words."""
    for block, _ in blocks_of(stream):
        for number, line in enumerate(block.lines, block.line):
            yield f"{block.file}:{number}", line


def lines_of(stream: Stream, places: Sequence[int]) -> Iterator[bytes]:
    """The lines of some records of a stream that is read again.

    Args:
        stream: is read as far as the last of them.
        places: where they stand among its records; they rise.
    """
    wanted = iter(places)
    place = next(wanted, None)
    for block, lines in blocks_of(stream) if place is not None else ():
        while place is not None and place - block.row < len(lines):
            yield ended(lines[place - block.row])
            place = next(wanted, None)
        if place is None:
            return


def lines_at(stream: Stream, wanted: set[int]) -> dict[int, bytes]:
    """The lines of some records, by their place in a stream that is read again."""
    places = sorted(wanted)
    return dict(zip(places, lines_of(stream, places), strict=True))


def ended(line: bytes) -> bytes:
    """A line with its end, which the last of a file may lack."""
    return line if line.endswith(b"\n") else line + b"\n"


def none_there(stream: Stream) -> DataError:
    """What is said of a stream without records."""
    return DataError(f"{', '.join(map(name, stream.sources))}: there are no records")
