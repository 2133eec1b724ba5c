"""A random generator of numpy, for what is drawn of a whole matrix."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sel.inputs import Whole
from sel.options.chance import Seed


class Kind(Whole):
    """The generator of --seed."""

    options = (Seed,)

    @cached_property
    def _made(self) -> Any:
        import numpy as np

        return np.random.default_rng(self.request[Seed].seed)

    def whole(self) -> Any:
        """See Input."""
        return self._made
