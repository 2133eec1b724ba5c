"""What a model of the user's says of the rows of --vectors and of --test."""

from __future__ import annotations

from typing import Any

from sel.errors import DataError
from sel.inputs import Whole, shared
from sel.inputs.logits import of_classes
from sel.options.vectors import Outputs


class Kind(Whole):
    """The matrices of --logits and --test-logits; or None."""

    options = (Outputs,)

    def whole(self) -> Any:
        """Shapes (n, classes) and (t, classes), a row for each row of the vectors."""
        asked = self.request[Outputs]
        if not (asked.logits and asked.test_logits):
            return None
        found = []
        for path, name in (
            (asked.logits, "labelled"),
            (asked.test_logits, "test_labelled"),
        ):
            logits = of_classes(self.request, path)
            matrix = shared(self.request, name).matrix
            if len(logits) != len(matrix):
                msg = (
                    f"{path} has {len(logits):,} rows and {matrix.name} has"
                    f" {len(matrix):,}. Try: outputs for the same records"
                )
                raise DataError(msg)
            found.append(logits)
        return found
