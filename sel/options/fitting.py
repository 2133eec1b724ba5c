"""What a method learns from."""

from __future__ import annotations

from sel.errors import OptionError, UsageError
from sel.options.declare import group, option, required
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


@group
class Against:
    """Others."""

    against: list[str] | None = option(
        "examples to be unlike; may be given several times", metavar="FILE"
    )


@group
class Judging(State):
    """Fitting: learn from judgments or from grades, or use what was learnt before."""

    judgments: str | None = option(
        "judgments of pairs of records: a, b, votes_a and votes_b, or p, how likely it "
        "is that b is better; perhaps criterion",
        metavar="FILE",
    )
    on: str | None = option(
        "field whose values a and b are [the number of a row]", metavar="FIELD"
    )
    labels: str | None = option(
        "field that holds a grade, in some of the records, to learn from instead",
        metavar="FIELD",
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        if sum(map(bool, (self.judgments, self.labels, self.load))) != 1:
            msg = "give one of --judgments FILE, --labels FIELD and --load STATE"
            raise UsageError(msg)
        if self.on and not self.judgments:
            msg = "--on goes with --judgments"
            raise UsageError(msg)


@group
class Training(State):
    """Training: examples, or what was learnt before."""

    pos: list[str] | None = option(
        "good examples; may be given several times", metavar="FILE"
    )
    neg: list[str] | None = option(
        "other examples, such as a sample of the crawl; may be given several times",
        metavar="FILE",
    )
    train: list[str] | None = option(
        "examples with labels, instead of --pos and --neg; may be given several times",
        metavar="FILE",
    )
    labels: str | None = option(
        "field that holds the label, a number or a name: of --train [label], or else "
        "of the records themselves, of which those without one teach nothing",
        metavar="FIELD",
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        labelled = self.train or self.labels
        ways = [bool(self.pos and self.neg), bool(labelled), bool(self.load)]
        if sum(ways) != 1 or bool(self.pos) != bool(self.neg):
            msg = (
                "say what to learn from: --pos FILE and --neg FILE, --train FILE,"
                " --labels FIELD, or --load FILE"
            )
            raise UsageError(msg)
        if self.save and self.load:
            msg = "--save goes with --pos and --neg, or with --train or --labels"
            raise UsageError(msg)


@group
class Drifting(State):
    """State."""

    save: str | None = option(
        "keep what these records are like in FILE", metavar="FILE", writes="state"
    )
    load: str | None = option(
        "compare the records with what --save kept in FILE", metavar="FILE"
    )
    by: str | None = option(
        "field that holds a score, such as dsir, to compare as well", metavar="FIELD"
    )
    max_drift: float | None = option(
        "exit with status 1 if the records have drifted by more"
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        if bool(self.save) == bool(self.load):
            msg = "give --save FILE to begin with, then --load FILE to compare"
            raise UsageError(msg)
        if self.max_drift is not None and (self.max_drift < 0 or not self.load):
            rule = "at least 0, with --load"
            raise OptionError("max_drift", rule, self.max_drift)


@group
class Logged:
    """Log of a training."""

    training_log: str = required(
        "records of the epochs of a training, in the order of the epochs: epoch, and "
        "logits with label, or probability, or loss; perhaps correct",
        metavar="FILE",
    )
    on: str | None = option(
        "field that identifies a record in both [_row, or the place in the epoch]",
        metavar="FIELD",
    )
    epoch: str = option("field with the number of the epoch", "epoch", metavar="FIELD")
    logits: str = option("field with a list of logits", "logits", metavar="FIELD")
    label: str = option(
        "field with the place of the gold label in that list, from 0",
        "label",
        metavar="FIELD",
    )
    probability: str = option(
        "field with the probability of the gold label", "probability", metavar="FIELD"
    )
    loss: str = option("field with the loss, in nats", "loss", metavar="FIELD")
    correct: str = option(
        "field with true or false, whether the gold label was the most likely one",
        "correct",
        metavar="FIELD",
    )
    el2n_epoch: int | None = option("epoch of which el2n is taken [the last]")
