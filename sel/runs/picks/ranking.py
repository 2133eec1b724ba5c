"""The best of a stream: so many of all, or of each group, or up to a budget."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from math import ceil, fsum, inf
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.maths.ranking.apportionment import apportioned, level
from sel.maths.ranking.topk import TopK
from sel.options.groups import Quota
from sel.options.scores import Amount, By, Tossing
from sel.options.writing import Report
from sel.records import fields
from sel.records.ledger import SKIP, Ledger
from sel.records.store import Store
from sel.runs import pool
from sel.runs.picks.arranging import arranged, by_score
from sel.runs.picks.ranks import Ranks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.shards.cutting import Limits
    from sel.streams.lines import Stream


class Ranking:
    """Reads a stream, once or twice, and knows in the end what is kept.

    Args:
        request: says how many, and in which groups.
        ranks: by what records are ranked; if None, as --by says.
    """

    def __init__(self, request: Request, ranks: Any = None) -> None:
        self._request = request
        self.ranks = ranks or Ranks(request)
        self.amount, self.quota = request[Amount], request[Quota]
        by = request.get(By)
        self._sign = by.sign if by else 1.0
        tossing = request.get(Tossing)
        self._cut = tossing.cut if tossing else None
        self._path = request[Report].report
        if self.quota.rule != "equal" and not self.quota.per:
            msg = "--shares goes with --per, or with several fields in --by"
            raise UsageError(msg)
        if self.quota.rule == "given" and not self.twice:
            msg = "--shares a=0.7,b=0.3 goes with -k, --fraction or --budget"
            raise UsageError(msg)
        if self._path and not self.quota.per:
            msg = "--report says how often each group was chosen. Try: --per FIELD"
            raise UsageError(msg)
        self._beside: dict[str, Wanted] = {}
        if self.quota.per:
            self._beside["per"] = fields.group(self.quota.per)
        if self.amount.cost:
            self._beside["cost"] = fields.cost(self.amount.cost)
        self.row = self.ranks.row
        self.without: Counter[str] = Counter()
        self.best: dict[str, TopK] = {}
        self._sizes: Counter[str] = Counter()
        self._limits: dict[str, Limits] | None = None
        self._store = Store()
        self._spent: dict[str, list[float]] = defaultdict(list)

    @property
    def wanted(self) -> dict[str, Any]:
        """See Choice."""
        return {**self.ranks.wanted, **self._beside}

    @property
    def twice(self) -> bool:
        """Whether the stream must be counted before records can be chosen."""
        amount, quota = self.amount, self.quota
        many = amount.k is not None or amount.budget is not None
        shared = quota.per is not None and quota.shares != "each" and many
        return amount.fraction is not None or shared or self.ranks.learns

    def prepare(self, stream: Stream) -> None:
        """The first pass: how much there is in each group that can be chosen."""
        read: Counter[str | None] = Counter()
        sizes: Counter[str] = Counter()
        spent: dict[str, float] = {}
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the next pass
        want, row = self.wanted, self.row
        for part in pool.parts(
            self._request, stream, want, ledger, "counting", row=row
        ):
            self.ranks.learn(part)
            if not self.quota.per:
                continue
            read.update(part["per"])
            for key, group, cost in zip(*self.offered(part), strict=True):
                if key > -inf:
                    sizes[group] += 1
                    spent[group] = spent.get(group, 0.0) + cost
        self.without.clear()  # they are counted again in the next pass
        self.ranks.begin()
        self._limits = self.shared(ledger.records, read, sizes, spent)

    def shared(
        self,
        total: int,
        read: Mapping[Any, int],
        sizes: dict[str, int],
        spent: dict[str, float],
    ) -> dict[str, Limits]:
        """The number and the budget of each group.

        Args:
            total: records that were read.
            read: the same, of each group.
            sizes: records of each group that can be chosen.
            spent: what they cost.
        """
        amount, quota = self.amount, self.quota
        k, fraction, budget = amount.k, amount.fraction, amount.budget
        if fraction is not None:
            k = ceil(fraction * total - 1e-9)
        if not quota.per:
            return {"": (k, budget)}
        if quota.rule == "each":
            every = {g: ceil(fraction * n - 1e-9) for g, n in read.items() if fraction}
            return {g: (every.get(g, k), budget) for g in sizes}
        if quota.rule == "given":
            quota.check(group for group in read if group is not None)
            parts: Any = {group: quota.given.get(group, 0.0) for group in sizes}
            money: Any = parts
        else:
            parts = sizes
            money = spent if quota.rule == "proportional" else dict.fromkeys(sizes, 1)
        split = level if quota.rule == "equal" else apportioned
        ks: Any = split(k, parts) if k is not None else dict.fromkeys(sizes)
        whole = sum(money.values()) or 1
        return {
            g: (ks[g], None if budget is None else int(money[g] / whole * budget))
            for g in sizes
        }

    def offered(self, part: Part) -> tuple[Any, Sequence[Any], Sequence[Any]]:
        """By what the records of a block are ranked, their groups and their costs.

        In all passes it is said here alone which of them can be chosen: those with a
        score that is high enough, a cost and a group, where such are asked for. The
        others are ranked by -inf.
        """
        scores, keys, lacking = self.ranks.of(part)
        self.without["score"] += lacking
        if self.amount.threshold is not None:
            least = self._sign * self.amount.threshold
            keys = [
                key if score is not None and score >= least else -inf
                for score, key in zip(scores, keys, strict=True)
            ]
        if (cut := self._cut) is not None:
            keys = [key if key >= cut else -inf for key in keys]
        groups, costs = part.columns.get("per"), part.columns.get("cost")
        for name, column in ("group", groups), ("cost", costs):
            if column and None in column:
                both = list(zip(column, keys, strict=True))
                self.without[name] += sum(v is None and key > -inf for v, key in both)
                keys = [-inf if value is None else key for value, key in both]
        n = len(part)
        return keys, groups or [""] * n, costs or [0.0] * n

    def take(self, part: Part) -> None:
        """Offer the records of a block."""
        keys, groups, costs = self.offered(part)
        if not len(keys):
            return
        if not self._beside:
            self._take_plain(part, keys)
            return
        self._sizes.update(group for group in groups if group is not None)
        for i, (key, group, cost) in enumerate(zip(keys, groups, costs, strict=True)):
            if key == -inf:
                continue
            best = self.best.get(group) or self._best(group)
            if key > best.floor:
                best.add(key, cost, self._item(part, i, part.lines[i]))

    def _take_plain(self, part: Part, keys: Any) -> None:
        best = self.best.get("") or self._best("")
        floor = best.floor
        if isinstance(keys, list):
            places, place = [], -1
            for key in [key for key in keys if key > floor]:
                place = keys.index(key, place + 1)
                places.append(place)
        else:
            places = (keys > floor).nonzero()[0].tolist()
            keys = keys.tolist()
        for i, line in zip(places, part.some(places), strict=True):
            if keys[i] > best.floor:
                best.add(keys[i], 0.0, self._item(part, i, line))

    def _item(self, part: Part, i: int, line: bytes) -> Any:
        return part.places[i], self._store.put(line)

    def _best(self, group: str) -> TopK:
        limits: Limits = (self.amount.k, self.amount.budget)
        if self._limits is not None:
            limits = self._limits.get(group, (0, 0))
        best = self.best[group] = TopK(*limits)
        return best

    @cached_property
    def taken(self) -> dict[str, list[int]]:
        """Places in `best` of what is kept of each group, the best first."""
        over = self.amount.over
        return {group: best.chosen(over) for group, best in self.best.items()}

    def chosen(self) -> Iterator[bytes]:
        """See Choice."""
        kept = [
            (best.keys[place], *best.items[place], group, best.costs[place])
            for group, best in self.best.items()
            for place in self.taken[group]
        ]
        if by_score(self._request):
            kept.sort(key=lambda one: (-one[0], one[1]))
        else:
            kept.sort(key=itemgetter(1))
        for _, _, line, group, cost in arranged(self._request, kept):
            yield self._store.get(line)
            self._spent[group].append(cost)  # not of a line beyond --limit

    def facts(self) -> dict[str, Any]:
        """See Choice."""
        kept = {group: len(places) for group, places in self.taken.items()}
        report(self._request, self._sizes, kept)
        keys = [self.best[""].keys[i] for i in self.taken.get("", ())]
        return lowest(self._request, keys) | self._spending()

    def _spending(self) -> dict[str, Any]:
        """What was asked for and what came of it, by group where there are groups."""
        asked = self._limits or {g: (b.k, b.budget) for g, b in self.best.items()}
        spent = {group: (len(costs), costs) for group, costs in self._spent.items()}
        return came(self._request, asked, spent, len(self.best))


def report(request: Request, sizes: Mapping[str, int], kept: Mapping[str, int]) -> None:
    """Write how often each group was chosen, where --report asks for it."""
    if path := request[Report].report:
        from sel.runs.picks.report import SelectionRates

        rates = SelectionRates(path)
        rates.counted(str(request[Quota].per), sizes, kept)
        rates.write()


def lowest(request: Request, keys: Sequence[float]) -> dict[str, Any]:
    """The least sum of score and noise that is kept, where one says it all."""
    told = Tossing in request and request[Tossing].pareto is None
    return {"cut": float(min(keys))} if told and keys else {}


def came(
    request: Request,
    asked: Mapping[str, Limits],
    spent: Mapping[str, tuple[int, Iterable[float]]],
    groups: int,
) -> dict[str, Any]:
    """What came of what was asked for, for the closing line.

    Args:
        request: says how much.
        asked: the number and the budget of each group.
        spent: of each group how many records are kept, and what they cost.
        groups: how many have records that can be chosen.
    """
    amount, quota = request[Amount], request[Quota]
    each = {g: _came(*limits, *spent.get(g, (0, ()))) for g, limits in asked.items()}
    facts: dict[str, Any] = {}
    if amount.budget is not None:
        whole = amount.budget * (len(each) if quota.rule == "each" else 1)
        paid = sum(one["spent"] for one in each.values())
        facts["budget"] = {"asked": whole, "spent": paid, "left": whole - paid}
    if quota.per:
        facts["groups"] = groups
        facts["shares"] = each if any(each.values()) else None
    return facts


def _came(
    k: int | None, budget: float | None, kept: int, costs: Iterable[float]
) -> dict[str, Any]:
    """What came of the number and the budget of a group."""
    if budget is not None:
        return spending(budget, costs)
    return {} if k is None else {"asked": k, "kept": kept}


def spending(budget: float, costs: Iterable[float]) -> dict[str, float]:
    """What became of a budget, for the closing line."""
    exact = fsum(costs)
    spent = int(exact) if exact.is_integer() else exact
    return {"asked": budget, "spent": spent, "left": budget - spent}
