"""Which records belong to a reference: by a condition, or as another list has them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options import evaluation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.shapes import Usual


class Kind(Input):
    """The condition of --reference, or the records of --against, by --on or --near."""

    options = (evaluation.Truth,)

    @property
    def _asked(self) -> evaluation.Truth:
        return self.request[evaluation.Truth]

    @cached_property
    def _left(self) -> dict[str, int]:
        """What is left of the other list."""
        return {}

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        return {"place": self._place()} if self._asked.against else self._holds()

    def _holds(self) -> dict[str, Wanted]:
        from sel.records import conditions

        return {"truth": conditions.condition(self._asked.reference or "true")}

    def _place(self) -> Wanted:
        """The key of a record as text, or its coordinates."""
        from sel.records import fields

        if self._asked.on:
            return fields.json(self._asked.on)
        gets = [fields.field(path).get for path in self._asked.coordinates]

        def place(record: Any) -> list[float]:
            found = (get(record) for get in gets)
            return [v if type(v) in (int, float) else float("nan") for v in found]

        return fields.Wanted(place)

    def give(self, part: Part) -> Any:
        """Shape (n,), bool."""
        import numpy as np

        if not self._asked.against:
            return np.array(part["truth"], bool)
        theirs = self._theirs()
        return self._named(part, theirs) if self._asked.on else self._near(part, theirs)

    def _named(self, part: Part, theirs: list[Any]) -> Any:
        import numpy as np

        known = set(theirs)
        self._left["unmatched"] = len(known - set(part["place"]))
        return np.array([place in known for place in part["place"]], bool)

    def _near(self, part: Part, theirs: list[Any]) -> Any:
        import numpy as np

        from sel.eval import _crossmatch

        width = len(self._asked.coordinates)
        ours, others = (
            np.array(places, np.float64).reshape(-1, width)
            for places in (part["place"], theirs)
        )
        partner = _crossmatch.matched(ours, others, self._asked.within or 0)
        blind = int((~np.isfinite(others).all(axis=1)).sum())
        lost = len(others) - blind - int((partner >= 0).sum())
        self._left.update(unmatched=lost, without_coordinates=blind)
        return partner >= 0

    def _theirs(self) -> list[Any]:
        """The keys or coordinates of the other list, where its condition holds."""
        from sel.records.projection import Projection

        want = {**self._holds(), "place": self._place()}
        found: list[Any] = []
        path = self._asked.against or ""
        for part in self.request.reader.strictly(path, Projection(want)):
            both = zip(part["place"], part["truth"], strict=True)
            found += [place for place, holds in both if holds]
        return found

    def shown(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """See Input; the first row is that of all records."""
        first, *rest = rows
        blank: dict[str, Any] = dict.fromkeys(self._left)
        return [first | self._left, *(blank | row for row in rest)]
