"""By what the records of a block are ranked: scores, or scores with noise."""

from __future__ import annotations

from math import inf, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from sel.errors import DataError, UsageError
from sel.inputs import keys, temperature
from sel.options.chance import Chance, Noise, Normalizing, Temperature
from sel.options.scores import By
from sel.records import computed

if TYPE_CHECKING:
    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.request import Request


class Ranked(NamedTuple):
    """The records of a block by what they are ranked by."""

    scores: Any
    """As --threshold sees them."""
    keys: Any
    """The highest are kept; what can never be kept has -inf."""
    lacking: int
    """Records without a score."""


class Ranks:
    """Scores of one field, or none, and the keys that a method makes of them.

    Args:
        request: a method with a function `rank`.
        number: which of several fields of --by it is; each has noise of its own.
    """

    def __init__(self, request: Request, number: int = 0) -> None:
        by = request.get(By)
        self.wanted: dict[str, Wanted] = {}
        self._column = f"by {number}"
        if by:
            self.wanted[self._column] = computed.number(by.names[number])
        self._lowest = bool(by and by.lowest)
        self._rank = request.method.load().rank
        self._own = request.own["rank"]
        self._keys: Any = None
        if Chance in request:
            self._keys = keys.Kind(request)
            self.wanted |= self._keys.wanted
        self._warmth = temperature.Kind(request) if Temperature in request else None
        self.wanted |= self._warmth.wanted if self._warmth else {}
        self.row = self._keys is not None
        self._request, self._number = request, number
        scale = request.get(Normalizing)
        self.learns = bool(scale and scale.normalize)
        """Whether the stream is read once before, to learn how far scores spread."""
        if self.learns and self._own.get("weights") != "exp":
            msg = "--normalize goes with --weights exp"
            raise UsageError(msg)
        self._moments: Any = None
        self.begin()

    def begin(self) -> None:
        """Rank a stream from its beginning; a second pass gives the same keys."""
        if self._keys is not None:
            self._rng = _noise(self._request, self._number)

    def learn(self, part: Part) -> None:
        """Look at the scores of a block, in the pass before."""
        if self.learns:
            import numpy as np

            from sel.maths.statistics.moments import Moments

            column = np.array(part.columns[self._column], np.float64)[:, None]
            more = Moments.of(column)
            self._moments = self._moments + more if self._moments else more

    def of(self, part: Part) -> Ranked:
        """The records of a block, ranked."""
        scores: Any = part.columns.get(self._column)
        if self._lowest:
            scores = [None if score is None else -score for score in scores]
        if self._keys is None:
            return _ranked(scores)
        known = self._keys.give(part)
        if scores is None:
            return Ranked([None] * len(known), self._rank(known, self._rng), 0)
        import numpy as np  # not at the top: a light pick starts without it

        numbers = np.array(scores, np.float64)  # None becomes NaN
        scaled = numbers / self._moments.deviation[0] if self._moments else numbers
        warmth = [self._warmth.give(part)] if self._warmth else []
        keyed = self._rank(scaled, known, self._rng, *warmth, **self._own)
        return Ranked(scores, keyed, int(np.isnan(numbers).sum()))


def _ranked(scores: Any) -> Ranked:
    """Scores as their own keys."""
    try:
        sum(scores)  # the fastest way to see None
    except TypeError:
        return Ranked(scores, finite(scores), scores.count(None))
    return Ranked(scores, scores, 0)


def finite(keys: list[float | None]) -> list[float]:
    """Keys in which what has no number is never picked."""
    return [-inf if key is None or isnan(key) else key for key in keys]


def _noise(request: Request, number: int) -> Any:
    from sel.maths.random import noise

    asked = request.get(Noise)
    if not asked or not asked.noise:
        return noise.SeededNoise(request[Chance].seed, number)
    import numpy as np

    from sel.streams import arrays

    numbers = np.atleast_2d(arrays.read(asked.noise))
    if numbers.dtype.kind != "f" or len(numbers) != len(request[By].names):
        msg = f"{asked.noise}: noise must be floats, one row for each field of --by"
        raise DataError(msg)
    return noise.RecordedNoise(numbers[number].astype(np.float64))
