"""A crew of processes on this machine, which know nothing but what they are sent."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from contextlib import suppress
from select import select
from struct import Struct
from typing import TYPE_CHECKING, Any, BinaryIO

from sel.engine.channel import unpickled
from sel.engine.crews import TRIES, Lost, called

if TYPE_CHECKING:
    from sel.engine.crews import Answer

_SIZE = Struct("<Q")
_MAIN = "from sel.engine.processes import serve; serve()"


class Processes:
    """See sel.engine.crews.Crew.

    Args:
        workers: how many processes.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._crew: list[_Worker] = []
        self._queue: deque[_Task] = deque()
        self._values: list[bytes] = []

    def share(self, value: Any) -> int:
        """See Crew."""
        number = len(self._values)
        self._values.append(pickle.dumps({number: value}))
        return number

    def submit(self, name: str, shared: int, task: Any) -> _Task:
        """See Crew."""
        one = _Task(shared, pickle.dumps((name, shared, task)))
        self._queue.append(one)
        self._hand_out()
        return one

    def result(self, handle: _Task) -> Answer:
        """See Crew."""
        while handle.answer is None:
            busy = [worker for worker in self._crew if worker.task]
            for worker in select(busy, [], [])[0]:
                self._hear(worker)
            self._hand_out()
        if isinstance(handle.answer, Lost):
            raise handle.answer
        return handle.answer

    def _hear(self, worker: _Worker) -> None:
        task, worker.task = worker.task, None
        assert task
        try:
            task.answer = unpickled(_received(worker.out))
        except EOFError:
            self._bury(worker, task)

    def _bury(self, worker: _Worker, task: _Task) -> None:
        """A worker is gone: another one does its task, before all others."""
        self._crew.remove(worker)
        worker.end()
        task.tries += 1
        if task.tries < TRIES:
            self._queue.appendleft(task)
        else:
            task.answer = Lost()

    def _hand_out(self) -> None:
        while self._queue:
            worker = next((one for one in self._crew if not one.task), None)
            if worker is None:
                if len(self._crew) >= self.workers:
                    return
                worker = _Worker()
                self._crew.append(worker)
            worker.task = self._queue.popleft()
            try:
                self._send(worker, worker.task)
            except BrokenPipeError:
                self._bury(worker, worker.task)

    def _send(self, worker: _Worker, task: _Task) -> None:
        if task.shared not in worker.known:
            _sent(worker.into, self._values[task.shared])
            worker.known.add(task.shared)
        _sent(worker.into, task.words)

    def close(self) -> None:
        """See Crew."""
        for worker in self._crew:
            worker.end()
        self._crew = []


class _Task:
    def __init__(self, shared: int, words: bytes) -> None:
        self.shared, self.words, self.tries = shared, words, 0
        self.answer: Answer | Lost | None = None


class _Worker:
    def __init__(self) -> None:
        alive, self._lifeline = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 (ourselves)
            [sys.executable, "-c", _MAIN, str(alive)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[alive],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        os.close(alive)
        assert self._process.stdin
        assert self._process.stdout
        self.into: Any = self._process.stdin
        self.out: Any = self._process.stdout
        self.known: set[int] = set()
        self.task: _Task | None = None

    def fileno(self) -> int:
        """What to wait for until it has answered."""
        return int(self.out.fileno())

    def end(self) -> None:
        """End it, whatever it does."""
        os.close(self._lifeline)
        self._process.kill()
        for pipe in (self.into, self.out):
            with suppress(BrokenPipeError):
                pipe.close()
        self._process.wait()


def _sent(pipe: BinaryIO, data: bytes) -> None:
    pipe.write(_SIZE.pack(len(data)) + data)
    pipe.flush()


def _received(pipe: BinaryIO) -> bytes:
    head = pipe.read(_SIZE.size)
    data = pipe.read(_SIZE.unpack(head)[0]) if len(head) == _SIZE.size else b""
    if not data or len(data) < _SIZE.unpack(head)[0]:
        raise EOFError
    return data


def serve() -> None:
    """Do tasks until no more come; in a process of its own."""
    import signal
    from threading import Thread

    from sel.engine.local import end_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=end_with_parent, args=(int(sys.argv[1]),), daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else gets between the answers
    values: dict[int, Any] = {}
    with suppress(EOFError):
        while True:
            found = unpickled(_received(sys.stdin.buffer))
            if isinstance(found, dict):
                values |= found
                continue
            name, shared, task = found
            _sent(answers, pickle.dumps(called(name, values[shared], task)))
    os._exit(0)
