"""`sel eval drift`: records beside those that a fit was made on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError
from sel.inputs import shared
from sel.options.fitting import Drifting
from sel.records import computed
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.streams import state

if TYPE_CHECKING:
    from sel.request import Request


def run(request: Request) -> int:
    """Exit status 1 if the records have drifted too far."""
    asked, module = request[Drifting], request.method.load()
    texts, known, how = shared(request, "texts"), None, request.own["collect"]
    if asked.load:
        known, how = _loaded(asked.load, asked.by or "", request.title, module.Fitted)
    wanted = dict(texts.wanted)
    if asked.by:
        wanted["by"] = computed.number(asked.by)

    def work(part: Any) -> tuple[Any, Any]:
        scores = np.array(part.columns.get("by", ()), np.float64)  # None becomes NaN
        return module.collect(texts.give(part), **how), scores

    stream, ledger = request.stream(), request.started_ledger()
    want, counts, columns = Projection(wanted), None, [np.empty(0)]
    for read in request.reader.mapped(stream, want, ledger, work, "counting"):
        more, scores = read.result
        counts = more if counts is None else counts + more
        columns.append(scores)
    ledger.close()
    if counts is None or not ledger.records:
        raise none_there(stream)
    together = np.concatenate(columns)
    fitted = known or module.Fitted.of(counts, together, asked.by or "")
    found = module.measure(counts, together, fitted)
    if asked.save:
        state.save(asked.save, fitted, request.title, {"options": how})
    request.write_rows([found])
    bad = asked.max_drift is not None and found["drift"] > asked.max_drift
    text = ledger.shape or None
    request.close(ledger.law(), text=text, drift=found["drift"] if bad else None)
    return int(bad)


def _loaded(path: str, by: str, title: str, kind: Any) -> tuple[Any, dict[str, Any]]:
    """What was saved, and how n-grams were counted then."""
    known, card = state.load(path, kind, title)
    if known.by != by:
        was = f"with --by {known.by}" if known.by else "without --by"
        msg = f"{path} was made {was}. Try: the same --by"
        raise DataError(msg)
    return known, card["options"]
