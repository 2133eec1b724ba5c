"""What a person at a terminal sees of a run besides its data."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from sel.errors import printable, shown
from sel.report.progress import watched
from sel.report.silence import Console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.streams.blocks import Block
    from sel.streams.lines import Stream


class Terminal(Console):
    """Standard error, and a table where standard output is a terminal.

    Args:
        title: what each line begins with.
        quiet: say nothing.
    """

    def __init__(self, title: str, quiet: bool) -> None:
        self._title, self._quiet = title, quiet

    @property
    def table(self) -> bool:  # type: ignore[override]
        """Whether a person looks at the output."""
        return sys.stdout is not None and sys.stdout.isatty()

    def say(self, message: str) -> None:
        """A line on standard error, unless --quiet."""
        if not self._quiet:
            complain(self._title, message)

    def watched(self, stream: Stream, doing: str) -> Iterator[Block]:
        """The blocks of a stream, with progress on a terminal."""
        return watched(stream, doing, quiet=self._quiet)


def complain(title: str, message: str) -> None:
    """One line on standard error, if it can be written, whatever stands in it."""
    with suppress(OSError):
        sys.stderr.write(f"{title}: {printable(shown(message))}\n")
