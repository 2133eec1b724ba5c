"""`sel pick where`, `rows` and `classes`: yes or no for each record, in one pass."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, nullcontext
from itertools import compress
from typing import TYPE_CHECKING, Any

from sel.errors import DataError, UsageError
from sel.maths.expression import parsed
from sel.options.groups import Named, Percentiles, Presets, Ranked, Spans
from sel.options.reading import Join
from sel.options.writing import Ending
from sel.records import conditions, fields
from sel.records.passes import ended
from sel.records.projection import Projection
from sel.runs import pool
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from sel.records.ledger import Ledger
    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream
    from sel.streams.output import Output

    Judge = Callable[[Part], list[bool]]
    Work = Callable[[Part], tuple[list[bytes], bytes]]
    """From a block to the lines that are written, and what a report is told."""


def run(request: Request) -> int:
    """Pass on the records for which a method says yes."""
    asked = request.get(Presets)
    if asked and asked.preset:
        from sel.runs.picks import presets

        by = presets.Judging(request)
        with finished(by.report) if by.report else nullcontext() as report:
            what = by.wanted, True, by.work
            return _pass(request, *what, facts=by.facts, report=report)
    if Spans in request and request[Spans].clean:
        from sel.runs.picks import cleaning

        cut = cleaning.Cleaning(request)
        return _pass(request, cut.wanted, cut.row, cut.work, facts=cut.facts)
    if (ranks := request.get(Percentiles)) and ranks.percentile:
        from sel.runs.picks import percentiles

        among = percentiles.Judging(request)
        if request.share and request.share.waiting:
            return 0
        more = among.wanted, False, among.work
        return _pass(request, *more, facts=among.facts, among=among)
    wanted, row, judge = _judge(request)

    def work(part: Part) -> tuple[list[bytes], bytes]:
        keep = judge(part)
        return part.some(list(compress(range(len(part)), keep))), b""

    return _pass(request, wanted, row, work)


def _pass(
    request: Request,
    wanted: Mapping[str, Any],
    row: bool,
    work: Work,
    *,
    facts: Mapping[str, Any] | None = None,
    report: Output | None = None,
    among: Any = None,
) -> int:
    """Write the lines that are chosen of each block.

    Args:
        request: has the options.
        wanted: what is asked of each record.
        row: whether the row that a record says it is matters.
        work: gives the lines of a block, and what a report is told.
        facts: what the closing line says.
        report: is told.
        among: has read the stream before.
    """
    stream = among.stream if among else request.stream()
    ledger, kept = request.started_ledger(), 0
    ending = request[Ending]
    with finished(request.output()) as output:
        blocks = _worked(request, stream, wanted, row, work, ledger=ledger)
        for lines, told in blocks:
            if report:
                report.write(told)
            if lines:
                lines[-1] = ended(lines[-1])
            if ending.limit is not None:
                del lines[ending.limit - kept :]
            output.write(b"".join(lines))
            kept += len(lines)
            if ending.limit is not None and kept >= ending.limit:
                blocks.close()
                break
        ledger.close()
    text, without = ledger.shape if facts else None, among and among.without
    found = {"kept": kept, "without": without, "text": text, "facts": {**(facts or {})}}
    if request.share:
        request.share.told |= found
        return 0
    return _closed(request, found, ledger)


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Close a run that was done in shards; see sel.runs.scores.rows."""
    kept = sum(one["kept"] for one in shares)
    text = next((one["text"] for one in shares if one["text"]), None)
    without = Counter[str]()
    for one in shares:
        without.update(one["without"] or {})
    told = {**shares[0], "kept": kept, "text": text, "without": without}
    return _closed(request, told, ledger)


def _closed(request: Request, told: Mapping[str, Any], ledger: Ledger) -> int:
    kept, text = told["kept"], told["text"] or None
    facts, without = told["facts"], told["without"]
    request.close(ledger.law(kept), without=without, text=text, **facts)
    return int(request[Ending].fail_if_empty and not kept)


def _worked(
    request: Request,
    stream: Stream,
    wanted: Mapping[str, Any],
    row: bool,
    work: Work,
    *,
    ledger: Ledger,
) -> Generator[tuple[list[bytes], bytes]]:
    """What the work makes of each block, on all processes where that is asked for."""
    late, asked = request[Ending].limit is not None, request.get(Presets)
    if asked and asked.preset and not late and not request[Join].join:
        want = Projection(wanted, row=row)
        for read in request.reader.mapped(stream, want, ledger, work, "choosing"):
            yield read.result
        return
    parts = pool.parts(request, stream, wanted, ledger, "choosing", row=row, late=late)
    with closing(parts):
        yield from map(work, parts)


def _judge(request: Request) -> tuple[dict[str, Any], bool, Judge]:
    """What is asked of each record, whether its row is, and what judges a block."""
    if Named in request:
        return _by_name(request)
    return _by_class(request) if Ranked in request else _by_condition(request)


def _by_condition(request: Request) -> tuple[dict[str, Any], bool, Judge]:
    if not request.sources:
        msg = "give a condition. Try: sel pick where 'len(text) > 200' FILE"
        raise UsageError(msg)
    text = str(request.sources.pop(0))
    pick = request.method.load().pick
    paths = parsed(text).paths  # a wrong one is told before a record is read

    def judge(columns: Any, n: int) -> Any:
        judged = pick(columns, n, text)
        return judged.holds, judged.why

    holds = conditions.over(paths, judge)
    return {"holds": holds}, False, lambda part: part["holds"]


def _by_name(request: Request) -> tuple[dict[str, Any], bool, Judge]:
    asked, own = request[Named], request.own["pick"]
    pick = request.method.load().pick
    names: set[Any] = set()
    on = {"name": fields.json(asked.on)} if asked.on else {}
    if not on:
        names.update(row for (row,) in _columns(request, asked.from_, [fields.row()]))
    else:
        names.update(n for (n,) in _columns(request, asked.from_, [on["name"]]))

    def by_name(part: Part) -> list[bool]:
        named = part["name"] if on else part.rows
        return pick(named, names, **own)  # type: ignore[no-any-return]

    return on, not on, by_name


def _by_class(request: Request) -> tuple[dict[str, Any], bool, Judge]:
    asked, own = request[Ranked], request.own["pick"]
    pick = request.method.load().pick
    wanted = [fields.name("class"), fields.value("rank"), fields.value("rows")]
    rows = list(_columns(request, asked.from_, wanted))
    if not all(type(row[1]) is type(row[2]) is int for row in rows):
        msg = f"{asked.from_}: rank and rows must be whole numbers"
        raise DataError(msg)
    rows.sort(key=lambda row: row[1])
    table = [(name, size) for name, _, size in rows]
    pick([], table, **own)  # a wrong option is told before a record is read

    def by_class(part: Part) -> list[bool]:
        return pick(part["class"], table, **own)  # type: ignore[no-any-return]

    return {"class": fields.name(asked.per)}, False, by_class


def _columns(request: Request, path: str, wanted: list[Any]) -> Iterator[Any]:
    """The values of some fields of a stream, which no record may lack."""
    want = Projection({str(i): one for i, one in enumerate(wanted)})
    for part in request.reader.strictly(path, want):
        yield from zip(*[part[str(i)] for i in range(len(wanted))], strict=True)
