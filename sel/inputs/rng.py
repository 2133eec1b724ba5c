"""Noise that depends on the seed and on what a record is known by."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sel.inputs import Whole
from sel.options.chance import Seed


class Kind(Whole):
    """The noise of --seed."""

    options = (Seed,)

    @cached_property
    def noise(self) -> Any:
        """Made once."""
        from sel.maths.random.noise import SeededNoise
        from sel.options.chance import Chance

        asked = self.request.get(Chance) or self.request[Seed]
        return SeededNoise(asked.seed)

    def whole(self) -> Any:
        """See Input."""
        return self.noise
