"""Where the wrong answers come from, among which a right one is looked for."""

from __future__ import annotations

from typing import Any

from sel.errors import DataError
from sel.inputs import Whole, shared
from sel.options.reading import Reading
from sel.options.vectors import Distracting


class Kind(Whole):
    """The group of each row, where they come from its group; nothing for any row."""

    options = (Distracting, Reading)

    def whole(self) -> Any:
        """Shape (n,), -1 for a row without a group; (0,) for random ones; or None."""
        import numpy as np

        asked = self.request[Distracting]
        if asked.distractors == "group":
            return self._groups(asked)
        return np.empty(0, np.int64) if asked.distractors else None

    def _groups(self, asked: Distracting) -> Any:
        import numpy as np

        from sel.records import beside, fields, samples
        from sel.streams import npy

        matrix, reader = shared(self.request, "vectors").matrix, self.request.reader
        path = asked.records or npy.records_of(matrix.name, "--records")
        stream, ledger = reader.stream([path]), reader.ledger()
        ledger.strict_rows = True
        want = {"group": fields.optional(str(asked.per))}
        sample = samples.read(reader, stream, ledger, more=want)
        beside.check_rows(sample.name, int(sample.rows.max(initial=-1)), matrix)
        beside.check_count(matrix.name, len(matrix), ledger)
        if all(group is None for group in sample["group"]):
            msg = f"no record of {sample.name} has a group in field {asked.per!r}"
            raise DataError(msg)
        known: dict[Any, int] = {}
        groups = np.full(len(matrix), -1, np.int64)
        for row, group in zip(sample.rows.tolist(), sample["group"], strict=True):
            if group is not None:
                groups[row] = known.setdefault(fields.named(group), len(known))
        return groups
