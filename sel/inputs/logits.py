"""What a model of the classes says of each target record."""

from __future__ import annotations

from typing import Any

from sel.errors import DataError
from sel.inputs import Whole, shared
from sel.options.evaluation import Mapped


class Kind(Whole):
    """The matrix of --logits, with a column for each class; or None."""

    options = (Mapped,)

    def whole(self) -> Any:
        """Shape (t, classes), float64."""
        import numpy as np

        from sel.streams import npy

        if not (path := self.request[Mapped].logits):
            return None
        matrix, classes = npy.read(path), len(shared(self.request, "classes").whole())
        if matrix.dim != classes:
            msg = (
                f"{matrix.name} has {matrix.dim:,} columns, and the records are of"
                f" {classes:,} classes. Try: a column for each class"
            )
            raise DataError(msg)
        rows = np.asarray(matrix.rows, np.float64)
        bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
        if len(bad):
            msg = f"{matrix.name}: row {bad[0]} is not finite"
            raise DataError(msg)
        return rows
