"""Tasks for a crew: what is to be done is named, and a crew does it somewhere.

A crew takes a task and gives its result later. Here is the order in which that is
done: results come in the order of the tasks, a window bounds how many are on their way,
and an error is raised where its task has its turn.
"""

from __future__ import annotations

import importlib
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from sel.engine.channel import portable
from sel.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TRIES = 3
"""How often a task is begun whose worker is lost each time."""
AHEAD = 2
"""Tasks on their way for each worker: while one is done, the next is there."""

Answer = tuple[Any, BaseException | None]
"""What a task gave, or the error that ended it."""


class Lost(Exception):
    """The worker of a task is gone, each time that it was begun."""


class Crew(Protocol):
    """Workers, on this machine or on others."""

    workers: int

    def share(self, value: Any) -> Any:
        """Give all workers a value, once; what tasks then call it."""

    def submit(self, name: str, shared: Any, task: Any) -> Any:
        """Begin a task: `name` is `module:function`, called with both values."""

    def result(self, handle: Any) -> Answer:
        """Wait for a task; Lost where it cannot be done."""

    def close(self) -> None:
        """End all that is still done."""


def called(name: str, shared: Any, task: Any) -> Answer:
    """Do a task, in whatever process this is."""
    try:
        module, _, function = name.partition(":")
        return getattr(importlib.import_module(module), function)(shared, task), None
    except BaseException as error:  # noqa: BLE001 (raised where it is awaited)
        return None, portable(error)


def ordered(
    crew: Crew, name: str, shared: Any, tasks: Iterable[Any], window: int | None = None
) -> Iterator[Any]:
    """Yield what each task gives, in order.

    Args:
        crew: does them.
        name: of the function, `module:function`.
        shared: a first argument that is the same for all, and sent once.
        tasks: the second one of each; taken no further ahead than the window.
        window: how many are on their way at most.

    Raises:
        MachineError: a task lost its worker each time.
    """
    most = window or AHEAD * crew.workers
    known = crew.share(shared)
    waiting: deque[Any] = deque()
    for number, task in enumerate(tasks, 1):
        if len(waiting) >= most:
            yield _given(crew, waiting.popleft())
        waiting.append((number, crew.submit(name, known, task)))
    while waiting:
        yield _given(crew, waiting.popleft())


def _given(crew: Crew, one: tuple[int, Any]) -> Any:
    number, handle = one
    try:
        value, error = crew.result(handle)
    except Lost:
        msg = f"task {number} lost its worker {TRIES} times, perhaps for lack of memory"
        raise MachineError(msg) from None
    if error is not None:
        raise error
    return value
