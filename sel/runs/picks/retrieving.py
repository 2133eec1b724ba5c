"""`pick demonstrations` and `pick lookup`: records near to queries.

The records are read twice: first for their rows and what else decides, then for the
lines of those that were picked.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError, UsageError
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import knn
from sel.options.groups import Labelling
from sel.options.scores import Spending
from sel.options.vectors import Cards, Retrieving, Vectors
from sel.options.writing import Ending, Order, Report
from sel.records import beside, fields, splice
from sel.records.fields import ROW
from sel.records.passes import lines_at
from sel.records.projection import Projection
from sel.records.table import collected
from sel.request import refuse_twice
from sel.runs.picks.report import SelectionRates
from sel.streams import npy
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.table import Table
    from sel.request import Request
    from sel.streams.lines import Stream

Pick = tuple[int, int, float]
"""The place of a record among those read, the number of its query, their cosine."""
STEP = 1 << 12


class Shifted:
    """Some rows of a matrix, moved by a vector as they are read.

    Args:
        rows: (n, d), of a file.
        places: which of them; None for all.
        shift: what is taken from each.
    """

    def __init__(self, rows: Any, places: Any, shift: Any) -> None:
        self._rows, self._places, self._shift = rows, places, shift

    def __len__(self) -> int:
        return len(self._rows if self._places is None else self._places)

    def __getitem__(self, part: slice) -> Any:
        some = self._rows[part if self._places is None else self._places[part]]
        return np.asarray(some, np.float32) - self._shift


def run(request: Request) -> int:
    """Find records near to the queries."""
    asking = request[Retrieving]
    vectors = request[Vectors].vectors
    refuse_twice(request, vectors, asking.queries, asking.query_records)
    with finished(request.output()) as output:
        run_ = _Run(request)
        picks, facts = run_.picks()
        tails = [*run_.tails.items(), ("_cosine", [float(c) for _, _, c in picks])]
        for lines in told(run_.stream, run_.table, [i for i, _, _ in picks], tails):
            output.write(lines)
    kept = len({i for i, _, _ in picks})
    if run_.report:
        run_.report.write()
    request.close(run_.ledger.law(kept), **facts)
    return int(request[Ending].fail_if_empty and not kept)


class _Run:
    """Both passes over the records."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.asking = request[Retrieving]
        self.matrix = npy.read(request[Vectors].vectors)
        self.queries = npy.read(self.asking.queries)
        check = request[Cards].card_check
        npy.check_like(self.matrix, self.queries, cards=check)
        self.labels = request.get(Labelling)
        spending = request.get(Spending)
        self.cost = spending.cost if spending else None
        self.per = spending.per if spending else None
        path = request[Report].report
        if path and not (self.per or self.labels):
            msg = "--report counts groups. Try: --per FIELD"
            raise UsageError(msg)
        self.report = SelectionRates(path) if path else None
        self._check()
        self.stream = request.stream(again=True)
        self._read()

    def _check(self) -> None:
        own = self.request.own["pick"]
        counted = own.get("budget") is not None or own.get("longest") is not None
        if counted != (self.cost is not None):
            msg = "--cost goes with --budget or --longest, and they with it"
            raise UsageError(msg)
        if self.labels and self.labels.label and not self.asking.query_records:
            msg = "--label names a field of --query-records FILE"
            raise UsageError(msg)

    def _read(self) -> None:
        """The first pass: the row of every record, its cost and its group."""
        wanted, labels = {}, self.labels
        if self.cost:
            wanted["cost"] = fields.cost(self.cost)
        if self.per:
            wanted["per"] = fields.group(self.per)
        ledger = self.ledger = self.request.started_ledger()
        ledger.strict_rows = True
        free = [labels.as_] if labels else []
        want = Projection(wanted, row=True, free=free)
        parts = self.request.reader.parts(self.stream, want, ledger, "reading")

        def checked() -> Iterator[Any]:
            for part in parts:
                beside.check_within(part, self.matrix)
                yield part

        numbers, names = (["cost"] if self.cost else []), (["per"] if self.per else [])
        self.table = collected(checked(), numbers=numbers, codes=names)
        ledger.close()
        beside.check_count(self.matrix.name, len(self.matrix), ledger)

    def picks(self) -> tuple[list[Pick], dict[str, Any]]:
        """What the method picks, and what there is to say of it."""
        rows = self.table.rows
        plain = np.array_equal(rows, np.arange(len(self.matrix)))
        center = self.asking.center
        shift = _mean(self.matrix.rows) if center != "none" else 0
        pool = Shifted(self.matrix.rows, None if plain else rows, shift)
        asked = np.asarray(self.queries.rows, np.float32)
        asked = asked - (_mean(asked) if center == "own" else shift)
        good = np.flatnonzero(usable(asked) & ~np.isnan(self.spent))
        facts: dict[str, Any] = {"queries": len(asked)}
        facts["unusable queries"] = (len(asked) - len(good)) or None
        facts["without"] = self._lacking(pool)
        find = self._looked_up if self.labels else self._demonstrated
        picks = find(pool, asked[good], good)
        return picks[: self.request[Ending].limit], facts

    @cached_property
    def spent(self) -> Any:
        """What each query costs itself, shape (q,); NaN where that is not known."""
        if not (self.cost and self.asking.query_records):
            return np.zeros(len(self.queries))
        return np.array(self._of_queries(fields.cost(self.cost)), np.float64)

    def _lacking(self, pool: Any) -> dict[str, int]:
        """How many records lack what is needed to pick them."""
        counts = {"cost": 0, "group": 0}
        if self.cost:
            counts["cost"] = int(np.isnan(self.table["cost"]).sum())
        if self.per:
            counts["group"] = int((self.table["per"] < 0).sum())
        good = sum(len(rows) for rows, _ in knn.blocks(pool))
        return counts | {"vector": len(self.table) - good}

    def _demonstrated(self, pool: Any, asked: Any, good: Any) -> list[Pick]:
        table, codes = self.table, None
        cost = table["cost"] if self.cost else np.zeros(len(table))
        if self.per:
            codes = table["per"]
            cost = np.where(codes < 0, np.nan, cost)  # which is never picked
        prompts = self.request.method.load().pick(
            pool, asked, cost, self.spent[good], codes, **self.request.own["pick"]
        )
        pairs = zip(good.tolist(), prompts, strict=True)
        picks = [(place, q, c) for q, prompt in pairs for place, c in prompt]
        self.tails = {"_query": [q for _, q, _ in picks]}
        if self.report and self.per:
            words, own = table.values["per"], table["per"].tolist()
            kept = {place for place, _, _ in picks}
            there = [words[code] for code in own if code >= 0]
            self.report.add(self.per, there, [words[own[i]] for i in kept])
        return picks

    def _looked_up(self, pool: Any, asked: Any, good: Any) -> list[Pick]:
        assert self.labels
        values: list[Any] = list(range(len(self.queries)))
        if self.labels.label:
            values = self._of_queries(fields.value(self.labels.label))
        labels = [values[i] for i in good.tolist()]
        found = self.request.method.load().pick(
            pool, asked, labels, **self.request.own["pick"]
        )
        if self.request[Order].order == "input":
            found.sort()
        gone = [labels[query] for _, query, _ in found]
        if self.report:
            names = list(map(fields.named, gone))
            self.report.of_all(self.labels.as_, names, len(self.table))
        self.tails = {
            self.labels.as_: gone,
            "_query": [int(good[query]) for _, query, _ in found],
        }
        return [(place, int(good[query]), cosine) for place, query, cosine in found]

    def _of_queries(self, wanted: Any) -> list[Any]:
        """A field of the records of the queries, by the row of each query."""
        path = self.asking.query_records
        assert path
        values: dict[int, Any] = {}
        want = Projection({"asked": wanted}, row=True)
        for part in self.request.reader.strictly(path, want):
            values.update(zip(part.rows, part["asked"], strict=True))
        size = len(self.queries)
        if set(values) != set(range(size)):
            msg = (
                f"{path} does not have a record for each of the {size:,} rows of"
                f" {self.queries.name}. Try: the records that were embedded"
            )
            raise DataError(msg)
        return [values[i] for i in range(size)]


def told(
    stream: Stream, table: Table, picks: list[int], tails: list[tuple[str, list[Any]]]
) -> Iterator[Any]:
    """The lines of picks, from a second pass, with what is said of each.

    Args:
        stream: of the records.
        table: what was read of them.
        picks: their places in it.
        tails: fields, with a value for each pick.
    """
    places = [int(table.places[i]) for i in picks]
    lines = lines_at(stream, set(places))
    if not table.said:
        tails = [*tails[:-1], (ROW, [int(table.rows[i]) for i in picks]), tails[-1]]
    names = {name for name, _ in tails}
    for at in range(0, len(picks), STEP):
        part = slice(at, at + STEP)
        some = [splice.cut(lines[place], names) for place in places[part]]
        yield splice.spliced(some, [(name, column[part]) for name, column in tails])


def _mean(rows: Any) -> Any:
    """The mean of the usable rows, float32."""
    total, count = np.zeros(rows.shape[1]), 0
    for at in range(0, len(rows), STEP):
        part = np.asarray(rows[at : at + STEP], np.float32)
        good = part[usable(part)]
        total += good.sum(axis=0, dtype=np.float64)
        count += len(good)
    return (total / max(count, 1)).astype(np.float32)
