"""The number of each record that a threshold is looked for in."""

from __future__ import annotations

from typing import Any

from sel.errors import UsageError
from sel.inputs import selected
from sel.options.evaluation import Bins, Rule


class Kind(selected.Kind):
    """The field of --by, turned so that high numbers are good; NaN for none."""

    @property
    def there(self) -> bool:
        """See Input."""
        return self.request[Rule].by is not None

    def _judge(self) -> Any:
        from sel.records import fields

        if self.request[Bins].bin_:
            msg = (
                "--bin goes with --where. Try: the threshold that was found,"
                " as a condition"
            )
            raise UsageError(msg)
        return fields.number(self.request[Rule].by or "").find

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
