"""One of many machines, each with a part of the inputs."""

from __future__ import annotations

import re

from sel.errors import OptionError, UsageError
from sel.options.declare import Count, group, option


@group
class Meeting:
    """Shards."""

    shard: str | None = option(
        "work on the I-th of N parts of the inputs, such as 3/64", metavar="I/N"
    )
    rounds: str | None = option(
        "with --shard, the folder in which the shards tell one another what they "
        "found; run the same again until the output is there",
        metavar="DIR",
    )
    wait: Count = option("seconds to wait there for the other shards", 0)

    def __post_init__(self) -> None:
        """Check what goes together."""
        if (self.shard is None) != (self.rounds is None):
            msg = "--shard and --rounds go together"
            raise UsageError(msg)
        self.place  # noqa: B018 (raises)

    @property
    def place(self) -> tuple[int, int]:
        """Which part this is, from 0, and of how many.

        Raises:
            OptionError: it is none.
        """
        if self.shard is None:
            return 0, 1
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", self.shard, re.ASCII)
        number, many = map(int, found.groups()) if found else (0, 0)
        if not 1 <= number <= many:
            raise OptionError("shard", "I/N, such as 3/64", self.shard)
        return number - 1, many
