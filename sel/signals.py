"""Signals that end a run, and what they must not cut in two."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ended(BaseException):
    """A signal asks the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _Held:
    """A signal that came while something was done that must be done whole."""

    within = False
    number = 0


def heed() -> None:
    """Let SIGTERM and SIGHUP end a run as Ctrl-C does: it removes its files first."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # as nohup does not leave it
            signal.signal(number, _end)


def _end(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_DFL)  # a second one ends it at once
    if not _Held.within:
        raise Ended(number)
    _Held.number = number


@contextmanager
def whole() -> Iterator[None]:
    """Let what is within be done before a signal ends the run."""
    _Held.within = True
    try:
        yield
    finally:
        _Held.within = False
    if _Held.number:
        raise Ended(_Held.number)
