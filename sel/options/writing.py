"""What is written, and where."""

from __future__ import annotations

from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.declare import Count, group, option


@group
class Writing:
    """Output: data on standard output or in a file, all else on standard error."""

    output: str | None = option(
        "put the output in FILE when it is whole; .gz, .zst and .parquet by its ending",
        metavar="FILE",
        writes="records",
    )
    summary: str | None = option(
        "write what the closing line says to FILE, as JSON",
        metavar="FILE",
        writes="object",
    )
    quiet: bool = option("say nothing but errors", False)


@group
class Resuming:
    """Resuming."""

    resume: bool = option(
        "go on where an interrupted run with the same -o stopped", False
    )


@group
class Fields:
    """New fields."""

    as_: str | None = option(
        "name of the new field [that of the method]", metavar="NAME"
    )
    overwrite: bool = option("replace a field of that name", False)
    thin: bool = option(
        "write only the row number, the score and what is carried", False
    )
    carry: str | None = option(
        "fields that a thin stream carries, as a,b,c", metavar="FIELDS"
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        if self.carry and not self.thin:
            msg = "--carry goes with --thin"
            raise UsageError(msg)

    @property
    def carried(self) -> list[str]:
        """The fields of --carry."""
        return [name for name in (self.carry or "").split(",") if name]


@group
class Order:
    """Order."""

    order: Literal["input", "score"] = option(
        "keep the order of the input, or put the best first", "input"
    )


@group
class Ending:
    """End."""

    limit: Count | None = option(
        "write no more than N records, and read no further than that needs"
    )
    fail_if_empty: bool = option("exit with status 1 if nothing was kept", False)

    def __post_init__(self) -> None:
        """Check the limit."""
        if self.limit is not None and self.limit < 0:
            raise OptionError("limit", "at least 0", self.limit)


@group
class Report:
    """Report."""

    report: str | None = option(
        "write to FILE, as JSON lines, what was chosen or dropped and why",
        metavar="FILE",
        writes="lines",
    )


@group
class Explaining:
    """Reasons."""

    ranked: bool = option(
        "add _rank, and where there are such _row, _gain and _covers", False
    )
    explain: str | None = option(
        "say why the record of this row was taken or left", metavar="ROW"
    )


@group
class State:
    """State."""

    save: str | None = option(
        "keep what was learnt or seen in FILE", metavar="FILE", writes="state"
    )
    load: str | None = option("begin with what --save kept in FILE", metavar="FILE")
