"""Which records belong to a reference: by a condition, or as another list has them."""

from __future__ import annotations

from typing import Any

from sel.inputs import Input, Wants
from sel.inputs.features import judged
from sel.options import evaluation


class Kind(Input):
    """The condition of --reference, or the records of --against, by --on or --near."""

    options = (evaluation.Truth,)

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        self._asked = request[evaluation.Truth]
        self._left: dict[str, int] = {}

    def _holds(self) -> Any:
        from sel.maths.expression import compiled
        from sel.records.fields import Wanted

        return Wanted(judged(compiled(self._asked.reference or "true")))

    def _place(self) -> Any:
        """The key of a record as text, or its coordinates."""
        from sel.records import fields

        if self._asked.on:
            return fields.json(self._asked.on)
        gets = [fields.field(path).get for path in self._asked.coordinates]

        def place(record: Any) -> list[float]:
            found = (get(record) for get in gets)
            return [v if type(v) in (int, float) else float("nan") for v in found]

        return fields.Wanted(place)

    @property
    def wanted(self) -> Wants:
        """See Input."""
        if self._asked.against:
            return {"place": self._place()}
        return {"truth": self._holds()}

    def give(self, part: Any) -> Any:
        """Shape (n,), bool."""
        import numpy as np

        from sel.eval import _crossmatch

        if not self._asked.against:
            return np.array(part["truth"], bool)
        both = part["place"], self._theirs()
        if self._asked.on:
            found, self._left = _crossmatch.by_key(*both)
            return found
        how = len(self._asked.coordinates), self._asked.within or 0
        found, self._left = _crossmatch.by_place(*both, *how)
        return found

    def _theirs(self) -> list[Any]:
        """The keys or coordinates of the other list, where its condition holds."""
        from sel.records.projection import Projection

        want = Projection({"truth": self._holds(), "place": self._place()})
        found: list[Any] = []
        for part in self.request.reader.strictly(self._asked.against, want):
            both = zip(part["place"], part["truth"], strict=True)
            found += [place for place, holds in both if holds]
        return found

    def shown(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """See Input; what is left of the list stands in the row of all records."""
        first, *rest = rows
        return [first | self._left, *(dict.fromkeys(self._left) | one for one in rest)]
