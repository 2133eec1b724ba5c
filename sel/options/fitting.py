"""What a method learns from."""

from __future__ import annotations

from sel.errors import UsageError
from sel.options.declare import group, option
from sel.options.writing import State


@group
class Fitting(State):
    """Fitting: learn from pool and target, or use what was learnt before."""

    target: list[str] | None = option(
        "examples of the target; may be given several times", metavar="FILE"
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        if self.target and self.load:
            msg = "--load brings what was learnt from a --target. Try: one of them"
            raise UsageError(msg)
