"""What selections are compared with, and how measures look at records."""

from __future__ import annotations

from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.declare import group, option, required
from sel.options.models import Device
from sel.options.vectors import Sources, TargetVectors

FORMATS = ("text", "json", "junit", "github", "markdown")


@group
class Pool:
    """Pool."""

    pool: str = required("records that the selections were chosen from", metavar="FILE")


@group
class AnyPool(Pool):
    """Pool."""

    pool: str | None = option(  # type: ignore[assignment]
        "records that the selections were chosen from, for random ones", metavar="FILE"
    )


@group
class BesidePool(Pool):
    """Pool."""

    pool: str | None = option(  # type: ignore[assignment]
        "all records of --vectors, for random selections [as --vectors, with .jsonl]",
        metavar="FILE",
    )


@group
class Targets:
    """Targets."""

    target: list[str] = required(
        "records to be like; may be given several times", metavar="FILE"
    )


@group
class AnyTargets(Targets):
    """Targets."""

    target: list[str] | None = option(  # type: ignore[assignment]
        "records to be like; may be given several times", metavar="FILE"
    )


@group
class Near(TargetVectors, Sources):
    """Vectors."""

    def __post_init__(self) -> None:
        """Check what goes together."""
        if bool(self.vectors) != bool(self.target_vectors):
            msg = "--vectors and --target-vectors go together"
            raise UsageError(msg)


@group
class Mixture:
    """Mixture."""

    per: str | None = option(
        "field whose mixture is compared with that of the targets", metavar="FIELD"
    )


@group
class Known:
    """How records are found in the pool."""

    on: str | None = option(
        "field that names a record in the pool and in the files [_row, or the text]",
        metavar="FIELD",
    )


@group
class Scorers:
    """Scores."""

    scores: str | None = option(
        "fields of the pool with numbers, as dsir,quality, each of which chooses",
        metavar="FIELDS",
    )

    @property
    def fields(self) -> list[str]:
        """The fields."""
        return listed(self.scores)


@group
class Page(Scorers):
    """Scores and the page."""

    scores: str | None = option(
        "fields with numbers, as dsir,quality; the first one orders examples",
        metavar="FIELDS",
    )
    report: str | None = option(
        "write an HTML page that stands alone to FILE.html", metavar="FILE"
    )

    def __post_init__(self) -> None:
        """Check the name of the page."""
        if self.report is not None and not self.report.endswith((".html", ".htm")):
            raise OptionError("report", "a name that ends in .html", self.report)


@group
class Testing:
    """Labels."""

    labels: str = required("field of the class, in all records", metavar="FIELD")
    test: str = required("matrix of the test records (.npy)", metavar="FILE")
    test_records: str | None = option(
        "the test records [as --test, with .jsonl]", metavar="FILE"
    )


@group
class AnyTesting(Testing):
    """Labels."""

    labels: str | None = option("field of the class, in all records", metavar="FIELD")  # type: ignore[assignment]
    test: str | None = option("matrix of the test records (.npy)", metavar="FILE")  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Check what goes together."""
        asked = bool(self.labels), bool(self.test)
        if any(asked) != all(asked) or (self.test_records and not all(asked)):
            msg = "--labels FIELD and --test FILE.npy go together"
            raise UsageError(msg)


@group
class Costs:
    """Cost."""

    cost: str | None = option(
        "fields with numbers to add up beside the accuracy, as tokens,seconds",
        metavar="FIELDS",
    )

    @property
    def fields(self) -> list[str]:
        """The fields."""
        return listed(self.cost)


@group
class Mapped(TargetVectors, Sources):
    """Classes and target."""

    per: str = required("field of the records that holds the class", metavar="FIELD")
    logits: str | None = option(
        "instead of vectors, what your model of the classes says of each target record"
        " (.npy), a column for each class: numbers in their order, then names",
        metavar="FILE",
    )

    def __post_init__(self) -> None:
        """Either vectors of both, or logits."""
        ours, theirs = bool(self.vectors), bool(self.target_vectors)
        if bool(self.logits) == ours or ours != theirs:
            msg = "give --vectors and --target-vectors, or --logits FILE.npy"
            raise UsageError(msg)


@group
class Reference:
    """Truth."""

    reference: str = required(
        "matrix of the same records that it is measured by", metavar="FILE"
    )


@group
class Rule:
    """What selects, and bins."""

    where: str | None = option(
        "a condition over fields, as for sel pick where", metavar="CONDITION"
    )
    by: str | None = option(
        "field with numbers, to find a threshold for --efficiency", metavar="FIELD"
    )
    bin_: str | None = option("field whose values are the bins", metavar="FIELD")
    edges: str | None = option(
        "numbers that divide the values of a field into bins, as 0,0.5,1",
        metavar="NUMBERS",
    )

    def __post_init__(self) -> None:
        """Check what goes together, and the numbers."""
        if bool(self.where) == bool(self.by):
            msg = "give --where CONDITION, or --by FIELD to find a threshold"
            raise UsageError(msg)
        if self.by and self.bin_:
            msg = (
                "--bin goes with --where. Try: the threshold that was found,"
                " as a condition"
            )
            raise UsageError(msg)
        try:
            rising = self.numbers == sorted(set(self.numbers))
        except ValueError:
            rising = False
        if not rising or (self.edges and not self.bin_):
            raise OptionError("edges", "rising numbers, with --bin", self.edges)

    @property
    def numbers(self) -> list[float]:
        """The edges."""
        return [float(part) for part in self.edges.split(",")] if self.edges else []


@group
class Truth:
    """Reference."""

    reference: str | None = option(
        "condition for what belongs to it; with --against, on records there",
        metavar="CONDITION",
    )
    against: str | None = option(
        "records that are the reference, in a file of their own", metavar="FILE"
    )
    on: str | None = option("field that names a record in both", metavar="FIELD")
    near: str | None = option(
        "one or two fields with coordinates in both, as ra,dec", metavar="FIELDS"
    )
    within: float | None = option(
        "largest distance of partners, in the units of the coordinates"
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        if not self.reference and not self.against:
            msg = "give --reference CONDITION, or --against FILE with --on or --near"
            raise UsageError(msg)
        one = bool(self.on) != bool(self.near)
        if (self.against and not one) or (not self.against and (self.on or self.near)):
            raise UsageError(_JOINING)
        if bool(self.near) != bool(self.within):
            raise UsageError(_JOINING)
        if self.within is not None and not self.within > 0:
            raise OptionError("within", "above 0", self.within)
        if len(self.coordinates) > 2:
            raise OptionError("near", "one or two fields", self.near)

    @property
    def coordinates(self) -> list[str]:
        """The fields of --near."""
        return listed(self.near)


_JOINING = "--against goes with --on KEY, or with --near FIELDS --within TOLERANCE"


@group
class Against:
    """Evaluation sets."""

    against: list[str] = required(
        "evaluation set, JSONL; may be given several times", metavar="FILE"
    )
    against_text: str | None = option(
        "its field or template, if it is not that of the records", metavar="FIELD"
    )
    hits: str | None = option(
        "write a line for each record and item to FILE, with its _row and the spans",
        metavar="FILE",
    )


@group
class Looking:
    """What else is counted."""

    by: list[str] | None = option(
        "field whose values are groups; may be given several times", metavar="FIELD"
    )


@group
class Languages:
    """Languages."""

    languages: bool = option("identify the language of each text (extra lang)", False)


@group
class Judging:
    """Rules."""

    baseline: str | None = option(
        "what an earlier run saved, or a profile, as JSON", metavar="FILE"
    )
    results: list[str] | None = option(
        "lines of another sel eval; its file's name is the first part of their paths",
        metavar="FILE",
    )
    save: str | None = option(
        "write all numbers to FILE, for the next run's --baseline", metavar="FILE"
    )
    format: str = option(
        "text, json, junit, github, markdown, with commas; NAME=FILE to a file",
        "text",
        metavar="FORMATS",
    )

    def __post_init__(self) -> None:
        """Check the formats."""
        for one, equals, file in (part.partition("=") for part in self._parts):
            if one not in FORMATS or bool(equals) != bool(file):
                rule = f"of {', '.join(FORMATS)}, each alone or with =FILE"
                raise OptionError("format", rule, self.format)

    @property
    def _parts(self) -> list[str]:
        return self.format.split(",")

    @property
    def formats(self) -> list[tuple[str, str]]:
        """Each format, and the file that it goes to, if any."""
        return [(one, file) for one, _, file in (p.partition("=") for p in self._parts)]


@group
class Learning(Device):
    """Learner."""

    learner: Literal["ngram", "transformer"] = option(
        "what is trained: ngram, or transformer (extra models)", "ngram"
    )
    steps: int = option("of the transformer, each on 32 pieces of 128 bytes", 300)

    def __post_init__(self) -> None:
        """Check the number."""
        if self.steps < 1:
            raise OptionError("steps", "at least 1", self.steps)


def listed(words: str | None) -> list[str]:
    """What stands between commas."""
    return [one for one in (words or "").split(",") if one]
