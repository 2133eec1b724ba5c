"""Measures of how choices from one pool agree, such as `sel eval stability`.

`measure` is handed `selections`, the places of the records of each file by the name of
the choice; `scores`, fields of the pool; `pool`, how many records it has; and kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.inputs import shared
from sel.options.evaluation import Pool, Scorers
from sel.records.ledger import added
from sel.request import refuse_twice
from sel.runs import sets
from sel.runs.measures import parameters

if TYPE_CHECKING:
    from sel.request import Request


def run(request: Request) -> int:
    """Compare runs and scorers."""
    names = request[Scorers].fields
    if not (request.sources or names):
        msg = "give runs of a choice, NAME=FILE NAME=FILE, or --scores FIELD,FIELD -k N"
        raise UsageError(msg)
    if request.sources:
        refuse_twice(request, request[Pool].pool)
    found = sets.read(request, request.sources, names, {})
    for name in found.chosen:
        if name in names:
            msg = f"{name} is one of the --scores, too. Try: OTHER={name}"
            raise UsageError(msg)
    known: dict[str, Any] = {"selections": found.chosen, "scores": found.scores}
    known["pool"] = len(found)
    measure = request.method.load().measure
    given = (
        known[name] if name in known else shared(request, name).whole()
        for name in parameters(measure)
    )
    request.write_rows(measure(*given, **request.own["measure"]))
    runs = len(request.sources)
    request.close(added(found.laws), runs=runs, pool=len(found))
    return 0
