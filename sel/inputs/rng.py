"""Noise that depends on the seed and on what a record is known by."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.chance import Seed

if TYPE_CHECKING:
    from sel.records.pools import Pool
    from sel.records.projection import Part


class Kind(Input):
    """The noise of --seed."""

    options = (Seed,)

    @cached_property
    def noise(self) -> Any:
        """Made once."""
        from sel.maths.noise import Noise
        from sel.options.chance import Chance

        asked = self.request.get(Chance) or self.request[Seed]
        return Noise(asked.seed)

    def give(self, part: Part) -> Any:
        """The same for all records."""
        del part
        return self.noise

    def whole(self, pool: Pool) -> Any:
        """The same for all records."""
        del pool
        return self.noise
