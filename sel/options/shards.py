"""Shards that have to tell one another what they found."""

from __future__ import annotations

from sel.errors import UsageError
from sel.options.declare import Count, group, option
from sel.options.splitting import Splitting


@group
class Meeting(Splitting):
    """Shards: a part of the work on each of several machines, in rounds."""

    rounds: str | None = option(
        "the folder in which shards tell one another what they found; run all with "
        "--shard again until each has written its part",
        metavar="DIR",
    )
    wait: Count = option("seconds to wait there for the other shards", 0)
    resume: bool = option("go on after the rounds that a killed run had done", False)

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        if self.resume and not self.asked:
            msg = "--resume goes with --engine or --shard: nothing else keeps rounds"
            raise UsageError(f"{msg}. Try: --engine local, from the beginning on")
