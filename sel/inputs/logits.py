"""What a model of the classes says of each target record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import Whole, shared
from sel.options.evaluation import Mapped

if TYPE_CHECKING:
    from sel.request import Request


class Kind(Whole):
    """The matrix of --logits, with a column for each class; or None."""

    options = (Mapped,)

    def whole(self) -> Any:
        """Shape (t, classes), float64."""
        path = self.request[Mapped].logits
        return of_classes(self.request, path) if path else None


def of_classes(request: Request, path: str) -> Any:
    """A matrix with a column for each class of the records, float64.

    Raises:
        DataError: it has others, or numbers that are not finite.
    """
    import numpy as np

    from sel.streams import npy

    matrix, classes = npy.read(path), len(shared(request, "classes").whole())
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
