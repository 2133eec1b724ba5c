"""Runs a function over blocks on this machine's cores, in order.

`mapped` is all that an engine must offer: a function, a stream of blocks, and the
results in the order of the blocks. What comes out does not depend on how many
processes work, and no more than a few blocks are ever held.
"""

from __future__ import annotations

import os
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from sel.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sel.engine.channel import Channel

Block = TypeVar("Block")
Result = TypeVar("Result")

AHEAD = 3
"""Blocks in flight or waiting for their turn, for each process."""


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
        jobs: how many processes; with 1 all is done here.

    Raises:
        MachineError: a process died.
    """
    blocks = iter(blocks)
    # The first is worked on here: the processes inherit the tables it filled.
    for block in blocks if jobs == 1 else islice(blocks, 1):
        yield function(block)  # not by `map`, which a StopIteration would end
    second = next(blocks, None)
    if second is None:
        return
    crew = _Crew(function, jobs)
    try:
        yield from crew.work(chain([second], blocks))
    finally:
        crew.dismiss()


class _Crew:
    """Processes that each work on one block at a time.

    A block is sent only to a process that waits for one, so that neither side can
    wait for the other to read.
    """

    def __init__(self, function: Callable[[Any], Any], jobs: int) -> None:
        self._alive, self._lifeline = os.pipe()
        self._workers: list[tuple[int, Channel]] = []
        for _ in range(jobs):
            self._workers.append(self._start(function))

    def _start(self, function: Callable[[Any], Any]) -> tuple[int, Channel]:
        from sel.engine.channel import pair  # not needed with one process

        ours, theirs = pair()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(self._lifeline)
                for other in (ours, *(end for _, end in self._workers)):
                    other.close()
                _serve(function, theirs, self._alive)
            finally:
                os._exit(1)
        theirs.close()
        return pid, ours

    def work(self, blocks: Iterator[Any]) -> Iterator[Any]:
        """Yield the results in order."""
        from select import select

        idle = [end for _, end in self._workers]
        busy: dict[Any, int] = {}
        done: dict[int, Any] = {}
        sent = given = 0
        most = AHEAD * len(idle)
        ready = next(blocks, None)  # read while the processes work
        while ready is not None or busy:
            while ready is not None and idle and sent - given < most:
                _send(idle[-1], ready)
                busy[idle.pop()] = sent
                sent += 1
                ready = next(blocks, None)
            while given in done:
                yield done.pop(given)
                given += 1
            for end in select(list(busy), [], [])[0] if busy else []:
                done[busy.pop(end)] = _receive(end)
                idle.append(end)
        while given in done:
            yield done.pop(given)
            given += 1

    def dismiss(self) -> None:
        """End the processes, whatever they are doing."""
        os.close(self._lifeline)
        for pid, end in self._workers:
            end.close()
            os.waitpid(pid, 0)
        os.close(self._alive)


def _send(end: Channel, block: Any) -> None:
    try:
        end.send(block)
    except BrokenPipeError:
        raise _dead() from None


def _receive(end: Any) -> Any:
    try:
        result, error = end.receive()
    except EOFError:
        raise _dead() from None
    if error is not None:
        raise error
    return result


def _dead() -> MachineError:
    msg = "a worker process died, perhaps for lack of memory. Try: --jobs 1"
    return MachineError(msg)


def _serve(function: Callable[[Any], Any], end: Channel, alive: int) -> None:
    """Work until the process that started this one closes its side, or is gone."""
    import signal
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    Thread(target=end_with_parent, args=(alive,), daemon=True).start()
    while True:
        try:
            block = end.receive()
        except EOFError:
            os._exit(0)
        answer: tuple[Any, BaseException | None]
        try:
            answer = (function(block), None)
        except BaseException as error:  # noqa: BLE001 (raised where it is awaited)
            from sel.engine.channel import portable

            answer = (None, portable(error))
        end.send(answer)


def end_with_parent(alive: int) -> None:
    """End this process when the one that started it is gone."""
    os.read(alive, 1)  # ends when nobody holds the other side any more
    os._exit(0)
