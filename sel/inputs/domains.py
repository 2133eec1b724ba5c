"""The group of each record, whose mixture is compared."""

from __future__ import annotations

from typing import Any

from sel.inputs import Input, Wants
from sel.options.evaluation import Mixture


class Kind(Input):
    """The values of --per, as names."""

    options = (Mixture,)

    @property
    def there(self) -> bool:
        """See Input."""
        return self.request[Mixture].per is not None

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records import fields

        return {"domains": fields.name(self.request[Mixture].per or "")}

    def give(self, part: Any) -> Any:
        """Shape (n,)."""
        return part["domains"]
