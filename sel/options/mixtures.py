"""Mixtures of domains and of attributes, and what they are made from."""

from __future__ import annotations

from sel.errors import OptionError, UsageError
from sel.options.declare import group, option, required
from sel.options.evaluation import listed
from sel.options.scores import HEAVIEST


@group
class Mixed:
    """Mixture."""

    per: str = required("field that holds the domain of a record", metavar="FIELD")
    partial: bool = option(
        "leave out domains that only the mixture, or only the records, have", False
    )
    counted: bool = option(
        "write each record once, with how often it is to come in _repeats", False
    )


@group
class Prior:
    """Prior."""

    prior: str | None = option(
        "tokens of each domain or their weights, as JSON or a table with domain,tokens",
        metavar="FILE",
    )


@group
class Losses:
    """Losses."""

    excess: str = option(
        "field with how far the loss is above that of the reference model",
        "excess",
        metavar="FIELD",
    )
    loss: str | None = option(
        "in place of --excess: field with the loss; needs --reference", metavar="FIELD"
    )
    reference: str | None = option(
        "field with the loss of the reference model", metavar="FIELD"
    )
    per: str = option("field that holds the domain", "domain", metavar="FIELD")
    step: str = option("field with the number of the step", "step", metavar="FIELD")
    tokens: str | None = option(
        "field with the tokens of a row, to average rows of one step and domain by",
        metavar="FIELD",
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        if bool(self.loss) != bool(self.reference):
            msg = "--loss and --reference go together"
            raise UsageError(msg)


@group
class Profiles:
    """Attributes and outcome."""

    attributes: str = required(
        "fields whose values are chosen, such as source,length,language",
        metavar="FIELDS",
    )
    outcome: str = required(
        "field with what came of it: a number, or true or false", metavar="FIELD"
    )
    lowest: bool = option("the lowest outcome is the best, as of a loss", False)
    against: str | None = option(
        "attributes of another player in the same records, who wants the opposite",
        metavar="FIELDS",
    )
    per: str | None = option(
        "records with the same value of FIELD, such as those of a person, are left out "
        "together",
        metavar="FIELD",
    )

    def __post_init__(self) -> None:
        """Check the names."""
        names = [*self.ours, *self.theirs]
        if not self.ours or len(set(names)) < len(names):
            rule = "names of fields, each once, and not those of --against"
            raise OptionError("attributes", rule, self.attributes)

    @property
    def ours(self) -> list[str]:
        """The attributes."""
        return listed(self.attributes)

    @property
    def theirs(self) -> list[str]:
        """Those of the other player."""
        return listed(self.against)


@group
class Trial:
    """Treatment and outcome."""

    treatment: str = required(
        "condition that holds of records that were treated, such as chosen == 1",
        metavar="CONDITION",
    )
    outcome: str = required(
        "field with what came of it: a number, or true or false", metavar="FIELD"
    )
    covariates: str | None = option(
        "what treatment and outcome may both depend on: fields, or expressions over "
        "fields, such as length,score",
        metavar="FIELDS",
    )


@group
class Runs:
    """Runs."""

    target: str | None = option(
        "fields with what came of a run, such as loss_code,loss_web:2; a number after "
        "a colon says how much it counts",
        metavar="FIELDS",
    )
    highest: bool = option("targets are scores: the highest is the best", False)
    weights: str = option(
        "field with the weights of a run by domain; or several fields, a,b,c or "
        "'train_*', with a weight each",
        "weights",
        metavar="FIELDS",
    )

    def __post_init__(self) -> None:
        """Check the targets."""
        weights = list(self.targets.values())
        if not all(0 < weight <= HEAVIEST for weight in weights):
            rule = "fields, with how much each counts as in a:0.25,b:0.75"
            raise OptionError("target", rule, self.target)

    @property
    def targets(self) -> dict[str, float]:
        """How much each target counts; 0 where that cannot be read."""
        counts: dict[str, float] = {}
        for part in listed(self.target):
            name, colon, number = part.rpartition(":")
            try:
                weight = float(number) if colon else 1.0
            except ValueError:
                name, weight = part, 1.0
            name = name or part
            counts[name] = 0.0 if name in counts else weight
        return counts
