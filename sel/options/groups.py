"""Groups of records, and their shares of what is kept."""

from __future__ import annotations

from difflib import get_close_matches
from math import ceil, floor
from typing import TYPE_CHECKING

from sel.errors import OptionError, UsageError
from sel.options.declare import group, option, required
from sel.options.scores import HEAVIEST
from sel.values import value

if TYPE_CHECKING:
    from collections.abc import Iterable


@group
class Quota:
    """Groups."""

    per: str | None = option(
        "field whose values are groups that share what is kept", metavar="FIELD"
    )
    shares: str = option(
        "equal, proportional, each (-k records of every group), or a=0.7,b=0.3",
        "equal",
        metavar="SHARES",
    )

    def __post_init__(self) -> None:
        """Check the shares."""
        shares = self.given.values()
        if not all(0 <= share <= HEAVIEST for share in shares):
            rule = "equal, proportional, each, or shares such as a=0.7,b=0.3"
            raise OptionError("shares", rule, self.shares)

    @property
    def rule(self) -> str:
        """Equal, proportional, each, or given."""
        return "given" if self.given else self.shares

    def check(self, groups: Iterable[str]) -> None:
        """Refuse a share for a group that there is not.

        Args:
            groups: those that there are.

        Raises:
            UsageError: a group that is named is none of them.
        """
        there = list(groups)
        for name, share in self.given.items():
            if share and there and name not in there:
                near = get_close_matches(name, there, 1)
                hint = f"Did you mean {near[0]!r}?" if near else f"Try: {there[0]!r}"
                msg = f"--shares names {name!r}, which no record has as its {self.per}"
                raise UsageError(f"{msg}. {hint}")

    @property
    def given(self) -> dict[str, float]:
        """The shares that are given, by group; negative where one cannot be."""
        shares: dict[str, float] = {}
        if self.shares in ("equal", "proportional", "each"):
            return shares
        for part in self.shares.split(","):
            name, _, share = part.rpartition("=")
            try:
                shares[name] = -1.0 if name in shares else float(share)
            except ValueError:
                shares[name] = -1.0
        return shares


@group
class Grouping:
    """Groups."""

    per: str | None = option(
        "records with the same value of FIELD stay together, such as the turns "
        "of a dialogue",
        metavar="FIELD",
    )


@group
class Classes:
    """Classes."""

    per: str = required("field that holds the class of a record", metavar="FIELD")


@group
class Ranked(Classes):
    """Classes."""

    from_: str = required(
        "classes and their ranks, as written by sel eval classes",
        metavar="FILE",
    )


@group
class Named:
    """Which records."""

    from_: str = required(
        "records to find, identified by _row, or by --on", metavar="FILE"
    )
    on: str | None = option(
        "field that identifies a record in both streams", metavar="FIELD"
    )


@group
class Spans:
    """Spans of texts."""

    clean: bool = option(
        "pass all records on, without the spans that --from has of their texts", False
    )
    spans: str = option(
        "field of --from that has the spans, a list of [start, end] in characters",
        "spans",
        metavar="FIELD",
    )


@group
class Bounds:
    """Bounds."""

    at_least: list[str] | None = option(
        "FIELD=VALUE:N records, or a fraction of -k with a decimal point, such "
        "as lang=de:0.1; * stands for every value. May be given several times",
        metavar="BOUND",
    )
    at_most: list[str] | None = option(
        "as --at-least, for the most that may be taken", metavar="BOUND"
    )

    def __post_init__(self) -> None:
        """Check them."""
        self.asked  # noqa: B018 (raises)

    @property
    def asked(self) -> list[Bounded]:
        """Each bound."""
        asked = [Bounded.read("at_least", part) for part in self.at_least or ()]
        return asked + [Bounded.read("at_most", part) for part in self.at_most or ()]


@value
class Bounded:
    """A bound as it was asked for."""

    option: str
    field: str
    value: str
    number: float
    share: bool

    @classmethod
    def read(cls, option: str, text: str) -> Bounded:
        """From FIELD=VALUE:N."""
        rest, _, number = text.rpartition(":")
        field, _, value = rest.partition("=")
        share = "." in number
        try:
            size = float(number) if share else int(number)
        except ValueError:
            size = -1
        if not field or not value or size < 0 or (share and size > 1):
            rule = "FIELD=VALUE:N, or a share from 0.0 to 1.0 as lang=de:0.1"
            raise OptionError(option, rule, text)
        return cls(option, field, value, size, share)

    @property
    def name(self) -> str:
        """As messages call it."""
        number = f"{self.number}" if self.share else f"{self.number:.0f}"
        flag = self.option.replace("_", "-")
        return f"--{flag} {self.field}={self.value}:{number}"

    def limits(self, k: int) -> tuple[int, int]:
        """The least and the most records of k."""
        exact = self.number * k if self.share else self.number
        if self.option == "at_least":
            return ceil(exact - 1e-9), k
        return 0, floor(exact + 1e-9)


@group
class Labelling:
    """Labels."""

    label: str | None = option(
        "field of --query-records to copy to the records found", metavar="FIELD"
    )
    as_: str = option(
        "name of the field it is copied to", "lookup_label", metavar="NAME"
    )


@group
class Labels:
    """Labels."""

    label: str = option(
        "field that holds the label of a record", "label", metavar="FIELD"
    )


@group
class Labelled:
    """Labelled targets."""

    target_vectors: str = required(
        "matrix of the targets (.npy), indexed by _row or position; or @FIELD",
        metavar="FILE",
    )
    target: str = required("records of the targets", metavar="FILE")
    label: str = option(
        "field of the targets that holds the label", "label", metavar="FIELD"
    )


@group
class Presets:
    """Rules of web corpora, in place of a condition."""

    preset: str | None = option(
        "rules that texts must pass: gopher-dolma, gopher-dclm, gopher-datatrove, c4, "
        "c4-dolma, c4-dclm, fineweb, refinedweb, nemo, data-juicer, or a file of rules",
        metavar="NAME|FILE",
    )
    clean: bool = option("write the text that the line rules of --preset leave", False)
    explain: str | None = option(
        "write to FILE, for each record, by which rules of --preset it goes",
        metavar="FILE",
        writes="lines",
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        if not self.preset and (self.clean or self.explain):
            msg = f"--{'clean' if self.clean else 'explain'} goes with --preset"
            raise UsageError(msg)


@group
class Percentiles(Presets):
    """Rules in place of a condition."""

    percentile: str | None = option(
        "a condition over percentiles, in place of one over values: of each field that "
        "it names, the share of the records that have a lower number, from 0 to 100",
        metavar="CONDITION",
    )
    per: str | None = option(
        "field whose values are groups; --percentile is among the records of a group",
        metavar="FIELD",
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        if self.percentile and self.preset:
            msg = "--percentile and --preset are each in place of a condition"
            raise UsageError(msg)
        if self.per and not self.percentile:
            msg = "--per goes with --percentile"
            raise UsageError(msg)
