"""Which records a rule selects."""

from __future__ import annotations

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

    def _judge(self) -> Any:
        """What gives the number of a record, or raises that it cannot."""
        from sel.maths.expression import compiled

        return compiled(self.request[Rule].where or "")

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.maths.expression import Unjudged
        from sel.records.faults import BadRecord
        from sel.records.fields import Wanted

        judge = self._judge()

        def number(record: Any) -> float:
            try:
                found = judge(record)
            except (Unjudged, BadRecord) as why:
                self._why = self._why or str(why)
                found = None
            return float("nan") if found is None else float(found)

        return {"selected": Wanted(number)}

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
