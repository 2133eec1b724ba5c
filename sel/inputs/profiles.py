"""Attributes of records and what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import Input, Wants
from sel.options.mixtures import Profiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.eval._attributes import Profiles as Rows


class Kind(Input):
    """The values of --attributes and --against, and the number of --outcome."""

    options = (Profiles,)

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records import fields

        asked = self.request[Profiles]
        names = [*asked.ours, *asked.theirs]
        values = {f"attribute {name}": fields.name(name) for name in names}
        known = {**values, "outcome": fields.outcome(asked.outcome)}
        return known | ({"group": fields.name(asked.per)} if asked.per else {})

    def usable(self, part: Any) -> Any:
        """Shape (n,); those with an outcome."""
        import numpy as np

        return np.array([value is not None for value in part["outcome"]], bool)

    def give(self, part: Any) -> Rows:
        """Those of n records.

        Raises:
            DataError: there is none.
        """
        import numpy as np

        from sel.eval._attributes import Profiles as Rows

        asked = self.request[Profiles]
        names = [*asked.ours, *asked.theirs]
        levels, codes = {}, np.empty((len(part), len(names)), np.int64)
        for column, name in zip(codes.T, names, strict=True):
            levels[name], column[:] = _numbered(part[f"attribute {name}"])
        if not len(codes):
            msg = f"no record has a number as its {asked.outcome}"
            raise DataError(msg)
        sign = -1.0 if asked.lowest else 1.0
        outcomes = sign * np.array(part["outcome"], np.float64)
        groups = np.arange(len(codes))
        if asked.per:
            groups[:] = _numbered(part["group"])[1]
        return Rows(codes, levels, outcomes, len(asked.ours), sign, groups)


def _numbered(values: Sequence[str]) -> tuple[list[str], list[int]]:
    """The different values, as they appear, and the number of each."""
    known = {value: i for i, value in enumerate(dict.fromkeys(values))}
    return list(known), [known[value] for value in values]
