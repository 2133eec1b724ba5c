"""What came of each option for each query, read from a table of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import Input
from sel.options.routes import Runs

if TYPE_CHECKING:
    from sel.pick._routing import Tried


class Kind(Input):
    """The table of --runs."""

    options = (Runs,)

    @property
    def files(self) -> list[str]:
        """See Input."""
        return [self.request[Runs].runs]

    def tried(self, queries: Sequence[str | None]) -> Tried:
        """What came of the options for n queries, by their names.

        Raises:
            DataError: an option was tried twice for a query, or there is only one.
        """
        import numpy as np

        from sel.pick._routing import Tried
        from sel.records import computed, fields
        from sel.records.projection import Projection

        asked = self.request[Runs]
        want = {
            "query": fields.json(asked.on),
            "option": fields.name(asked.name),
            "success": fields.value(asked.success).then(_truth(asked.success)),
            "cost": computed.number(asked.cost),
        }
        known = {name for name in queries if name is not None}
        found: dict[tuple[str, str], tuple[float, float]] = {}
        options: dict[str, None] = {}
        for part in self.request.reader.strictly(asked.runs, Projection(want)):
            rows = zip(*[part[name] for name in want], strict=True)
            for i, (query, option, success, cost) in enumerate(rows):
                options[option] = None
                if (query, option) in found:
                    where = f"{part.block.file}:{part.line_number(i)}"
                    msg = f"{where}: {option} was tried before for {asked.on} {query}"
                    raise DataError(msg)
                if query in known:
                    found[query, option] = success, cost
        if len(options) < 2:
            msg = f"{asked.runs} has {len(options)} options, and two or more are needed"
            raise DataError(f"{msg}. Try: another --name")
        none = np.nan, np.nan
        pairs = [[found.get((q or "", o), none) for o in options] for q in queries]
        table = np.array(pairs, np.float64).reshape(len(queries), len(options), 2)
        table[~np.isfinite(table).all(axis=2)] = np.nan
        return Tried(tuple(options), table[..., 0], table[..., 1])


def _truth(path: str) -> Any:
    """What makes 1 of true, 0 of false, and NaN of null."""

    def truth(found: Any) -> float:
        from sel.records.faults import BadRecord

        if found is None:
            return float("nan")
        if type(found) in (bool, int, float) and found in (0, 1):
            return float(found)
        msg = f"field {path!r} is not true or false, 1 or 0"
        raise BadRecord("field-type", msg)

    return truth
