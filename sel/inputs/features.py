"""Numbers of each record: fields, or sums and the like of fields."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.errors import OptionError
from sel.inputs import Input
from sel.options.scores import Features, apart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """The numbers of --features."""

    options = (Features,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        return {f"feature {i}": one for i, one in enumerate(self._found)}

    @cached_property
    def _found(self) -> list[Wanted]:
        return expressions("features", self.request[Features].features)

    @property
    def count(self) -> int:
        """How many numbers each record has."""
        return len(self._found)

    def give(self, part: Part) -> Any:
        """Shape (n, features), float64."""
        return table(part, list(self.wanted))


def table(part: Part, names: list[str]) -> Any:
    """Columns of a block side by side, shape (n, columns)."""
    import numpy as np

    columns = [part[name] for name in names]
    return np.array(columns, np.float64).reshape(len(columns), -1).T


def expressions(option: str, words: str) -> list[Wanted]:
    """The expressions between commas that stand outside of brackets."""
    from sel.records import conditions

    parts = apart(words)
    if not all(part.strip() for part in parts):
        raise OptionError(option, "expressions with a comma between them", words)
    return [conditions.numeric(part) for part in parts]


def judged(find: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same; what cannot be judged makes its record a bad one."""
    from sel.maths.expression import Unjudged
    from sel.records.faults import BadRecord

    def judged(record: Any) -> Any:
        try:
            return find(record)
        except Unjudged as why:
            raise BadRecord(why.reason, str(why)) from None

    return judged
