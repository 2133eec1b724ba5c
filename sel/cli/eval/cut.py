"""A rule over records, measured against a reference."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli import options
from sel.cli.common import results
from sel.cli.common.blocks import json_text
from sel.errors import DataError, OptionError, UsageError
from sel.eval import _crossmatch
from sel.maths.expression import Unjudged, compiled
from sel.streams import fields
from sel.streams.records import BadRecord, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.catalog import Method
    from sel.cli.call import Call


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("eval.cut", "rule"),
        ("eval.cut", "truth"),
        ("eval.cut", "bins"),
        ("options", "reading"),
        ("options", "writing"),
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return options.RECORDS


def rule(
    *, rule: str | None = None, by: str | None = None, lowest: bool = False
) -> Rule:
    """What selects.

    Args:
        rule: a condition over fields, as for sel pick where.
        by: field with numbers, to find a threshold for --efficiency.
        lowest: select below the threshold: the lowest number is the best.
    """
    if bool(rule) == bool(by):
        msg = "give --rule CONDITION, or --by FIELD to find a threshold"
        raise UsageError(msg)
    return Rule(compiled(rule) if rule else None, by, lowest)


@dataclass(frozen=True)
class Rule:
    """What selects."""

    holds: Callable[[Any], bool] | None
    by: str | None
    lowest: bool


def truth(
    *,
    reference: str | None = None,
    against: str | None = None,
    on: str | None = None,
    near: str | None = None,
    within: float | None = None,
) -> Truth:
    """Reference.

    Args:
        reference: condition for what belongs to it; with --against, on records there.
        against: records that are the reference, in a FILE of their own.
        on: field that names a record in both.
        near: one or two fields with coordinates in both, as ra,dec.
        within: largest distance of partners, in the units of the coordinates.
    """
    if not reference and not against:
        msg = "give --reference CONDITION, or --against FILE with --on or --near"
        raise UsageError(msg)
    if bool(against) != bool(on or near) or (on and near) or bool(near) != bool(within):
        msg = "--against goes with --on KEY, or with --near FIELDS --within TOLERANCE"
        raise UsageError(msg)
    if within is not None and not within > 0:
        raise OptionError("--within", "above 0", within)
    names = [name for name in (near or "").split(",") if name]
    if len(names) > 2:
        raise OptionError("--near", "one or two fields", near)
    return Truth(compiled(reference) if reference else None, against, on, names, within)


@dataclass(frozen=True)
class Truth:
    """What belongs to the reference."""

    holds: Callable[[Any], bool] | None
    against: str | None
    on: str | None
    near: list[str]
    within: float | None


def bins(*, bin_: str | None = None, edges: str | None = None) -> Bins:
    """Bins.

    Args:
        bin_: field whose values are the bins.
        edges: numbers that divide the values of a field into bins, as 0,0.5,1.
    """
    try:
        found = [float(part) for part in edges.split(",")] if edges else []
    except ValueError:
        found = [1.0, 0.0]
    if found != sorted(set(found)) or (edges and not bin_):
        raise OptionError("--edges", "rising numbers, with --bin", edges)
    return Bins(bin_, found)


@dataclass(frozen=True)
class Bins:
    """Into which bins records go."""

    field: str | None
    edges: list[float]

    def name(self, value: Any) -> str:
        """The bin of a value."""
        if not self.edges:
            return value if isinstance(value, str) else json_text(value)
        if type(value) not in (int, float):
            return "none"
        place = int(np.searchsorted(self.edges, value, "right"))
        low = f"{self.edges[place - 1]:g}" if place else ""
        high = f"{self.edges[place]:g}" if place < len(self.edges) else ""
        return f"{low}..{high}"


def run(call: Call) -> int:
    """Judge the records, and measure."""
    table = _Table(call)
    table.read()
    extra = table.joined()
    module = call.method.load()
    selected, reference = np.array(table.selected, float), np.array(table.true, bool)
    if table.rule.by:
        sign = -1 if table.rule.lowest else 1
        found = module.thresholds(sign * selected, reference, **call.own["thresholds"])
        for one in found:
            if one["threshold"] is not None:
                one["threshold"] *= sign
    else:
        found = module.measure(selected, reference, table.bins)
    found[0] |= extra
    rows = [found[0], *({**dict.fromkeys(extra), **one} for one in found[1:])]
    results.write(call, rows)
    call.close(table.law, censored=int(np.isnan(selected).sum()))
    return 0


class _Table:
    """What is needed of each record."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.rule: Rule = call.groups["rule"]
        self._truth: Truth = call.groups["truth"]
        self._bins: Bins = call.groups["bins"]
        if self.rule.by and self._bins.field:
            msg = "--bin goes with --rule. Try: the threshold that was found, as a rule"
            raise UsageError(msg)
        self.selected: list[float] = []
        self.true: list[bool] = []
        self.bins: list[str] | None = [] if self._bins.field else None
        self._places: list[Any] = []
        self.law = dict.fromkeys(("read", "kept", "dropped", "rejected", "blank"), 0)
        self._why = ""

    def read(self) -> None:
        """Judge all records."""
        call = self._call
        stream, rejects = call.reading.stream(call.files), call.reading.rejects()
        for block in call.blocks(stream, "judging"):
            parsed = parse(block, stream.max_line)
            self._take(parsed)
            rejects.take(parsed.rejects)
            self.law["read"] += len(block.lines)
            self.law["blank"] += parsed.blank
            self.law["rejected"] += len(parsed.rejects)
            self.law["kept"] += len(parsed.records)
        rejects.close(self.law["read"])
        if self.selected and all(map(isnan, self.selected)):
            msg = f"no record can be judged: {self._why}"
            raise DataError(msg)

    def _take(self, parsed: Any) -> None:
        truth, own = self._truth, self._truth.holds if not self._truth.against else None
        if own:
            _refused(parsed, own)
        while self.bins is not None:
            before = len(parsed.records)
            values = parsed.column(fields.value(self._bins.field or ""))
            if len(parsed.records) == before:
                self.bins += map(self._bins.name, values)
                break
        self.selected += map(self._judged, parsed.records)
        self.true += [own(record) if own else False for record in parsed.records]
        if truth.against:
            self._places += [_place(record, truth) for record in parsed.records]

    def _judged(self, record: Any) -> float:
        try:
            if self.rule.holds:
                return float(self.rule.holds(record))
            value = fields.number(self.rule.by or "").find(record)
        except (Unjudged, BadRecord) as why:
            self._why = self._why or str(why)
            return nan
        return nan if value is None else float(value)

    def joined(self) -> dict[str, int]:
        """Which records are in the other list; what is left of it."""
        if not self._truth.against:
            return {}
        theirs = _theirs(self._call, self._truth)
        if self._truth.on:
            known = set(theirs)
            self.true = [place in known for place in self._places]
            return {"unmatched": len(known - set(self._places))}
        width = len(self._truth.near)
        ours, others = (
            np.array(places, np.float64).reshape(-1, width)
            for places in (self._places, theirs)
        )
        partner = _crossmatch.matched(ours, others, self._truth.within or 0)
        self.true = (partner >= 0).tolist()
        blind = int((~np.isfinite(others).all(axis=1)).sum())
        lost = len(others) - blind - int((partner >= 0).sum())
        return {"unmatched": lost, "without_coordinates": blind}


def _refused(parsed: Any, holds: Callable[[Any], bool]) -> None:
    """Set records aside for which the reference cannot be judged."""
    bad = []
    for i, record in enumerate(parsed.records):
        try:
            holds(record)
        except Unjudged as why:
            bad.append((i, BadRecord(why.reason, str(why))))
    if bad:
        parsed.reject(bad)


def _place(record: Any, truth: Truth) -> Any:
    """The key of a record as text, or its coordinates."""
    if truth.on:
        return json_text(fields.value(truth.on).find(record))
    found = (fields.field(path).get(record) for path in truth.near)
    return [v if type(v) in (int, float) else nan for v in found]


def _theirs(call: Call, truth: Truth) -> list[Any]:
    """The keys or coordinates of the other list, where its condition holds."""
    stream = call.reading.stream([truth.against or ""])
    found: list[Any] = []
    for block in stream.blocks():
        parsed = parse(block, stream.max_line)
        if truth.holds:
            _refused(parsed, truth.holds)
        if parsed.rejects:
            bad = parsed.rejects[0]
            msg = f"{bad.file}:{bad.line}: {bad.message}"
            raise DataError(msg)
        there = [r for r in parsed.records if not truth.holds or truth.holds(r)]
        found += [_place(record, truth) for record in there]
    return found
