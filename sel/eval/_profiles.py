"""Counts of records and their fields that add up over shards."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from math import inf
from typing import TYPE_CHECKING, Any, Self

from sel.eval._sketches import Distinct, Lengths, Similar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES = {str: "string", int: "number", float: "number", bool: "boolean"}
_NAMES |= {list: "array", dict: "object", type(None): "null"}


@dataclass(frozen=True)
class Field:
    """The values of one field."""

    types: Counter[str]
    numbers: int = 0
    sum: float = 0
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
        return cls(types, len(numbers), float(sum(numbers)), *ends, lengths)

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return type(self)(
            self.types + other.types,
            self.numbers + other.numbers,
            self.sum + other.sum,
            min(self.least, other.least),
            max(self.most, other.most),
            self.lengths + other.lengths,
        )


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
