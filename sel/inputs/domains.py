"""The group of each record, whose mixture is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.evaluation import Mixture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """The values of --per, as names."""

    options = (Mixture,)

    @property
    def there(self) -> bool:
        """See Input."""
        return self.request[Mixture].per is not None

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import fields

        return {"domains": fields.name(self.request[Mixture].per or "")}

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        return part["domains"]
