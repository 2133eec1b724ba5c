"""A shard of a run: what it has counted, which others add to what they have."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sel.records.ledger import Ledger, Seen
from sel.streams import share, sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sel.streams.output import Output

COUNTS = ("records", "blank", "rejected", "empty", "words", "letters", "shape", "rows")
"""What a share has of its ledger."""


@dataclass
class Shard:
    """One of several shards."""

    number: int
    """From 1."""
    of: int
    path: str
    """The file that this is left in."""
    facts: Mapping[str, Any]
    """What it is the shard of."""
    told: dict[str, Any] = field(default_factory=dict)
    """What the run says of it, to be merged with what the others say."""
    ledger: Ledger | None = None
    seal: Sealed | None = None
    waiting: bool = False
    """Whether there is no part yet, as the other shards are not so far."""
    file: Any = None
    """What was written, if it did not go through a seal."""

    def sealed(self, output: Output) -> Output:
        """An output whose content is told of."""
        self.seal = Sealed(output)
        return self.seal

    def leave(self) -> None:
        """Write it; it is put in its place with the part, and after it."""
        ledger, seal = self.ledger, self.seal
        counts = ledger and {name: getattr(ledger, name) for name in COUNTS}
        known: dict[str, Any] = {"shard": self.number, "of": self.of, "counts": counts}
        known |= {"bytes": seal and seal.bytes, "crc": seal and seal.crc}
        known |= {"stored": None, "sha256": None}
        known |= sums.of_part(self.file or (seal and seal.file))
        share.save(self.path, {**self.facts, **known, **self.told})


class Sealed:
    """An output that knows what went through it: bytes of plain lines, and a sum."""

    def __init__(self, output: Output) -> None:
        self._output = self.file = output
        self.bytes = self.crc = 0

    def write(self, data: bytes) -> None:
        """See Output."""
        self._output.write(data)
        self.bytes += len(data)
        self.crc = zlib.crc32(data, self.crc)

    def commit(self) -> None:
        """See Output."""
        self._output.commit()

    def abort(self, *, keep: bool = True) -> None:
        """See Output."""
        self._output.abort(keep=keep)


def add(ledger: Ledger, shares: Iterable[Mapping[str, Any]], name: str) -> None:
    """Count what several shards have counted, in their order.

    Args:
        ledger: checks that they fit together.
        shares: the counts of each.
        name: of the stream, for messages.

    Raises:
        DataError: as of blocks that do not fit together.
    """
    for one in shares:
        said = one["records"] if one["rows"] else 0
        seen = Seen(
            name,
            one["records"],
            one["blank"],
            range(one["rejected"]),
            one["shape"],
            said,
            False,
            one["empty"],
            one["words"],
            one["letters"],
        )
        ledger.strict_rows = one["rows"] is not None
        ledger.count(seen)
