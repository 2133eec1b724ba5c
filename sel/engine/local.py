"""Runs a function over blocks on this machine's cores, in order.

`mapped` is all that an engine must offer: a function, a stream of blocks, and the
results in the order of the blocks. What comes out does not depend on how many
processes work, and no more than a few blocks are ever held.
"""

from __future__ import annotations

import os
from collections import deque
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from sel.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

Block = TypeVar("Block")
Result = TypeVar("Result")

AHEAD = 2
"""Blocks in flight for each process."""

_work: Callable[[Any], Any]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def mapped(
    function: Callable[[Block], Result], blocks: Iterable[Block], jobs: int
) -> Iterator[Result]:
    """Yield `function(block)` for each block, in order.

    Args:
        function: need not be picklable: the processes inherit it.
        blocks: what to work on; read no further than a few blocks ahead.
        jobs: how many processes; 1 works here, and so does a single block.

    Raises:
        MachineError: a process died.
    """
    blocks = iter(blocks)
    first = list(islice(blocks, 2))
    if jobs == 1 or len(first) < 2:
        yield from map(function, chain(first, blocks))
        return
    # Imported here: a run in one process starts sooner without.
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    reader, writer = os.pipe()
    pool = ProcessPoolExecutor(
        jobs, get_context("fork"), _inherit, (function, reader, writer)
    )
    flying: deque[Future[Result]] = deque()
    try:
        for block in chain(first, blocks):
            flying.append(pool.submit(_run, block))
            if len(flying) > jobs * AHEAD:
                yield flying.popleft().result()
        while flying:
            yield flying.popleft().result()
    except BrokenProcessPool:
        msg = "a worker process died, perhaps for lack of memory. Try: --jobs 1"
        raise MachineError(msg) from None
    finally:
        os.close(writer)  # the workers end, whatever they are doing
        pool.shutdown(wait=False, cancel_futures=True)
        os.close(reader)


def _inherit(function: Callable[[Any], Any], reader: int, writer: int) -> None:
    """Make a new process ready; it lives as long as the one that started it."""
    import signal
    from threading import Thread

    global _work  # set once for each process
    _work = function
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.close(writer)
    Thread(target=_end_with_parent, args=(reader,), daemon=True).start()


def _end_with_parent(reader: int) -> None:
    os.read(reader, 1)  # ends when nobody holds the other side any more
    os._exit(0)


def _run(block: Any) -> Any:
    return _work(block)
