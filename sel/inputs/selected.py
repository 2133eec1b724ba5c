"""Which records a rule selects."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import Input
from sel.options.evaluation import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """1 or 0 by the condition of --where; NaN where it cannot be judged."""

    options = (Rule,)
    _why = ""

    @property
    def there(self) -> bool:
        """See Input."""
        return self.request[Rule].where is not None

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.maths import expression
        from sel.records import conditions

        parsed = expression.parsed(self.request[Rule].where or "")

        def numbers(columns: Any, n: int) -> Any:
            judged = parsed.judge(columns, n)
            for why in judged.why.values():
                self._why = self._why or str(why)
            holds = enumerate(judged.holds)
            return [nan if i in judged.why else float(yes) for i, yes in holds], {}

        return {"selected": conditions.over(parsed.paths, numbers)}

    def give(self, part: Part) -> Any:
        """Shape (n,), float64; DataError if no record can be judged."""
        import numpy as np

        found = np.array(part["selected"], np.float64)
        if len(found) and np.isnan(found).all():
            msg = f"no record can be judged: {self._why}"
            raise DataError(msg)
        return found

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """See Input."""
        return {"censored": rows[0]["censored"]}
