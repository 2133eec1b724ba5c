"""Going on where an interrupted run stopped."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from sel import signals
from sel.errors import UsageError, shown
from sel.options.writing import Resuming, Writing
from sel.runs import places
from sel.streams import landing, remote
from sel.streams.atomic import AtomicFile
from sel.streams.blocks import BLOCK
from sel.streams.endings import form
from sel.streams.output import Lasting
from sel.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sel.records.ledger import Ledger
    from sel.records.passes import Read
    from sel.request import Request
    from sel.streams.lines import Source, Stream
    from sel.streams.output import Output

EVERY = 32
"""Blocks between two points from which an interrupted run can go on."""

NO_MATTER = {
    *("jobs", "output", "summary", "log", "metrics", "quiet", "resume", "device"),
    "dry_run",
}
"""Options on which the bytes that come out do not depend."""


def output(request: Request, key: str | None) -> Output:
    """Where the data goes; a file that can be gone on with has a journal.

    Raises:
        UsageError: --resume, and a file that cannot be gone on with.
    """
    path, plan = request.path, request.shards
    if request.share:
        return request.output()
    if plan and plan.lasts:
        return request.numbered(plan, key)
    if path and not plan and not form(path) and not remote.is_url(path):
        return AtomicFile(Path(path), key)
    if path and request[Resuming].resume:
        msg = f"{path} is written at once: no --resume. Try: -o with .jsonl.zst"
        raise UsageError(msg)
    return request.output()


def begin(
    request: Request, output: Output, ledger: Ledger
) -> tuple[int, Mapping[str, float]]:
    """Start both files: anew, or with --resume where both are safe.

    Returns:
        How many blocks to pass over, and what was counted in them.
    """
    if not isinstance(output, Lasting):
        ledger.start()
        return 0, {}
    points = ledger.points(output.points()) if request[Resuming].resume else ()
    first = max(points, default=0)
    counts = output.start(first).counts
    ledger.start(first, counts)
    return first, counts


def each(
    blocks: Iterable[Read],
    ledger: Ledger,
    take: Callable[[Read], None],
    safe: Callable[[int], None],
    *,
    first: int = 0,
    every: int = EVERY,
    anywhere: bool = True,
) -> None:
    """Take all blocks, and make safe now and then what was done.

    A signal ends this at the end of a block, and all until there is made safe.

    Args:
        blocks: as they are read.
        ledger: has counted them.
        take: does what is to be done with a block.
        safe: makes what was done safe, after so many blocks.
        first: blocks that were passed over.
        every: blocks from one point to the next.
        anywhere: whether the bytes that come out are the same wherever they are made
            safe, as those of compressed files are not.
    """
    done, read = first, ledger.read
    try:
        for number, block in enumerate(blocks, first + 1):
            with signals.whole():
                take(block)
                done, read = number, ledger.read
                if number % every == 0:
                    safe(number)
    except signals.Ended:
        whole = ledger.read == read  # or a block was counted, and not taken
        if anywhere and whole and done > first:
            safe(done)
        raise


def stream_key(request: Request, stream: Stream, beside: Sequence[str]) -> str | None:
    """What the result depends on, if the inputs can be read again.

    Args:
        request: has the options.
        stream: the records.
        beside: files that are read beside them.
    """
    sources = [*stream.sources, *beside]
    if not all(isinstance(s, str) and _lasts(s) for s in sources):
        return None
    return key(request, sources)


def _lasts(path: str) -> bool:
    return Path(path).is_file() or remote.is_url(path)


def key(request: Request, sources: Sequence[Source]) -> str:
    """What the result depends on: version, options, and the inputs as they are."""
    inputs = [
        (
            shown(str(source)),
            *(landing.identity(str(source)) or ())[2:],
            *_fields(source),
        )
        for source in sources
    ]
    given = [item for item in request.values.items() if item[0] not in NO_MATTER]
    ending = request.shards.ending if request.shards else ""
    whole = (VERSION, BLOCK, request.title, given, inputs, ending)
    import hashlib

    return hashlib.sha256(repr(whole).encode()).hexdigest()[:32]


def _fields(source: Source) -> tuple[object, ...]:
    """What the folders of a file give to its records, if they give anything."""
    return (source.fields,) if hasattr(source, "fields") else ()


def to_folder(request: Request) -> bool:
    """Whether the output is a folder."""
    path = request[Writing].output
    return bool(path and path.endswith("/") and not request.shards)


def shards(
    request: Request,
    rename: Callable[[list[str]], list[str]],
    beside: Sequence[str],
) -> Iterator[tuple[Request, Stream]]:
    """The run of each input and its records, where the output is not complete.

    An output is taken for complete when the next run is asked for.

    Args:
        request: with several inputs, and --resume to pass over what is complete.
        rename: gives the names of outputs from those of their inputs.
        beside: files that are read beside the records.
    """
    folder = Path(request[Writing].output or "")
    paths = [source for source in request.sources if isinstance(source, str)]
    names = rename([Path(shown(path)).name for path in paths])
    outputs = [folder / name for name in names]
    if not outputs or len(set(outputs)) < len(request.sources):
        msg = f"-o {folder}/ needs input files, each with a name of its own"
        raise UsageError(msg)
    shards = [request.part(output) for output in outputs]
    places.check_together(shards)
    for path, output, shard in zip(paths, outputs, shards, strict=True):
        done = output.with_name(f".{output.name}.done")  # what it was made from
        made_from = key(request, [path, *beside])
        complete = output.exists() and done.exists() and done.read_text() == made_from
        if request[Resuming].resume and complete:
            request.say(f"{output} is complete")
            continue
        done.unlink(missing_ok=True)
        started = time.monotonic()
        yield shard, request.reader.stream([path])
        if run := landing.current():
            run.land(str(output))
        done.write_text(made_from)
        if request.log:
            request.log.shard(str(output), time.monotonic() - started)
