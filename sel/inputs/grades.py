"""The number of each record that a threshold is looked for in."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.inputs import selected
from sel.options.evaluation import Bins, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.shapes import Usual


class Kind(selected.Kind):
    """The field of --by, turned so that high numbers are good; NaN for none."""

    @property
    def there(self) -> bool:
        """See Input."""
        return self.request[Rule].by is not None

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import fields
        from sel.records.faults import BadRecord

        if self.request[Bins].bin_:
            msg = (
                "--bin goes with --where. Try: the threshold that was found,"
                " as a condition"
            )
            raise UsageError(msg)
        find = fields.number(self.request[Rule].by or "").find

        def number(record: Any) -> float:
            try:
                found = find(record)
            except BadRecord as why:
                self._why = self._why or str(why)
                found = None
            return nan if found is None else float(found)

        return {"selected": fields.Wanted(number)}

    def give(self, part: Any) -> Any:
        """See selected."""
        return self.request[Rule].sign * super().give(part)

    def shown(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """See Input; thresholds are those of the field."""
        sign = self.request[Rule].sign
        return [
            {
                name: sign * value
                if name == "threshold" and value is not None
                else value
                for name, value in row.items()
            }
            for row in rows
        ]
