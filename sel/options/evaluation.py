"""What selections are compared with, and how measures look at records."""

from __future__ import annotations

from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.declare import group, option, required
from sel.options.models import Device
from sel.options.scores import apart
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
        "records that the selections were chosen from, to draw the random ones",
        metavar="FILE",
    )


@group
class BesidePool(Pool):
    """Pool."""

    pool: str | None = option(  # type: ignore[assignment]
        "the records that selections are from [--vectors, ending in .jsonl]",
        metavar="FILE",
    )


@group
class Targets:
    """Targets."""

    target: list[str] = required(
        "examples of the target; may be given several times", metavar="FILE"
    )


@group
class AnyTargets(Targets):
    """Targets."""

    target: list[str] | None = option(  # type: ignore[assignment]
        "examples of the target; may be given several times", metavar="FILE"
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
        "field whose distribution is compared with that of the targets", metavar="FIELD"
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
        "numeric fields of the pool, such as dsir,quality; each makes a selection",
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
        "numeric fields, such as dsir,quality; the examples are sorted by the first",
        metavar="FIELDS",
    )
    report: str | None = option(
        "write a self-contained HTML page to FILE.html",
        metavar="FILE",
        writes="page",
    )

    def __post_init__(self) -> None:
        """Check the name of the page."""
        if self.report is not None and not self.report.endswith((".html", ".htm")):
            raise OptionError("report", "a name that ends in .html", self.report)


@group
class Testing:
    """Labels."""

    labels: str = required("field that holds the class of a record", metavar="FIELD")
    test: str = required("matrix of the test records (.npy)", metavar="FILE")
    test_records: str | None = option(
        "the test records [--test, ending in .jsonl]", metavar="FILE"
    )


@group
class AnyTesting(Testing):
    """Labels."""

    labels: str | None = option(
        "field that holds the class of a record", metavar="FIELD"
    )  # type: ignore[assignment]
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
        "numeric fields to add up beside the accuracy, such as tokens,seconds",
        metavar="FIELDS",
    )

    @property
    def fields(self) -> list[str]:
        """The fields."""
        return listed(self.cost)


@group
class Mapped(TargetVectors, Sources):
    """Classes and target."""

    per: str = required("field that holds the class of a record", metavar="FIELD")
    logits: str | None = option(
        "instead of vectors: the outputs of your classifier for each target "
        "record (.npy), one column a class, numbers in order first, then names",
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
        "matrix of the same records to measure it by", metavar="FILE"
    )


@group
class Rule:
    """What selects, and bins."""

    where: str | None = option(
        "condition over fields, as for sel pick where", metavar="CONDITION"
    )
    by: str | None = option(
        "numeric field, to find the threshold that reaches --efficiency",
        metavar="FIELD",
    )
    bin_: str | None = option("field whose values are the bins", metavar="FIELD")
    edges: str | None = option(
        "numbers that divide the values of a field into bins, such as 0,0.5,1",
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
        "condition that its members meet; with --against, on the records of that file",
        metavar="CONDITION",
    )
    against: str | None = option(
        "records of the reference, if they have a file of their own", metavar="FILE"
    )
    on: str | None = option("field that identifies a record in both", metavar="FIELD")
    near: str | None = option(
        "one or two coordinates, fields of both, such as ra,dec", metavar="FIELDS"
    )
    within: float | None = option(
        "largest distance of a match, in the units of the coordinates"
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
        "field or template of its texts, if other than that of the records",
        metavar="FIELD",
    )
    hits: str | None = option(
        "write each pair of record and item to FILE, with its _row and the spans",
        metavar="FILE",
        writes="lines",
    )


@group
class Looking:
    """What else is counted."""

    by: list[str] | None = option(
        "field to group records by; may be given several times", metavar="FIELD"
    )


@group
class Filters:
    """Rules and conditions."""

    where: list[str] | None = option(
        "measure the share of records for which a condition of sel pick where holds; "
        "may be given several times",
        metavar="CONDITION",
    )

    rules: list[str] | None = option(
        "count what each rule of a preset of sel pick where drops, such as fineweb, or "
        "of a file; may be given several times",
        metavar="NAME|FILE",
    )


@group
class Languages:
    """Languages."""

    languages: bool = option("identify the language of each text (extra lang)", False)


@group
class Judging:
    """Rules."""

    baseline: str | None = option(
        "file written by --save, or a profile as JSON, to compare with", metavar="FILE"
    )
    results: list[str] | None = option(
        "output of another sel eval; its file name begins their paths",
        metavar="FILE",
    )
    save: str | None = option(
        "write all figures to FILE, as the --baseline of a later run",
        metavar="FILE",
        writes="object",
    )
    format: str = option(
        "text, json, junit, github or markdown; several with commas; NAME=FILE "
        "writes to a file",
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
        "model to train: ngram, or transformer (extra models)", "ngram"
    )
    steps: int = option(
        "training steps of the transformer, each on 32 pieces of 128 bytes", 300
    )

    def __post_init__(self) -> None:
        """Check the number."""
        if self.steps < 1:
            raise OptionError("steps", "at least 1", self.steps)


def listed(words: str | None) -> list[str]:
    """What stands between commas."""
    return [one for one in apart(words or "") if one]
