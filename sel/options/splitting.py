"""How a run is divided among machines."""

from __future__ import annotations

import re
from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.declare import group, option


@group
class Splitting:
    """Shards: a part of the work on each of several machines."""

    shard: str | None = option(
        "read the I-th of N parts of the input; -o FILE is what --merge puts together",
        metavar="I/N",
    )
    merge: bool = option("the inputs are what all N runs with --shard wrote", False)
    engine: Literal["local", "ray"] | None = option(
        "let processes of this machine, or of a cluster of Ray, work on shards"
    )
    address: str | None = option(
        "the cluster of --engine ray [the one that is running, or a new one here]",
        metavar="HOST:PORT",
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        self.part  # noqa: B018
        asked = ("--shard", self.shard), ("--merge", self.merge)
        given = [name for name, one in (*asked, ("--engine", self.engine)) if one]
        if len(given) > 1:
            msg = f"{given[0]} does not go with {given[1]}"
            raise UsageError(msg)
        if self.address and self.engine != "ray":
            msg = "--address goes with --engine ray"
            raise UsageError(msg)

    @property
    def asked(self) -> bool:
        """Whether anything of this is asked for."""
        return bool(self.shard or self.merge or self.engine)

    @property
    def part(self) -> tuple[int, int] | None:
        """Which shard, from 1, and of how many.

        Raises:
            OptionError: it is not one of them.
        """
        if self.shard is None:
            return None
        found = _SHARD.fullmatch(self.shard)
        if not found or not 1 <= int(found[1]) <= int(found[2]) <= MOST:
            rule = f"I/N, I from 1 to N, N at most {MOST:,}"
            raise OptionError("shard", rule, self.shard)
        return int(found[1]), int(found[2])


_SHARD = re.compile(r"(\d{1,9})/(\d{1,9})")
MOST = 100_000
"""Shards, so that their names have five digits."""
