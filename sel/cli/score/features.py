"""Numbers of records: fields, or sums and the like of fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import OptionError
from sel.maths.expression import Unjudged, numeric
from sel.streams.records import BadRecord, Finder

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.streams.records import Parsed


def numbers(*, features: str, errors: str | None = None) -> Numbers:
    """Numbers.

    Args:
        features: fields, or expressions of fields, as u-g,g-r.
        errors: standard error of each feature, or one for all; as features.
    """
    columns = _split("--features", features)
    blur = _split("--errors", errors) if errors else []
    if len(blur) not in (0, 1, len(columns)):
        rule = f"1, or {len(columns)} as there are features"
        raise OptionError("--errors", rule, errors)
    return Numbers(columns, blur, features)


@dataclass(frozen=True)
class Numbers:
    """What finds the numbers of a record."""

    features: list[Finder]
    errors: list[Finder]
    words: str
    """The features, as they were asked for."""

    def rows(self, parsed: Parsed) -> tuple[Any, Any]:
        """Features and errors of a block, shape (n, d); None for no errors.

        Records that lack a field, or have no number there, are set aside.
        """
        while True:
            before = len(parsed.records)
            columns = [parsed.column(find) for find in (*self.features, *self.errors)]
            if len(parsed.records) == before:
                break
        table = np.array(columns, np.float64).reshape(len(columns), -1).T
        d = len(self.features)
        if not self.errors:
            return table, None
        return table[:, :d], np.broadcast_to(table[:, d:], (len(table), d))


def _split(option: str, words: str) -> list[Finder]:
    """The expressions between commas that stand outside of brackets."""
    parts, depth = [""], 0
    for c in words:
        depth += (c in "([") - (c in ")]")
        if c == "," and not depth:
            parts.append("")
        else:
            parts[-1] += c
    if not all(part.strip() for part in parts):
        raise OptionError(option, "expressions with a comma between them", words)
    return [Finder(_judged(numeric(part))) for part in parts]


def _judged(find: Callable[[Any], float]) -> Callable[[Any], float]:
    def found(record: Any) -> float:
        try:
            return find(record)
        except Unjudged as why:
            raise BadRecord(why.reason, str(why)) from None

    return found
