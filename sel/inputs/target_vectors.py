"""The vectors of what is to be liked, one target after the other."""

from __future__ import annotations

from typing import Any

from sel.inputs import Whole, shared
from sel.options.vectors import Cards, TargetVectors


class Kind(Whole):
    """All rows of --target-vectors, or None."""

    options = (TargetVectors, Cards)

    def whole(self) -> Any:
        """Shape (t, d)."""
        import numpy as np

        from sel.records import beside

        paths = self.request[TargetVectors].target_vectors
        if not paths:
            return None
        ours = shared(self.request, "vectors").source
        check = self.request[Cards].card_check
        return np.concatenate(beside.targets(paths, ours, check=check))
