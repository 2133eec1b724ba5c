"""The standard error of each number of a record."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.errors import OptionError
from sel.inputs import Input
from sel.inputs import features as numbers
from sel.options.scores import Features

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """The numbers of --errors, or None; one for all features, or one for each."""

    options = (Features,)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        return {f"error {i}": one for i, one in enumerate(self._found)}

    @cached_property
    def _found(self) -> list[Wanted]:
        words = self.request[Features].errors
        found = numbers.expressions("errors", words) if words else []
        if len(found) not in (0, 1, self._width):
            rule = f"1, or {self._width} as there are features"
            raise OptionError("errors", rule, words)
        return found

    @cached_property
    def _width(self) -> int:
        return numbers.Kind(self.request).count

    def give(self, part: Part) -> Any:
        """Shape (n, features), or None."""
        import numpy as np

        if not self._found:
            return None
        errors = numbers.table(part, list(self.wanted))
        return np.broadcast_to(errors, (len(errors), self._width))
