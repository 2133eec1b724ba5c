"""Keeping the best of a stream: what `pick top`, `sample` and `random` share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import ceil, inf, isnan
from typing import TYPE_CHECKING, Any, Literal

from sel.cli.common import blocks
from sel.cli.common.joining import Joined
from sel.errors import DataError, OptionError, UsageError
from sel.maths.ranking.apportionment import apportioned, level
from sel.maths.ranking.topk import TopK
from sel.streams import fields
from sel.streams.records import Unread, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.cli.call import Call
    from sel.streams.lines import Block, Stream
    from sel.streams.records import Parsed
    from sel.streams.rejects import Rejects

HELD = 64 << 20
"""Bytes of lines held in memory; the rest goes to a temporary file."""

Line = bytes | tuple[int, int]


def amount(
    *,
    k: int | None = None,
    fraction: float | None = None,
    threshold: float | None = None,
    budget: int | None = None,
    cost: str | None = None,
    over: Literal["under", "over", "nearest"] = "under",
) -> Amount:
    """How many.

    Args:
        k: records to keep: 1500, 10k, 1M.
        fraction: part of the records read to keep, above 0 and up to 1.
        threshold: keep only records with at least this score.
        budget: keep records up to this sum of --cost: 10M.
        cost: field that --budget adds up, such as tokens.
        over: what the record that crosses the budget does to it.
    """
    if k is None and fraction is None and threshold is None and budget is None:
        msg = "say how many: -k N, --fraction X, --threshold X, or --budget N --cost F"
        raise UsageError(msg)
    if k is not None and fraction is not None:
        msg = "-k and --fraction cannot both say how many"
        raise UsageError(msg)
    if (budget is None) != (cost is None):
        msg = "--budget and --cost go together"
        raise UsageError(msg)
    if k is not None and k < 0:
        raise OptionError("-k", "at least 0", k)
    if budget is not None and budget < 0:
        raise OptionError("--budget", "at least 0", budget)
    if fraction is not None and not 0 < fraction <= 1:
        raise OptionError("--fraction", "above 0 and at most 1", fraction)
    return Amount(k, fraction, threshold, budget, cost, over)


@dataclass(frozen=True)
class Amount:
    """How many records are kept."""

    k: int | None
    fraction: float | None
    threshold: float | None
    budget: int | None
    cost: str | None
    over: Literal["under", "over", "nearest"]


def quota(*, per: str | None = None, shares: str = "equal") -> Quota:
    """Groups.

    Args:
        per: field whose values share what is kept.
        shares: equal, proportional, each (all of -k for every group), or a=0.7,b=0.3.
    """
    given: dict[str, float] = {}
    if shares not in ("equal", "proportional", "each"):
        for part in shares.split(","):
            group, _, share = part.rpartition("=")
            try:
                given[group] = float(share)
            except ValueError:
                given[group] = -1
            if not given[group] >= 0:
                rule = "equal, proportional, each, or shares such as a=0.7,b=0.3"
                raise OptionError("--shares", rule, shares)
    return Quota(per, shares if not given else "given", given)


@dataclass(frozen=True)
class Quota:
    """How groups share what is kept."""

    per: str | None
    shares: str
    given: dict[str, float]


def reporting(*, report: str | None = None) -> str | None:
    """Report.

    Args:
        report: write to FILE, as JSON lines, how often each group was chosen.
    """
    return report


def report_path(call: Call) -> str | None:
    """Where a report on groups goes; there must then be groups."""
    path: str | None = call.groups["reporting"]
    if path and not call.groups["quota"].per:
        msg = "--report says how often each group was chosen. Try: --per FIELD"
        raise UsageError(msg)
    return path


class Ranking:
    """Reads a stream, once or twice, and knows in the end what is kept.

    Args:
        call: says how many, and in which groups.
        rank: gives a block's scores and what its records are ranked by.
    """

    def __init__(self, call: Call, rank: Callable[[Parsed], tuple[Any, Any]]) -> None:
        self._call = call
        self._rank = rank
        self.amount: Amount = call.groups["amount"]
        self.quota: Quota = call.groups["quota"]
        if self.quota.shares != "equal" and not self.quota.per:
            msg = "--shares goes with --per, or with several fields in --by"
            raise UsageError(msg)
        self._cost = fields.number(self.amount.cost) if self.amount.cost else None
        self._group = fields.value(self.quota.per) if self.quota.per else None
        self.best: dict[str, TopK] = {}
        self._sizes: Counter[str] = Counter()
        self._limits: dict[str, tuple[int | None, float | None]] | None = None
        self.store = Store()

    @property
    def counts_first(self) -> bool:
        """Whether the stream must be counted before records can be chosen."""
        amount, quota = self.amount, self.quota
        many = amount.k is not None or amount.budget is not None
        shared = quota.per is not None and quota.shares != "each" and many
        return amount.fraction is not None or shared

    def count(self, stream: Stream) -> None:
        """The first pass: how much there is in each group."""
        sizes: dict[str, int] = {}
        costs: dict[str, float] = {}
        total = 0
        for _, parsed in parsed_blocks(self._call, stream, "counting"):
            total += len(parsed.records)
            if self._group is None:
                continue
            groups, spent = self._groups(parsed), self._costs(parsed)
            for group, cost in zip(groups, spent, strict=True):
                sizes[group] = sizes.get(group, 0) + 1
                costs[group] = costs.get(group, 0.0) + cost
        self._limits = self._shared(total, sizes, costs)

    def _shared(
        self, total: int, sizes: dict[str, int], costs: dict[str, float]
    ) -> dict[str, tuple[int | None, float | None]]:
        """The number and the budget of each group."""
        amount, quota = self.amount, self.quota
        k, fraction, budget = amount.k, amount.fraction, amount.budget
        if fraction is not None:
            k = ceil(fraction * total - 1e-9)
        if self._group is None:
            return {"": (k, budget)}
        if quota.shares == "each":
            every = {g: ceil(fraction * n - 1e-9) for g, n in sizes.items() if fraction}
            return {g: (every.get(g, k), budget) for g in sizes}
        if quota.shares == "given":
            parts: Any = {group: quota.given.get(group, 0.0) for group in sizes}
            money: Any = parts
        else:
            parts = sizes
            money = costs if quota.shares == "proportional" else dict.fromkeys(sizes, 1)
        split = level if quota.shares == "equal" else apportioned
        ks: Any = split(k, parts) if k is not None else dict.fromkeys(sizes)
        whole = sum(money.values()) or 1
        return {
            g: (ks[g], None if budget is None else int(money[g] / whole * budget))
            for g in sizes
        }

    def take(self, parsed: Parsed) -> None:
        """Offer the records of a block."""
        self._beside(parsed)  # records that lack a group or a cost go first
        scores, keys = self._rank(parsed)
        groups, costs = self._beside(parsed)
        if self.amount.threshold is not None:
            least = self.amount.threshold
            keys = [
                key if score is not None and score >= least else -inf
                for score, key in zip(scores, keys, strict=True)
            ]
        if not len(keys):
            return
        self._sizes.update(groups or ())
        if groups is None and costs is None:
            self._take_plain(parsed, keys)
        else:
            self._take_shared(parsed, keys, groups, costs)

    def _beside(self, parsed: Parsed) -> tuple[list[str] | None, list[float] | None]:
        """The group and the cost of each record, where they count."""
        groups = self._groups(parsed) if self._group else None
        costs = self._costs(parsed) if self._cost else None
        if groups and costs and len(costs) < len(groups):
            groups = self._groups(parsed)
        return groups, costs

    def report(self, path: str) -> None:
        """Write how often each group was chosen."""
        from sel.cli.pick.rates import Rates

        rates = Rates(path)
        kept = {g: len(best.chosen(self.amount.over)) for g, best in self.best.items()}
        rates.counted(str(self.quota.per), self._sizes, kept)
        rates.write()

    def _take_plain(self, parsed: Parsed, keys: Any) -> None:
        best = self._best("")
        floor = best.floor
        if isinstance(keys, list):
            places = [i for i, key in enumerate(keys) if key > floor]
        else:
            places = (keys > floor).nonzero()[0].tolist()
            keys = keys.tolist()
        for i in places:
            if keys[i] > best.floor:
                best.add(keys[i], 0.0, self._item(parsed, i))

    def _take_shared(self, parsed: Parsed, keys: Any, groups: Any, costs: Any) -> None:
        for i, key in enumerate(keys):
            best = self._best(groups[i] if groups else "")
            if key > best.floor:
                best.add(key, costs[i] if costs else 0.0, self._item(parsed, i))

    def _item(self, parsed: Parsed, i: int) -> tuple[int, Line]:
        return parsed.rows[i], self.store.put(parsed.lines[i])

    def _best(self, group: str) -> TopK:
        best = self.best.get(group)
        if best is None:
            limits = (self.amount.k, self.amount.budget)
            if self._limits is not None:
                limits = self._limits.get(group, (0, 0))  # type: ignore[assignment]
            best = self.best[group] = TopK(*limits)
        return best

    def _groups(self, parsed: Parsed) -> list[str]:
        assert self._group is not None
        return [blocks.named(value) for value in parsed.column(self._group)]

    def _costs(self, parsed: Parsed) -> list[float]:
        if self._cost is None:
            return [0.0] * len(parsed.records)
        costs = [cost or 0.0 for cost in parsed.column(self._cost)]
        if costs and min(costs) < 0:
            msg = f"{parsed.file}: a cost in field {self.amount.cost!r} is negative"
            raise DataError(msg)
        return costs

    def chosen(self, *, by_score: bool) -> Iterator[bytes]:
        """The lines that are kept, in the order of the input or best first."""
        kept = [
            (best.keys[place], *best.items[place])
            for best in self.best.values()
            for place in best.chosen(self.amount.over)
        ]
        if by_score:
            kept.sort(key=lambda one: (-one[0], one[1]))
        else:
            kept.sort(key=lambda one: one[1])
        return (self.store.get(line) for _, _, line in kept)


class Store:
    """Holds lines: the first in memory, later ones in a nameless temporary file."""

    def __init__(self) -> None:
        self._held = 0
        self._file: Any = None

    def put(self, line: bytes) -> Line:
        """Keep a line; what comes back gets it again."""
        if self._file is None:
            self._held += len(line)
            if self._held <= HELD:
                return line
            import tempfile

            self._file = tempfile.TemporaryFile(prefix="sel-")  # noqa: SIM115
        at = self._file.tell()
        self._file.write(line)
        return at, len(line)

    def get(self, line: Line) -> bytes:
        """The line that was put."""
        if isinstance(line, tuple):
            at, size = line
            self._file.seek(at)
            found: bytes = self._file.read(size)
        else:
            found = line
        return found if found.endswith(b"\n") else found + b"\n"


def parsed_blocks(
    call: Call, stream: Stream, doing: str
) -> Iterator[tuple[Block, Parsed]]:
    """The blocks of a stream and their records, with the fields that are joined."""
    other = call.groups.get("joining")
    joined = Joined(call.reading.stream([other])) if other else None
    seek = blocks.ROW if "rng" in call.method.inputs else None
    alone = _one_field(call)
    for block in call.blocks(stream, doing):
        if alone:
            parsed: Parsed = Unread(block, stream.max_line, seek)
        else:
            parsed = parse(block, stream.max_line)
        if joined:
            joined.add(parsed)
        yield block, parsed


def _one_field(call: Call) -> bool:
    """Whether the records are asked for nothing but one field."""
    asked: Any = call.groups.get
    by, amount, quota, chance = map(asked, ("by", "amount", "quota", "chance"))
    more = (
        asked("joining"),
        amount and amount.cost,
        quota and quota.per,
        chance and chance.key,
    )
    return bool(by) and len(by.names) == 1 and not any(more)


def read(
    call: Call, stream: Stream, rejects: Rejects, counts: dict[str, int]
) -> Iterator[Parsed]:
    """The parsed blocks of a stream; their bad lines are dealt with after use."""
    for block, parsed in parsed_blocks(call, stream, "choosing"):
        yield parsed
        counts["read"] += len(block.lines)
        counts["blank"] += parsed.blank
        counts["rejected"] += len(parsed.rejects)
        parsed.rejects.sort(key=lambda reject: reject.line)
        rejects.take(parsed.rejects)


def finite(keys: list[float | None]) -> list[float]:
    """Keys in which what has no number is never picked."""
    return [-inf if key is None or isnan(key) else key for key in keys]
