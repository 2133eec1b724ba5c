"""What is written, and where."""

from __future__ import annotations

import re
from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.declare import Count, group, number, option


@group
class Writing:
    """Output: data on standard output or in a file, all else on standard error."""

    output: str | None = option(
        "write to FILE, which appears only when complete; as its ending says: "
        "compressed, JSON, CSV, Parquet, Arrow",
        metavar="FILE",
        writes="records",
    )
    summary: str | None = option(
        "write the closing line to FILE as JSON",
        metavar="FILE",
        writes="object",
    )
    log: str | None = option(
        "add a line of JSON to FILE on how far the run is: one a minute, for each file "
        "of several, and at the end; - is standard error",
        metavar="FILE",
        writes="log",
    )
    metrics: str | None = option(
        "keep the same numbers in FILE.prom, for Prometheus's node_exporter",
        metavar="FILE",
        writes="metrics",
    )
    dry_run: bool = option(
        "read no record and write nothing: say what would be read, how often, what "
        "memory and temporary files it takes, and what would be written",
        False,
    )
    quiet: bool = option("print nothing but errors", False)


@group
class Sharding:
    """Numbered files."""

    shard_size: str | None = option(
        "with -o DIR/, write files of at most so many records, as 100k, or bytes "
        "before they are compressed, as 512MB, and a list of them",
        metavar="SIZE",
    )

    def __post_init__(self) -> None:
        """Check the size."""
        self.limits  # noqa: B018

    @property
    def limits(self) -> tuple[int | None, int | None]:
        """The most records of a file, or bytes.

        Raises:
            OptionError: it is neither.
        """
        if self.shard_size is None:
            return None, None
        found = _BYTES.fullmatch(self.shard_size)
        try:
            if found:
                size = int(float(found[1]) * _UNITS[found[2]])
            else:
                records = number(self.shard_size)
                size = records if isinstance(records, int) else 0
        except (UsageError, OverflowError):
            size = 0
        if size < 1:
            rule = "a number of records, as 100k, or of bytes, as 512MB"
            raise OptionError("shard_size", rule, self.shard_size)
        return (None, size) if found else (size, None)


_UNITS = {
    f"{letter}{i}B": base**power
    for i, base in (("", 1000), ("i", 1024))
    for power, letter in enumerate("kMGT", 1)
} | {"B": 1, "KB": 1000, "KiB": 1024}
_BYTES = re.compile(rf"(\d+(?:\.\d+)?) ?({'|'.join(_UNITS)})")


@group
class Trainer:
    """Form of the records that are written."""

    form: (
        Literal["messages", "sharegpt", "alpaca", "prompt-completion", "text"] | None
    ) = option(
        "write records as a trainer reads them; a record that the form cannot hold is "
        "a bad line"
    )
    dataset_info: str | None = option(
        "enter the output in FILE, the dataset_info.json of LLaMA-Factory; needs -o "
        "and --form",
        metavar="FILE",
        writes="object",
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        if self.dataset_info and self.form is None:
            msg = "--dataset-info goes with --form"
            raise UsageError(msg)
        if self.dataset_info and self.form == "prompt-completion":
            msg = "LLaMA-Factory does not read prompt-completion. Try: --form alpaca"
            raise UsageError(msg)


@group
class Resuming:
    """Resuming."""

    resume: bool = option("continue an interrupted run with the same -o", False)


@group
class Fields:
    """New fields."""

    as_: str | None = option(
        "name of the new field [that of the method]", metavar="NAME"
    )
    overwrite: bool = option("replace a field that is there already", False)
    thin: bool = option(
        "write only the row number, the score and the --carry fields", False
    )
    carry: str | None = option(
        "fields to keep with --thin, such as a,b,c", metavar="FIELDS"
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
class Masking:
    """Text."""

    mask: bool = option(
        "write the text with what was found replaced by its kind, as <EMAIL>", False
    )


@group
class Order:
    """Order."""

    order: Literal["input", "score"] = option(
        "keep the order of the input, or put the best first", "input"
    )


@group
class Curriculum(Order):
    """Order."""

    order: Literal["input", "score", "reverse", "shuffle", "shuffle-in-windows"] = (
        option(  # type: ignore[assignment]
            "keep the order of the input; the best first, or last (reverse); by chance;"
            " or the best first, by chance within each --window",
            "input",
        )
    )
    window: Count = option("records of a window of shuffle-in-windows", 1000)

    def __post_init__(self) -> None:
        """Check the number."""
        if self.window < 1:
            raise OptionError("window", "at least 1", self.window)


@group
class Ending:
    """End."""

    limit: Count | None = option("stop after N records")
    fail_if_empty: bool = option("exit with status 1 if nothing is kept", False)

    def __post_init__(self) -> None:
        """Check the limit."""
        if self.limit is not None and self.limit < 0:
            raise OptionError("limit", "at least 0", self.limit)


@group
class Report:
    """Report."""

    report: str | None = option(
        "write what was chosen or dropped, and why, to FILE as JSON lines",
        metavar="FILE",
        writes="lines",
    )


@group
class Explaining:
    """Reasons."""

    ranked: bool = option(
        "add _rank, and where they apply _row, _gain and _covers", False
    )
    explain: str | None = option(
        "say why the record of this row was or was not chosen", metavar="ROW"
    )


@group
class State:
    """State."""

    save: str | None = option(
        "save what was learnt or seen to FILE", metavar="FILE", writes="state"
    )
    load: str | None = option("start from what --save wrote to FILE", metavar="FILE")
