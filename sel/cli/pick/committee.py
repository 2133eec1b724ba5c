"""What runs `pick committee`: columns of all records, then the lines of some."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from sel.cli import options
from sel.cli.common import blocks
from sel.cli.pick import rates
from sel.cli.pick.ranking import parsed_blocks
from sel.errors import OptionError, UsageError
from sel.maths.ranking.ranks import ranks
from sel.pick._voting.seats import Bound
from sel.streams import fields, splice
from sel.streams.output import finished, open_output
from sel.streams.records import Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.catalog import Method
    from sel.cli.call import Call

STEP = 1 << 12


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("pick.turns", "size"),
        ("pick.committee", "voters"),
        ("pick.committee", "bounding"),
        ("pick.command", "order"),
        ("pick.committee", "telling"),
        ("pick.ranking", "reporting"),
        ("pick.command", "joining"),
        ("pick.command", "ending"),
        ("options", "reading"),
        ("options", "writing"),
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return options.RECORDS


def voters(*, rank: str) -> Voters:
    """Scores.

    Args:
        rank: fields that rank the records, as a,b:2,-c: with a weight after the colon;
            after a minus the lowest is the best.
    """
    names, weights, signs = [], [], []
    for part in filter(None, rank.split(",")):
        name, colon, weight = part.rpartition(":")
        try:
            weights.append(float(weight) if colon else 1.0)
        except ValueError:
            name, colon = part, ""
            weights.append(1.0)
        name = name if colon else part
        names.append(name.removeprefix("-"))
        signs.append(-1.0 if name.startswith("-") else 1.0)
    good = all(0 <= weight < np.inf for weight in weights) and any(weights)
    if not good or "" in names or len(set(names)) < len(names):
        rule = "fields with weights that are not negative, such as a:0.25,b:0.75"
        raise OptionError("--rank", rule, rank)
    return Voters(names, np.array(weights), np.array(signs))


@dataclass(frozen=True)
class Voters:
    """Fields that rank, how much each counts, and which way."""

    names: list[str]
    weights: Any
    signs: Any


def bounding(
    *, at_least: list[str] | None = None, at_most: list[str] | None = None
) -> list[Asked]:
    """Bounds.

    Args:
        at_least: FIELD=VALUE:N records, or a share of -k written with a point, such as
            lang=de:0.1; a VALUE of * is every one. May be given several times.
        at_most: the same, for the most that may be taken.
    """
    asked = [_bound("--at-least", part) for part in at_least or ()]
    return asked + [_bound("--at-most", part) for part in at_most or ()]


@dataclass(frozen=True)
class Asked:
    """A bound as it was asked for."""

    option: str
    field: str
    value: str
    number: float
    share: bool

    @property
    def name(self) -> str:
        """As messages call it."""
        number = f"{self.number}" if self.share else f"{self.number:.0f}"
        return f"{self.option} {self.field}={self.value}:{number}"

    def limits(self, k: int) -> tuple[int, int]:
        """The least and the most records of k."""
        exact = self.number * k if self.share else self.number
        if self.option == "--at-least":
            return ceil(exact - 1e-9), k
        return 0, floor(exact + 1e-9)


def _bound(option: str, text: str) -> Asked:
    rest, _, number = text.rpartition(":")
    field, _, value = rest.partition("=")
    share = "." in number
    try:
        size = float(number) if share else int(number)
    except ValueError:
        size = -1
    if not field or not value or size < 0 or (share and size > 1):
        rule = "FIELD=VALUE:N, or a share from 0.0 to 1.0 as lang=de:0.1"
        raise OptionError(option, rule, text)
    return Asked(option, field, value, size, share)


def telling(*, ranked: bool = False, explain: str | None = None) -> Telling:
    """Reasons.

    Args:
        ranked: add _rank, in which place a record was picked, and _gain, by what.
        explain: say why the record of this _row, or place, was taken or left.
    """
    if explain is not None and not explain.isdecimal():
        raise OptionError("--explain", "the number of a row, from 0", explain)
    return Telling(ranked, None if explain is None else int(explain))


@dataclass(frozen=True)
class Telling:
    """What is said of a choice."""

    ranked: bool
    row: int | None


@dataclass
class Columns:
    """What is held of the records: numbers, and numbers of values."""

    scores: Any
    """(n, voters), higher is better; NaN where there is none."""
    groups: Any
    """(n, fields)."""
    places: Any
    """(n,), among the records of the stream."""
    rows: Any
    """(n,), what a record calls its row, or its place."""
    values: list[dict[str, int]]
    """The numbers of values, for each field."""


def columns(
    call: Call, stream: Any, named: list[str], counts: dict[str, int], rejects: Any
) -> Columns:
    """Read the columns of a stream.

    Args:
        call: says which fields rank.
        stream: what is read.
        named: fields whose values are numbered.
        counts: how many were read; it is added to.
        rejects: takes the bad lines.
    """
    ours: Voters = call.groups["voters"]
    size = len(ours.names)
    finds = [fields.number(name) for name in ours.names]
    finds += [fields.value(name) for name in named]
    values: list[dict[str, int]] = [{} for _ in named]
    kept = Columns(
        [np.empty((0, size))], [np.empty((0, len(named)), int)], [], [], values
    )
    for block, parsed in parsed_blocks(call, stream, "reading"):
        found = rates.columns(parsed, finds)
        numbers = np.array(found[:size], np.float64)  # None becomes NaN
        kept.scores.append(numbers.reshape(size, len(parsed.records)).T * ours.signs)
        codes = [
            [known.setdefault(blocks.named(value), len(known)) for value in column]
            for known, column in zip(values, found[size:], strict=True)
        ]
        kept.groups.append(
            np.array(codes, np.int64).reshape(len(named), len(parsed.records)).T
        )
        kept.places.append(np.array(parsed.rows, np.int64))
        kept.rows.append(np.array(blocks.rows(parsed), np.int64))
        rates.tally(counts, block, parsed, rejects)
    empty = np.empty(0, np.int64)
    kept.scores, kept.groups = np.concatenate(kept.scores), np.concatenate(kept.groups)
    kept.places = np.concatenate([empty, *kept.places])
    kept.rows = np.concatenate([empty, *kept.rows])
    return kept


def run(call: Call) -> int:
    """Elect records of the inputs."""
    asked: list[Asked] = call.groups["bounding"]
    named = list(dict.fromkeys(one.field for one in asked))
    path = call.groups["reporting"]
    if path and not named:
        msg = "--report counts the groups of bounds. Try: --at-most FIELD=*:1.0"
        raise UsageError(msg)
    counts = dict.fromkeys(("read", "kept", "rejected", "blank"), 0)
    rejects = call.reading.rejects()
    with finished(open_output(call.writing.output)) as output:
        stream = call.reading.stream(call.files, again=True)
        table = columns(call, stream, named, counts, rejects)
        rejects.close(counts["read"])
        there = int(np.isfinite(table.scores).any(axis=1).sum())
        k = min(call.groups["size"], there)
        found = call.method.load().pick(
            table.scores,
            call.groups["voters"].weights,
            table.groups,
            _bounds(asked, named, table.values, k),
            k,
            **call.own["pick"],
        )
        for part in _lines(call, stream, table, found):
            output.write(part)
    counts["kept"] = len(found.chosen[: call.groups["ending"].limit])
    gone = counts["kept"] + counts["rejected"] + counts["blank"]
    counts["dropped"] = counts["read"] - gone
    if path:
        _report(path, named, table, found)
    call.close(counts, **_facts(call, table, found))
    return int(call.groups["ending"].fail_if_empty and not counts["kept"])


def _bounds(
    asked: list[Asked], named: list[str], values: list[dict[str, int]], k: int
) -> list[Bound]:
    """The bounds, one for each value; -1 is a value that no record has."""
    found = []
    for one in asked:
        field = named.index(one.field)
        known = values[field]
        groups = (
            list(known.values()) if one.value == "*" else [known.get(one.value, -1)]
        )
        found += [Bound(one.name, field, group, *one.limits(k)) for group in groups]
    return found


def _lines(call: Call, stream: Any, table: Columns, found: Any) -> Iterator[bytes]:
    """The second pass: the lines of the records, in the order that is asked for."""
    picks = list(range(len(found.chosen)))
    if not call.groups["order"]:
        picks.sort(key=found.chosen.__getitem__)
    picks = picks[: call.groups["ending"].limit]
    places = [int(table.places[found.chosen[i]]) for i in picks]
    held = rates.lines(stream, set(places))
    for at in range(0, len(picks), STEP):
        part = slice(at, at + STEP)
        lines = [held[place] for place in places[part]]
        if not call.groups["telling"].ranked:
            yield b"".join(lines)
            continue
        parsed = Parsed("", list(map(orjson.loads, lines)), lines, places, places)
        ranked: list[tuple[str, Any]] = [
            ("_rank", [i + 1 for i in picks[part]]),
            ("_gain", [found.gains[i] for i in picks[part]]),
        ]
        yield splice.splice(parsed, ranked, overwrite=True)


def _report(path: str, named: list[str], table: Columns, found: Any) -> None:
    report = rates.Rates(path)
    for field, name in enumerate(named):
        words = list(table.values[field])
        column = table.groups[:, field]
        pool, kept = column.tolist(), column[found.chosen].tolist()
        report.add(name, [words[i] for i in pool], [words[i] for i in kept])
    report.note({"price": found.price})
    report.write()


def _facts(call: Call, table: Columns, found: Any) -> dict[str, Any]:
    wanted, kept = call.groups["size"], len(found.chosen)
    short = f"{wanted:,}, and all that can be are kept" if kept < wanted else None
    rule = call.own["pick"]["rule"]
    idle = kept - found.gained
    words = f"after {found.gained:,} picks nothing was gained; {idle:,} went by borda"
    row = call.groups["telling"].row
    if row is not None:
        call.say(_reason(call, table, found, row))
    return {
        "wanted": short,
        "score": found.score,
        "price": found.price or None,
        "saturated": words if idle and rule in ("cc", "cc-approval") else None,
        "idle": idle if idle and rule not in ("cc", "cc-approval") else None,
    }


def standing(table: Columns, ours: Voters, row: int) -> tuple[int, str]:
    """The place of a record in the table, and its rank in each field, in words.

    Raises:
        UsageError: no record has that row.
    """
    places = np.flatnonzero(table.rows == row)
    if not len(places):
        msg = f"there is no row {row:,} among the records. Try: its _row, or its place"
        raise UsageError(msg)
    place, size = int(places[0]), len(table.scores)
    stand = ", ".join(
        f"{name} {ranks(column, 'min')[place]:,.0f} of {size:,}"
        if np.isfinite(column[place])
        else f"{name} null"
        for name, column in zip(ours.names, table.scores.T, strict=True)
    )
    return place, stand


def _reason(call: Call, table: Columns, found: Any, row: int) -> str:
    """Why a record was taken or left."""
    place, stand = standing(table, call.groups["voters"], row)
    alone = f"worth {found.points[place]:.6g} alone"
    if place in found.chosen:
        at = found.chosen.index(place)
        return f"row {row:,} taken as number {at + 1:,}: {stand}; {alone}"
    last = min((float(found.points[i]) for i in found.chosen), default=0.0)
    return f"row {row:,} left: {stand}; {alone}, the least of those taken {last:.6g}"
