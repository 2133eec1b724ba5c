"""Records ranked by several fields, each deciding where those before it are equal."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.options.chance import Chance
from sel.options.scores import Amount, By
from sel.records import computed
from sel.runs.picks.ranks import Ranked

if TYPE_CHECKING:
    from sel.records.projection import Part
    from sel.request import Request

Values = tuple[float, ...]


class Directed:
    """The place of each record in the order of all; see Ranks.

    Held is each different combination of values.

    Args:
        request: with --by a:desc,b:asc.
    """

    learns = True
    row = False

    def __init__(self, request: Request) -> None:
        if Chance in request or request[Amount].threshold is not None:
            what = "chance" if Chance in request else "--threshold"
            msg = f"--by with :asc or :desc does not go with {what}"
            raise UsageError(f"{msg}. Try: pick top -k")
        self._asked = request[By].directed
        self.wanted: dict[str, Any] = {
            f"by {i}": computed.ordered(name) for i, (name, _) in enumerate(self._asked)
        }
        self._met: set[Values] = set()
        self._places: dict[Values, float] = {}

    def learn(self, part: Part) -> None:
        """Look at a block in the pass before."""
        self._met.update(values for values in self._values(part) if values)

    def begin(self) -> None:
        """Put all that was met in order; the best gets the highest number."""
        self._places = {values: i for i, values in enumerate(sorted(self._met))}
        self._met = set()

    def of(self, part: Part) -> Ranked:
        """The records of a block, ranked; all alike before all were met."""
        keys = [
            self._places.get(values, 0.0) if values else -inf
            for values in self._values(part)
        ]
        return Ranked(keys, keys, keys.count(-inf))

    def _values(self, part: Part) -> list[Values | None]:
        """What each record is ranked by; None where a field is null."""
        columns = [part[name] for name in self.wanted]
        signs = [sign for _, sign in self._asked]
        return [
            None
            if None in row
            else tuple(sign * value for sign, value in zip(signs, row, strict=True))
            for row in zip(*columns, strict=True)
        ]
