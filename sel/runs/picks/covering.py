"""`sel pick coverage`: records that cover what queries say.

The records are read twice: first for their texts, then for the lines of those that were
picked.
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

from sel.inputs import shared
from sel.options.text import Queries
from sel.options.writing import Ending
from sel.records import shapes
from sel.records.projection import Projection
from sel.records.table import collected
from sel.request import refuse_twice
from sel.runs.picks.retrieving import told
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.ledger import Ledger
    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream


def run(request: Request) -> int:
    """Find records that cover the queries."""
    module, own = request.method.load(), request.own
    words = shared(request, "words").whole()
    stream = request.stream(again=True)
    ledger = request.started_ledger()
    with finished(request.output()) as output:
        # What cannot be asked for is refused before anything is read.
        none = module.collect([], **own["collect"])
        list(module.pick(none, none, words, **own["pick"]))
        queries = _queries(request, none)
        table, pool = _read(request, stream, ledger, none)
        ledger.close()
        found = list(module.pick(pool, queries, words, **own["pick"]))
        picks = [(p, q, g) for q, (prompt, _) in enumerate(found) for p, g in prompt]
        picks = picks[: request[Ending].limit]
        tails = [
            ("_query", [query for _, query, _ in picks]),
            ("_gain", [gain for _, _, gain in picks]),
        ]
        for lines in told(stream, table, [place for place, _, _ in picks], tails):
            output.write(lines)
    kept = len({place for place, _, _ in picks})
    known = [covered for _, covered in found if covered is not None]
    facts: dict[str, Any] = {"queries": len(found)}
    facts["unusable queries"] = (len(found) - len(known)) or None
    facts["covered"] = fmean(known) if known else None
    request.close(ledger.law(kept), text=ledger.shape or None, **facts)
    return int(request[Ending].fail_if_empty and not kept)


def _queries(request: Request, none: Any) -> Any:
    """What the method collects of the queries, after nothing."""
    asking, collect = request[Queries], request.method.load().collect
    refuse_twice(request, asking.query_records)
    wanted = shared(request, "texts").wanted
    if asking.query_text:
        wanted = {"texts": shapes.text(asking.query_text)}
    parts = request.reader.strictly(asking.query_records, Projection(wanted))
    some = [collect(part["texts"], **request.own["collect"]) for part in parts]
    return type(none).joined([none, *some])


def _read(request: Request, stream: Stream, ledger: Ledger, none: Any) -> Any:
    """The rows of the records, and what the method collects of them."""
    some, collect = [none], request.method.load().collect
    want = Projection(shared(request, "texts").wanted, row=True)

    def parts() -> Iterator[Part]:
        for part in request.reader.parts(stream, want, ledger, "reading"):
            some.append(collect(part["texts"], **request.own["collect"]))
            yield part

    return collected(parts()), type(none).joined(some)
