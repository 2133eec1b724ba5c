"""`pick committee`: columns of all records, then the lines of some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import UsageError
from sel.options.declare import Share
from sel.options.groups import Bounds
from sel.options.scores import Size
from sel.options.writing import Ending, Explaining, Order, Report
from sel.pick._voting.seats import Bound
from sel.records import splice
from sel.records.passes import lines_at
from sel.runs.picks import voters
from sel.runs.picks.report import SelectionRates
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.options.groups import Bounded
    from sel.request import Request
    from sel.streams.lines import Stream

STEP = 1 << 12


def run(request: Request) -> int:
    """Elect records of the inputs."""
    asked, path = request[Bounds].asked, request[Report].report
    named = list(dict.fromkeys(bound.field for bound in asked))
    row = voters.explained(request)
    if path and not named:
        msg = "--report counts the groups of bounds. Try: --at-most FIELD=*:1.0"
        raise UsageError(msg)
    ledger = request.started_ledger()
    with finished(request.output()) as output:
        stream = request.stream(again=True)
        ballots = voters.Ballots(request, stream, ledger, named)
        ledger.close()
        for one in asked:
            known = ("*", *ballots.table.values[one.field])
            if one.option == "at_most" and one.value not in known:
                request.say(f"{one.name}: no record has this value")
        there = int(np.isfinite(ballots.scores).any(axis=1).sum())
        wanted = _wanted(request, len(ballots.scores))
        k = min(wanted, there)
        elected = request.method.load().pick(
            ballots.scores,
            ballots.weights,
            ballots.codes,
            _bounds(asked, ballots, k),
            k,
            **request.own["pick"],
        )
        for lines in _lines(request, stream, ballots, elected):
            output.write(lines)
    kept = len(elected.chosen[: request[Ending].limit])
    if path:
        _report(path, ballots, elected)
    if row is not None:
        request.say(_reason(ballots, elected, row))
    lacking = {"score": len(ballots.scores) - there}
    facts = _facts(request, elected, wanted)
    request.close(ledger.law(kept), without=lacking, **facts)
    return int(request[Ending].fail_if_empty and not kept)


def _bounds(asked: list[Bounded], ballots: voters.Ballots, k: int) -> list[Bound]:
    """The bounds, one for each value; -1 is a value that no record has."""
    bounds = []
    for one in asked:
        field, values = ballots.groups.index(one.field), ballots.table.values[one.field]
        codes = [values.index(one.value) if one.value in values else -1]
        if one.value == "*":
            codes = list(range(len(values)))
        bounds += [Bound(one.name, field, code, *one.limits(k)) for code in codes]
    return bounds


def _lines(
    request: Request, stream: Stream, ballots: voters.Ballots, elected: Any
) -> Iterator[bytes]:
    """The second pass: the lines of the records, in the order that is asked for."""
    picks = list(range(len(elected.chosen)))
    if request[Order].order == "input":
        picks.sort(key=elected.chosen.__getitem__)
    picks = picks[: request[Ending].limit]
    places = [int(ballots.table.places[elected.chosen[i]]) for i in picks]
    lines = lines_at(stream, set(places))
    for at in range(0, len(picks), STEP):
        part = slice(at, at + STEP)
        some = [lines[place] for place in places[part]]
        if not request[Explaining].ranked:
            yield b"".join(some)
            continue
        some = [splice.cut(line, ("_rank", "_gain")) for line in some]
        ranks: list[Any] = [i + 1 for i in picks[part]]
        gains: list[Any] = [elected.gains[i] for i in picks[part]]
        yield splice.spliced(some, [("_rank", ranks), ("_gain", gains)])


def _report(path: str, ballots: voters.Ballots, elected: Any) -> None:
    report = SelectionRates(path)
    for name in ballots.groups:
        words, column = ballots.table.values[name], ballots.table[name]
        pool, kept = column.tolist(), column[elected.chosen].tolist()
        report.add(name, [words[i] for i in pool], [words[i] for i in kept])
    report.note({"price": elected.price})
    report.write()


def _wanted(request: Request, records: int) -> int:
    """How many records are asked for."""
    k = request[Size].k
    return k.of(records) if isinstance(k, Share) else k


def _facts(request: Request, elected: Any, wanted: int) -> dict[str, Any]:
    kept = len(elected.chosen)
    short = f"{wanted:,}, and all that can be are kept" if kept < wanted else None
    rule = request.own["pick"]["rule"]
    idle = kept - elected.gained
    words = f"after {elected.gained:,} picks nothing was gained; {idle:,} went by borda"
    return {
        "wanted": short,
        "score": elected.score,
        "price": elected.price or None,
        "saturated": words if idle and rule in ("cc", "cc-approval") else None,
        "idle": idle if idle and rule not in ("cc", "cc-approval") else None,
    }


def _reason(ballots: voters.Ballots, elected: Any, row: int) -> str:
    """Why a record was taken or left."""
    place, stand = ballots.standing(row)
    alone = f"worth {elected.points[place]:.6g} alone"
    if place in elected.chosen:
        at = elected.chosen.index(place)
        return f"row {row:,} taken as number {at + 1:,}: {stand}; {alone}"
    last = min((float(elected.points[i]) for i in elected.chosen), default=0.0)
    return f"row {row:,} left: {stand}; {alone}, the least of those taken {last:.6g}"
