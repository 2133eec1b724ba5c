"""Choices as sets of the records of a pool: `sel eval stability`, and the like.

`measure` is handed `selections`, the places of the records of each file by the name of
the choice; `scorers`, fields of the pool; `pool`, how many records it has; and kinds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import UsageError
from sel.inputs import shared
from sel.options.evaluation import Known, Pool, Scorers
from sel.records import computed, pooled, samples
from sel.records.passes import none_there
from sel.request import refuse_twice
from sel.runs.measures.measure import parameters
from sel.streams import remote
from sel.streams.lines import name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.request import Request
    from sel.types import Indices


def run(request: Request) -> int:
    """Compare choices."""
    names, files = request[Scorers].fields, request.sources
    if not (files or names):
        msg = "give runs of a choice, NAME=FILE NAME=FILE, or --scores FIELD,FIELD -k N"
        raise UsageError(msg)
    if files:
        refuse_twice(request, request[Pool].pool)
    found = Sets(request, names)
    for one in map(str, files):
        found.add(one)
    for one in found.chosen:
        if one in names:
            msg = f"{one} is one of the --scores, too. Try: OTHER={one}"
            raise UsageError(msg)
    known: dict[str, Any] = {"selections": found.chosen, "scorers": found.scores}
    known["pool"] = len(found.pool)
    measure = request.method.load().measure
    given = (
        known[one] if one in known else shared(request, one).whole()
        for one in parameters(measure)
    )
    request.write_rows(measure(*given, **request.own["measure"]))
    law = request.ledgers.close()
    request.close(law, runs=len(files), pool=len(found.pool))
    return 0


class Sets:
    """What is known of the records of a pool, and of the choices from it.

    Args:
        request: names the pool.
        scores: fields of the pool with numbers.
        more: what else is asked of it.
        again: whether it will be read again.
    """

    def __init__(
        self,
        request: Request,
        scores: list[str],
        more: Mapping[str, Any] | None = None,
        *,
        again: bool = False,
    ) -> None:
        self._request = request
        texts = shared(request, "texts").wanted["texts"]
        on = request[Known].on
        want = {pooled.KNOWN: pooled.known(texts, on), **(more or {})}
        want |= {f"score {one}": computed.number(one) for one in scores}
        self.stream = request.reader.stream([request[Pool].pool], again=again)
        self.pool = samples.read(request.reader, self.stream, self._ledger(), more=want)
        if not len(self.pool):
            raise none_there(self.stream)
        self.scores = {
            one: np.array(self.pool[f"score {one}"], np.float64) for one in scores
        }
        self.chosen: dict[str, list[Indices]] = {}
        """Places in the pool of the records of each file, by the name of the choice."""
        self._finder = pooled.Finder(self.pool, texts, on)

    def _ledger(self) -> Any:
        ledger = self._request.ledgers.another()
        ledger.strict_rows = True
        return ledger

    def add(self, given: str) -> None:
        """Find the records of [NAME=]FILE in the pool."""
        named, equals, path = given.partition("=")
        if not equals or Path(given).exists() or remote.is_url(given):
            named, path = name(given), given
        reader = self._request.reader
        rows = self._finder.find(reader, reader.stream([path]), self._ledger())
        self.chosen.setdefault(named, []).append(rows)
