"""What a run says while it works, where nobody listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.streams.blocks import Block
    from sel.streams.lines import Stream


class Console:
    """Where a run says what it has to say; this one says nothing."""

    table = False
    """Whether a person looks at the output."""

    def say(self, message: str) -> None:
        """A line for a person."""

    def watched(self, stream: Stream, doing: str) -> Iterator[Block]:
        """The blocks of a stream, with how far it was read."""
        del doing
        return stream.blocks()
