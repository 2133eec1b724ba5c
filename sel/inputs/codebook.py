"""A codebook of the vectors."""

from __future__ import annotations

from typing import Any

from sel.errors import DataError
from sel.inputs import Whole, shared
from sel.options.vectors import Cards, Coded


class Kind(Whole):
    """The codebook of --codebook; any matrix of centres is one of a single stage."""

    options = (Coded, Cards)

    @property
    def there(self) -> bool:
        """See Input."""
        return self.request[Coded].codebook is not None

    def whole(self) -> Any:
        """A Codebook of vectors like those of the pool."""
        import numpy as np

        from sel.maths.neighbours.codebook import Codebook
        from sel.streams import npy

        ours = shared(self.request, "vectors").matrix
        found = npy.read(str(self.request[Coded].codebook))
        made = found.card.get("of")
        made = npy.Matrix(
            found.name, found.rows, made if isinstance(made, dict) else {}
        )
        npy.check_like(ours, made, cards=self.request[Cards].card_check)
        stages, size = found.card.get("stages", 1), len(found)
        if type(stages) is not int or stages < 1 or not size or size % stages:
            msg = f"{found.name} has {size:,} rows in {stages} stages"
            raise DataError(f"{msg}. Try: make it again")
        rows = np.asarray(found.rows, np.float32)
        if not np.isfinite(rows).all():
            msg = f"{found.name} is no codebook: a number is not finite"
            raise DataError(msg)
        return Codebook(rows.reshape(stages, -1, found.dim))
