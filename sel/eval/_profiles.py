"""Counts of records and their fields that add up over shards."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from math import inf
from typing import TYPE_CHECKING, Any, Self

from sel.eval._sketches import Distinct, Lengths, Similar
from sel.maths.expression.values import Null
from sel.maths.statistics import exact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sel.maths.expression import Judged
    from sel.types import Verdicts

_NAMES = {str: "string", int: "number", float: "number", bool: "boolean"}
_NAMES |= {list: "array", dict: "object", type(None): "null"}


@dataclass(frozen=True)
class Field:
    """The values of one field."""

    types: Counter[str]
    numbers: int = 0
    sum: list[float] = field(default_factory=list)
    """See sel.maths.statistics.exact."""
    least: float = inf
    most: float = -inf
    lengths: Lengths = field(default_factory=lambda: Lengths.of([]))
    """Of strings, in characters."""

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """Count the values of some records."""
        kinds = Counter(map(type, values))
        types: Counter[str] = Counter()
        for kind, times in kinds.items():
            types[_NAMES[kind]] += times
        lengths = Lengths.of([len(v) for v in values if type(v) is str])
        numbers = [v for v in values if type(v) is int or type(v) is float]
        if not numbers:
            return cls(types, lengths=lengths)
        ends = float(min(numbers)), float(max(numbers))
        return cls(types, len(numbers), [float(sum(numbers))], *ends, lengths)

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return type(self)(
            self.types + other.types,
            self.numbers + other.numbers,
            exact.added(self.sum, other.sum),
            min(self.least, other.least),
            max(self.most, other.most),
            self.lengths + other.lengths,
        )


@dataclass(frozen=True)
class Drops:
    """What a preset drops."""

    words: str
    rules: list[str]
    kept: int
    first: Counter[str]
    """By rule, the records of which it is the first that drops them."""
    every: Counter[str]
    """Those that it drops."""
    alone: Counter[str]
    """Those that no other rule drops."""

    @classmethod
    def of(cls, found: Verdicts) -> Self:
        """Count what is said of some records."""
        some = [reasons for reasons in found.reasons if reasons]
        return cls(
            found.words,
            list(found.rules),
            len(found.reasons) - len(some),
            Counter(reasons[0] for reasons in some),
            Counter(reason for reasons in some for reason in reasons),
            Counter(reasons[0] for reasons in some if len(reasons) == 1),
        )

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return type(self)(
            self.words,
            self.rules,
            self.kept + other.kept,
            self.first + other.first,
            self.every + other.every,
            self.alone + other.alone,
        )

    def shown(self, n: int) -> dict[str, Any]:
        """As numbers by name, of n records."""
        dropped = {
            rule: {
                "first": self.first[rule],
                "any": self.every[rule],
                "alone": self.alone[rule],
            }
            for rule in self.rules
        }
        kept = {"kept": self.kept, "kept_share": self.kept / n}
        return {"words": self.words, **kept, "dropped": dropped}


@dataclass(frozen=True)
class Held:
    """For how many records a condition holds."""

    holds: int
    unknown: int
    """Those of which that cannot be said; a null holds for nothing."""
    why: str
    """What is wrong with the first of them."""

    @classmethod
    def of(cls, judged: Judged) -> Self:
        """Count what is said of some records."""
        bad = [str(why) for why in judged.why.values() if not isinstance(why, Null)]
        return cls(sum(judged.holds), len(bad), bad[0] if bad else "")

    def __add__(self, other: Self) -> Self:
        """Both together."""
        holds, unknown = self.holds + other.holds, self.unknown + other.unknown
        return type(self)(holds, unknown, self.why or other.why)

    def shown(self, n: int) -> dict[str, Any]:
        """As numbers by name, of n records."""
        share = None if self.unknown else self.holds / n
        found = {"records": self.holds, "share": share, "unknown": self.unknown}
        return found | ({"why": self.why} if self.unknown else {})


@dataclass(frozen=True)
class Profile:
    """All that is counted of some records; the counts of shards add up."""

    records: int
    fields: dict[str, Field]
    lengths: dict[str, Lengths]
    exact: Distinct
    similar: Similar
    groups: dict[str, Counter[str]]
    languages: Counter[str]
    personal: tuple[Counter[str], Counter[str]]
    odd: tuple[Counter[str], Counter[str]]
    drops: dict[str, Drops] = field(default_factory=dict)
    """By preset."""
    held: dict[str, Held] = field(default_factory=dict)
    """By condition."""

    def __add__(self, other: Self) -> Self:
        """Both together."""
        pairs = [(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)]
        return type(self)(*(_sum(a, b) for a, b in pairs))


def _sum(a: Any, b: Any) -> Any:
    if isinstance(a, tuple):
        return tuple(_sum(x, y) for x, y in zip(a, b, strict=True))
    if type(a) is dict:
        return {
            k: a[k] + b[k] if k in a and k in b else a.get(k, b.get(k))
            for k in {**a, **b}
        }
    return a + b


def columns(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The values of each field, and of the fields of objects, by name."""
    columns: defaultdict[str, list[Any]] = defaultdict(list)
    for record in records:
        for name, value in record.items():
            columns[name].append(value)
            if type(value) is dict:
                for inner, deep in value.items():
                    columns[f"{name}.{inner}"].append(deep)
    return dict(columns)
