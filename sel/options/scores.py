"""Fields that hold scores, and how many records they keep."""

from __future__ import annotations

from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.declare import Count, Share, group, option, required

SCORE = "field that holds the score, or an expression such as value/cost"

HEAVIEST = 1e9
"""A weight: what is weighted still has digits enough to be ranked."""


def apart(words: str) -> list[str]:
    """What stands between the commas that are outside of brackets."""
    parts, depth = [""], 0
    for c in words:
        depth += (c in "([") - (c in ")]")
        if c == "," and not depth:
            parts.append("")
        else:
            parts[-1] += c
    return parts


@group
class Lowest:
    """Scores."""

    lowest: bool = option("take the lowest instead of the highest", False)

    @property
    def sign(self) -> float:
        """What scores are multiplied with, so that the highest is the best."""
        return -1.0 if self.lowest else 1.0


@group
class By(Lowest):
    """Scores."""

    by: str = required(
        f"{SCORE}; with a,b the fields take turns; with a:desc,b:asc the later decide "
        "where the earlier are equal",
        metavar="FIELD",
    )

    def __post_init__(self) -> None:
        """Check that all fields have a direction, or none."""
        ends = {name.endswith((":asc", ":desc")) for name in self.names}
        if len(ends) > 1:
            raise OptionError("by", "fields that all have :asc or :desc", self.by)
        if ends == {True} and self.lowest:
            msg = "--lowest and :asc say the same. Try: one of them"
            raise UsageError(msg)

    @property
    def names(self) -> list[str]:
        """The fields, or expressions."""
        return [name for name in apart(self.by) if name] or [self.by]

    @property
    def directed(self) -> list[tuple[str, float]]:
        """Fields and signs, where each decides if those before it are equal."""
        parts = [name.rpartition(":") for name in self.names]
        return [
            (name, 1.0 if way == "desc" else -1.0)
            for name, _, way in parts
            if way in ("asc", "desc") and name
        ]


@group
class Preference(Lowest):
    """Scores."""

    by: str = required(
        "field that holds how good an answer is, or an expression", metavar="FIELD"
    )
    agree: str | None = option(
        "field with another score that must put both answers in the same order, the "
        "higher first",
        metavar="FIELD",
    )
    per: str | None = option(
        "field whose values are groups of answers to one prompt [the prompt]",
        metavar="FIELD",
    )
    turns: bool = option(
        "write prompt, chosen and rejected as lists of turns, not as strings", False
    )


@group
class Quality(Lowest):
    """Scores."""

    by: str | None = option(
        f"{SCORE}; records without one are not chosen", metavar="FIELD"
    )


@group
class Confidence(Lowest):
    """Second stage."""

    confidence: str | None = option(
        "field with the confidence of a model trained on --already",
        metavar="FIELD",
    )


@group
class Keeping:
    """What stays of a cluster."""

    keep: Literal["first", "best", "longest"] = option(
        "keep the first, the best by --by, or the longest; the first of equals", "first"
    )
    by: str | None = option(
        "numeric field for --keep best; the highest is best",
        metavar="FIELD",
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        if (self.keep == "best") != bool(self.by):
            msg = "--keep best and --by FIELD go together"
            raise UsageError(msg)


@group
class Features:
    """Numbers."""

    features: str = required(
        "fields, or expressions over fields, such as u-g,g-r", metavar="FIELDS"
    )
    errors: str | None = option(
        "standard errors of the features, or one for all; fields or expressions",
        metavar="FIELDS",
    )


@group
class Voters:
    """Scores."""

    rank: str = required(
        "fields to rank the records by, such as a,b:2,-c; a number after a "
        "colon is a weight, a minus prefers the lowest",
        metavar="FIELDS",
    )

    def __post_init__(self) -> None:
        """Check the fields and their weights."""
        names = self.names
        weights = [weight for _, weight, _ in self.parts]
        good = all(0 <= weight <= HEAVIEST for weight in weights) and any(weights)
        if not good or "" in names or len(set(names)) < len(names):
            rule = "fields with weights from 0 to 1e9, such as a:0.25,b:0.75"
            raise OptionError("rank", rule, self.rank)

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """Each field, how much it counts, and its sign."""
        parts = []
        for part in filter(None, apart(self.rank)):
            name, colon, number = part.rpartition(":")
            try:
                weight = float(number) if colon else 1.0
            except ValueError:
                colon, weight = "", 1.0
            name = name if colon else part
            sign = -1.0 if name.startswith("-") else 1.0
            parts.append((name.removeprefix("-"), weight, sign))
        return parts

    @property
    def names(self) -> list[str]:
        """The fields."""
        return [name for name, _, _ in self.parts]


@group
class Size:
    """How many."""

    k: Count = required("records to keep: 1500, 10k, 1e6, or 5% of them")

    def __post_init__(self) -> None:
        """Check the number."""
        if self.k < 0:
            raise OptionError("k", "at least 0", self.k)


@group
class Portion:
    """How many."""

    k: Count | None = option("records to keep: 1500, 10k, 1e6, or 5% of them")
    fraction: float | None = option(
        "fraction of the records to keep, above 0 and up to 1"
    )
    budget: Count | None = option(
        "keep records while the sum of --cost is within this: 10M"
    )
    cost: str | None = option(
        "field that holds the cost of a record, such as tokens", metavar="FIELD"
    )

    def __post_init__(self) -> None:
        """Check the numbers, and what goes together."""
        if isinstance(self.k, Share) and self.fraction is None:
            object.__setattr__(self, "fraction", float(self.k))
            object.__setattr__(self, "k", None)
        k, fraction, budget = self.k, self.fraction, self.budget
        if k is not None and fraction is not None:
            msg = "-k and --fraction cannot both say how many"
            raise UsageError(msg)
        if (budget is None) != (self.cost is None):
            msg = "--budget and --cost go together"
            raise UsageError(msg)
        if k is not None and k < 0:
            raise OptionError("k", "at least 0", k)
        if budget is not None and budget < 0:
            raise OptionError("budget", "at least 0", budget)
        if fraction is not None and not 0 < fraction <= 1:
            raise OptionError("fraction", "above 0 and at most 1", fraction)


@group
class Whole(Portion):
    """How many."""

    k: Count | None = option("records to write: 1500, 10k, 1e6, or 5% of all")
    fraction: float | None = option(
        "fraction of the records to write, above 0 and up to 1"
    )
    budget: Count | None = option("write records with so much of --cost in all: 10M")

    def __post_init__(self) -> None:
        """Check that it is said how many, in one way."""
        super().__post_init__()
        if [self.k, self.fraction, self.budget].count(None) != 2:
            msg = "say how many: -k N, --fraction X, or --budget N --cost FIELD"
            raise UsageError(msg)


@group
class Amount(Portion):
    """How many."""

    over: Literal["under", "over", "nearest"] = option(
        "what to do at the record that crosses the budget", "under"
    )
    threshold: float | None = option(
        "keep only records with at least this score, or at most with --lowest"
    )

    def __post_init__(self) -> None:
        """Check that it is said how many."""
        if {self.k, self.fraction, self.threshold, self.budget} == {None}:
            msg = (
                "say how many: -k N, --fraction X, --threshold X, or --budget N"
                " --cost F"
            )
            raise UsageError(msg)
        super().__post_init__()


@group
class Tossing(Amount):
    """How many."""

    pareto: float | None = option(
        "keep each record by a toss, with the chance (2 - score)^-X, as GPT-3 did with "
        "9; nothing else need say how many"
    )
    cut: float | None = option(
        "keep records whose score and noise together reach this, such as the cut that "
        "the closing line of an earlier run tells; nothing else need say how many"
    )

    def __post_init__(self) -> None:
        """Check that it is said how many, or that each record has its own chance."""
        if self.pareto is None and self.cut is None:
            super().__post_init__()
        else:
            Portion.__post_init__(self)
        if self.pareto is not None and self.cut is not None:
            msg = "--pareto and --cut cannot both say how many"
            raise UsageError(msg)


@group
class Spending:
    """Fields."""

    cost: str | None = option(
        "field that holds the cost of a record, such as tokens", metavar="FIELD"
    )
    per: str | None = option(
        "field whose values take turns in each prompt", metavar="FIELD"
    )
