"""Which records a rule selects."""

from __future__ import annotations

from typing import Any

from sel.errors import DataError
from sel.inputs import Input, Wants
from sel.options.evaluation import Rule


class Kind(Input):
    """1 or 0 by the condition of --where; NaN where it cannot be judged."""

    options = (Rule,)
    option = "where"
    _why = ""

    @property
    def there(self) -> bool:
        """See Input."""
        return getattr(self.request[Rule], self.option) is not None

    def _judge(self) -> Any:
        """What gives the number of a record, or raises that it cannot."""
        from sel.maths.expression import compiled

        return compiled(self.request[Rule].where or "")

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.maths.expression import Unjudged
        from sel.records.faults import BadRecord
        from sel.records.fields import Wanted

        judge = self._judge()

        def number(record: Any) -> float | None:
            try:
                return judge(record)  # type: ignore[no-any-return]
            except (Unjudged, BadRecord) as why:
                self._why = self._why or str(why)
                return None

        return {"selected": Wanted(number)}

    def give(self, part: Any) -> Any:
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
