"""What `pick demonstrations` and `pick lookup` share: records near to queries.

The records are read twice: first for their rows and what else decides, then for the
lines of those that were picked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import orjson

from sel.cli import options
from sel.cli.common import blocks, matrices
from sel.cli.pick import rates
from sel.errors import DataError, UsageError
from sel.maths.matrices.vectors import usable
from sel.streams import fields, npy, splice
from sel.streams.output import finished, open_output
from sel.streams.records import Parsed, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.catalog import Method
    from sel.cli.call import Call

Pick = tuple[int, int, float]
"""The place of a record among those read, the number of its query, their cosine."""
STEP = 1 << 12


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    labelled = "labels" in method.inputs
    wanted = [
        ("common.matrices", "matrix", True),
        ("pick.retrieving", "asking", True),
        ("pick.retrieving", "spending", not labelled),
        ("pick.retrieving", "labelling", labelled),
        ("common.matrices", "checking", True),
        ("pick.ranking", "reporting", True),
        ("pick.command", "ending", True),
        ("options", "reading", True),
        ("options", "writing", True),
    ]
    return [(module, group) for module, group, there in wanted if there]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return options.RECORDS


def asking(
    *,
    queries: str,
    query_records: str | None = None,
    centre: Literal["none", "pool", "own"] = "none",
) -> Asking:
    """Queries.

    Args:
        queries: matrix whose rows are asked for (.npy).
        query_records: FILE of their records, for --cost or --label.
        centre: move both by the mean of the pool, or each matrix by its own.
    """
    return Asking(queries, query_records, centre)


@dataclass(frozen=True)
class Asking:
    """What is asked for."""

    path: str
    records: str | None
    centre: str


def spending(*, cost: str | None = None, per: str | None = None) -> tuple[Any, Any]:
    """Fields.

    Args:
        cost: field that --budget and --longest count, such as tokens.
        per: field whose values take turns in every prompt.
    """
    return cost, per


def labelling(
    *,
    label: str | None = None,
    as_: str = "lookup_label",
    order: Literal["input", "score"] = "input",
) -> Labelling:
    """Labels.

    Args:
        label: field of --query-records that is handed on.
        as_: field that gets it.
        order: input keeps the order of the input, score that of the picks.
    """
    return Labelling(label, as_, order == "score")


@dataclass(frozen=True)
class Labelling:
    """What is handed on."""

    field: str | None
    name: str
    by_score: bool


class Rows:
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
        found = self._rows[part if self._places is None else self._places[part]]
        return np.asarray(found, np.float32) - self._shift


def run(call: Call) -> int:
    """Find records near to the queries."""
    asking: Asking = call.groups["asking"]
    matrices.check_standard_input(
        [call.groups["matrix"], asking.path, *filter(None, [asking.records])],
        call.files,
    )
    with finished(open_output(call.writing.output)) as output:
        run_ = _Run(call)
        picks, facts = run_.picks()
        for part in run_.lines(picks):
            output.write(part)
    counts = run_.counts
    gone = counts["kept"] + counts["rejected"] + counts["blank"]
    counts["dropped"] = counts["read"] - gone
    if run_.report:
        run_.report.write()
    call.close(counts, **facts)
    return int(call.groups["ending"].fail_if_empty and not counts["kept"])


class _Run:
    """Both passes over the records."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.asking: Asking = call.groups["asking"]
        self.matrix = npy.read(call.groups["matrix"])
        self.queries = npy.read(self.asking.path)
        npy.check_like(self.matrix, self.queries, cards=call.groups["checking"])
        self.counts = dict.fromkeys(("read", "kept", "rejected", "blank"), 0)
        self.labels: Labelling | None = call.groups.get("labelling")
        self.cost, self.per = call.groups.get("spending", (None, None))
        path, group = call.groups["reporting"], self.per
        if path and not (group or self.labels):
            msg = "--report counts groups. Try: --per FIELD"
            raise UsageError(msg)
        self.report = rates.Rates(path) if path else None
        self._check()
        self.stream = call.reading.stream(call.files, again=True)
        self._read()

    def _check(self) -> None:
        own = self.call.own["pick"]
        counted = own.get("budget") is not None or own.get("longest") is not None
        if counted != (self.cost is not None):
            msg = "--cost goes with --budget or --longest, and they with it"
            raise UsageError(msg)
        if self.labels and self.labels.field and not self.asking.records:
            msg = "--label names a field of --query-records FILE"
            raise UsageError(msg)

    def _read(self) -> None:
        """The first pass: the row of every record, its cost and its group."""
        call, wanted = self.call, [name for name in (self.cost, self.per) if name]
        finds = [
            fields.number(name) if name == self.cost else fields.value(name)
            for name in wanted
        ]
        rows: list[Any] = [np.empty(0, np.int64)]
        places: list[Any] = [np.empty(0, np.int64)]
        costs: list[Any] = [np.empty(0)]
        self.named: list[str] = []
        # In place of vectors the numbers of their rows.
        numbers = npy.Matrix(self.matrix.name, np.arange(len(self.matrix)), {})
        rejects = call.reading.rejects()
        shape = blocks.Shape()
        for block in call.blocks(self.stream, "reading"):
            parsed = parse(block, self.stream.max_line)
            columns = rates.columns(parsed, finds)
            self._refuse(parsed)
            found, kind = matrices.rows_of(parsed, numbers)
            shape.check(blocks.Done(None, 0, 0, [], kind))
            rows.append(found)
            places.append(np.array(parsed.rows, np.int64))
            if self.cost:
                costs.append(np.array(columns[0], np.float64))
            if self.per:
                self.named += map(blocks.named, columns[-1])
            rates.tally(self.counts, block, parsed, rejects)
        rejects.close(self.counts["read"])
        self.rows, self.places = np.concatenate(rows), np.concatenate(places)
        matrices.check_count(
            self.matrix, shape.name, len(self.rows) + self.counts["rejected"]
        )
        self.costs = np.concatenate(costs) if self.cost else None
        if self.cost and (np.concatenate(costs) < 0).any():
            msg = f"a cost in field {self.cost!r} is negative"
            raise DataError(msg)

    def _refuse(self, parsed: Parsed) -> None:
        name = self.labels.name if self.labels else ""
        if any(name in record for record in parsed.records):
            msg = f"{parsed.file}: field {name!r} is there already. Try: --as NAME"
            raise DataError(msg)

    def picks(self) -> tuple[list[Pick], dict[str, Any]]:
        """What the method picks, and what there is to say of it."""
        plain = np.array_equal(self.rows, np.arange(len(self.matrix)))
        shift = _mean(self.matrix.rows) if self.asking.centre != "none" else 0
        pool = Rows(self.matrix.rows, None if plain else self.rows, shift)
        asked = np.asarray(self.queries.rows, np.float32)
        asked = asked - (_mean(asked) if self.asking.centre == "own" else shift)
        good = np.flatnonzero(usable(asked))
        facts: dict[str, Any] = {"queries": len(asked)}
        facts["unusable queries"] = (len(asked) - len(good)) or None
        find = self._looked_up if self.labels else self._demonstrated
        picks = find(pool, asked[good], good)
        limit = self.call.groups["ending"].limit
        return picks[:limit], facts

    def _demonstrated(self, pool: Any, asked: Any, good: Any) -> list[Pick]:
        spent, numbers = None, None
        if self.cost and self.asking.records:
            spent = np.array(self._of_queries(fields.number(self.cost)), np.float64)
            spent = np.nan_to_num(spent[good])
        if self.per:
            numbers = np.unique(self.named, return_inverse=True)[1]
        prompts = self.call.method.load().pick(
            pool, asked, self.costs, spent, numbers, **self.call.own["pick"]
        )
        pairs = zip(good.tolist(), prompts, strict=True)
        picks = [(place, q, c) for q, prompt in pairs for place, c in prompt]
        self.tails = {"_query": [q for _, q, _ in picks]}
        if self.report and self.per:
            kept = {place for place, _, _ in picks}
            self.report.add(self.per, self.named, [self.named[i] for i in kept])
        return picks

    def _looked_up(self, pool: Any, asked: Any, good: Any) -> list[Pick]:
        assert self.labels
        values: list[Any] = list(range(len(self.queries)))
        if self.labels.field:
            values = self._of_queries(fields.value(self.labels.field))
        labels = [values[i] for i in good.tolist()]
        found = self.call.method.load().pick(
            pool, asked, labels, **self.call.own["pick"]
        )
        if not self.labels.by_score:
            found.sort()
        if self.report:
            gone = [labels[query] for _, query, _ in found]
            self.report.shares(
                self.labels.name, list(map(blocks.named, gone)), len(self.rows)
            )
        self.tails = {
            self.labels.name: [labels[query] for _, query, _ in found],
            "_query": [int(good[query]) for _, query, _ in found],
        }
        return [(place, int(good[query]), cosine) for place, query, cosine in found]

    def _of_queries(self, find: Any) -> list[Any]:
        """A field of the records of the queries, by the row of each query."""
        path = self.asking.records
        assert path
        values: dict[int, Any] = {}
        stream = self.call.reading.stream([path])
        for block in stream.blocks():
            parsed = parse(block, stream.max_line)
            column = parsed.column(find)
            for bad in parsed.rejects:
                msg = f"{bad.file}:{bad.line}: {bad.message}"
                raise DataError(msg)
            values.update(zip(blocks.rows(parsed), column, strict=True))
        size = len(self.queries)
        if set(values) != set(range(size)):
            msg = (
                f"{path} does not have a record for each of the {size:,} rows of"
                f" {self.queries.name}. Try: the records that were embedded"
            )
            raise DataError(msg)
        return [values[i] for i in range(size)]

    def lines(self, picks: list[Pick]) -> Iterator[bytes]:
        """The second pass: the lines of the picks, with what is said of each."""
        places = [int(self.places[i]) for i, _, _ in picks]
        held = rates.lines(self.stream, set(places))
        self.counts["kept"] = len(held)
        for at in range(0, len(picks), STEP):
            part = slice(at, at + STEP)
            lines = [held[place] for place in places[part]]
            records = [orjson.loads(line) for line in lines]
            parsed = Parsed("", records, lines, places[part], places[part])
            tails = [(name, column[part]) for name, column in self.tails.items()]
            if records and blocks.ROW not in records[0]:
                own = [int(self.rows[i]) for i, _, _ in picks[part]]
                tails.append((blocks.ROW, own))
            tails.append(("_cosine", [float(c) for _, _, c in picks[part]]))
            yield splice.splice(parsed, tails, overwrite=True)


def _mean(rows: Any) -> Any:
    """The mean of the usable rows, float32."""
    total, count = np.zeros(rows.shape[1]), 0
    for at in range(0, len(rows), STEP):
        part = np.asarray(rows[at : at + STEP], np.float32)
        good = part[usable(part)]
        total += good.sum(axis=0, dtype=np.float64)
        count += len(good)
    return (total / max(count, 1)).astype(np.float32)
