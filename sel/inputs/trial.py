"""Who was treated, what came of it, and what both may depend on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import Input, Wants
from sel.inputs.features import expressions, table
from sel.options.mixtures import Trial

if TYPE_CHECKING:
    from sel.types import Trial as Rows


class Kind(Input):
    """What --treatment, --outcome and --covariates say of each record."""

    options = (Trial,)

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records import conditions, fields

        asked = self.request[Trial]
        return {
            "treatment": conditions.condition(asked.treatment),
            "outcome": fields.outcome(asked.outcome),
            **{f"covariate {i}": one for i, one in enumerate(self._covariates)},
        }

    @cached_property
    def _covariates(self) -> Any:
        words = self.request[Trial].covariates
        return expressions("covariates", words) if words else []

    def usable(self, part: Any) -> Any:
        """Shape (n,); those with an outcome and all covariates."""
        import numpy as np

        known = np.array([value is not None for value in part["outcome"]], bool)
        return known & np.isfinite(self._table(part)).all(axis=1)

    def _table(self, part: Any) -> Any:
        import numpy as np

        names = [name for name in self.wanted if name.startswith("covariate ")]
        return table(part, names) if names else np.empty((len(part), 0))

    def give(self, part: Any) -> Rows:
        """Those of n records.

        Raises:
            DataError: all were treated, or none.
        """
        import numpy as np

        from sel.types import Trial as Rows

        treated = np.array(part["treatment"], bool)
        if treated.all() or not treated.any():
            how = "all" if len(treated) and treated.all() else "none"
            msg = f"{how} of the {len(treated):,} records that can be used were treated"
            raise DataError(f"{msg}. Try: another --treatment")
        return Rows(treated, np.array(part["outcome"], np.float64), self._table(part))
