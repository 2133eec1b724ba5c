"""`sel pick where`, `rows` and `classes`: yes or no for each record, in one pass."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import compress
from typing import TYPE_CHECKING, Any

from sel.errors import DataError, UsageError
from sel.maths.expression import parsed
from sel.options.groups import Named, Percentiles, Presets, Ranked
from sel.options.writing import Ending
from sel.records import conditions, fields
from sel.records.passes import ended
from sel.records.projection import Projection
from sel.runs import pool
from sel.streams.lines import SMALL
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sel.records.projection import Part
    from sel.request import Request

    Judge = Callable[[Part], list[bool]]
    Lines = Callable[[Part], list[bytes]]


def run(request: Request) -> int:
    """Pass on the records for which a method says yes."""
    asked = request.get(Presets)
    if asked and asked.preset:
        from sel.runs import presets

        by = presets.Judging(request)
        with finished(by.report) if by.report else nullcontext():
            return _pass(request, by.wanted, True, by.lines, by.facts)
    if (ranks := request.get(Percentiles)) and ranks.percentile:
        from sel.runs import percentiles

        among = percentiles.Judging(request)
        more = among.wanted, False, among.lines, among.facts
        return _pass(request, *more, among=among)
    wanted, row, judge = _judge(request)

    def lines(part: Part) -> list[bytes]:
        keep = judge(part)
        return list(compress(part.lines, keep)) if True in keep else []

    return _pass(request, wanted, row, lines, {})


def _pass(
    request: Request,
    wanted: Mapping[str, Any],
    row: bool,
    chosen: Lines,
    facts: dict[str, Any],
    *,
    among: Any = None,
) -> int:
    """Write the lines that are chosen of each block.

    Args:
        request: has the options.
        wanted: what is asked of each record.
        row: whether the row that a record says it is matters.
        chosen: gives the lines of a block.
        facts: what the closing line says.
        among: has read the stream before.
    """
    stream = among.stream if among else request.stream(block=SMALL)
    ledger, kept = request.started_ledger(), 0
    ending = request[Ending]
    with finished(request.output()) as output:
        parts = pool.parts(
            request,
            stream,
            wanted,
            ledger,
            "choosing",
            row=row,
            late=ending.limit is not None,
        )
        for part in parts:
            lines = chosen(part)
            if lines:
                lines[-1] = ended(lines[-1])
            if ending.limit is not None:
                lines = lines[: ending.limit - kept]
            output.write(b"".join(lines))
            kept += len(lines)
            if ending.limit is not None and kept >= ending.limit:
                parts.close()  # type: ignore[attr-defined]
                break
        ledger.close()
    text, without = ledger.shape if facts else None, among and among.without
    request.close(ledger.law(kept), without=without, text=text or None, **facts)
    return int(ending.fail_if_empty and not kept)


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
        for (row,) in _columns(request, asked.from_, [fields.value("_row")]):
            names.add(row)
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
