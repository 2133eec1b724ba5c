"""How records are read, and on how many processes."""

from __future__ import annotations

from sel.errors import OptionError
from sel.options.declare import Count, group, option


@group
class Reading:
    """Input: JSONL, CSV, Parquet or Arrow; files, folders or standard input."""

    on_error: str = option(
        "what to do with a bad line: fail, skip, or quarantine=FILE (DIR/ for shards)",
        "fail",
        metavar="POLICY",
    )
    max_errors: str | None = option(
        "bad lines to allow before giving up [100, or 1% if that is more]",
        metavar="N|P%",
    )
    glob: str | None = option(
        "in a folder, read only files of such names: '*.jsonl.zst'", metavar="PATTERN"
    )
    max_line: Count = option("longest line to accept, in bytes", 67_108_864)

    def __post_init__(self) -> None:
        """Check the policy."""
        policy, _, file = self.on_error.partition("=")
        known = policy in ("fail", "skip", "quarantine")
        if not known or (policy == "quarantine") != bool(file):
            rule = "fail, skip or quarantine=FILE"
            raise OptionError("on_error", rule, self.on_error)
        if self.max_line < 1:
            raise OptionError("max_line", "at least 1", self.max_line)

    @property
    def policy(self) -> str:
        """What becomes of bad lines: fail or skip."""
        return "fail" if self.on_error == "fail" else "skip"

    @property
    def quarantine(self) -> str | None:
        """The file that bad lines go to."""
        return self.on_error.partition("=")[2] or None


@group
class Jobs:
    """Work."""

    jobs: int = option(
        "processes; 0 means one for each core. The result does not depend on it", 0
    )

    def __post_init__(self) -> None:
        """Check the number."""
        if self.jobs < 0:
            raise OptionError("jobs", "at least 0", self.jobs)


@group
class PresetJobs(Jobs):
    """Work."""

    jobs: int = option(
        "processes that judge by --preset; 0 means one for each core. The result does "
        "not depend on it",
        0,
    )


@group
class Join:
    """Other streams."""

    join: str | None = option(
        "thin stream of the same records; its fields are added to the record "
        "of the same _row",
        metavar="FILE",
    )
