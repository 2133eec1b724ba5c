"""The best of a stream: so many of all, or of each group, or up to a budget."""

from __future__ import annotations

from collections import Counter
from math import ceil, inf
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.maths.ranking.apportionment import apportioned, level
from sel.maths.ranking.topk import TopK
from sel.options.groups import Quota
from sel.options.scores import Amount
from sel.options.writing import Report
from sel.records import fields
from sel.records.faults import BadRecord
from sel.records.ledger import SKIP, Ledger
from sel.records.store import Store
from sel.runs import pool
from sel.runs.ranks import Ranks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream

Limits = tuple[int | None, float | None]
"""How many records at most, and up to which sum of their costs."""


class Ranking:
    """Reads a stream, once or twice, and knows in the end what is kept.

    Args:
        request: says how many, and in which groups.
        ranks: by what records are ranked; if None, as --by says.
    """

    def __init__(self, request: Request, ranks: Any = None) -> None:
        self._request = request
        self._ranks = ranks or Ranks(request)
        self.amount, self.quota = request[Amount], request[Quota]
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
            self._beside["per"] = fields.name(self.quota.per)
        if self.amount.cost:
            self._beside["cost"] = costs(self.amount.cost)
        self.row = self._ranks.row
        self.best: dict[str, TopK] = {}
        self._sizes: Counter[str] = Counter()
        self._limits: dict[str, Limits] | None = None
        self._store = Store()

    @property
    def wanted(self) -> dict[str, Any]:
        """See Choice."""
        return {**self._ranks.wanted, **self._beside}

    @property
    def twice(self) -> bool:
        """Whether the stream must be counted before records can be chosen."""
        amount, quota = self.amount, self.quota
        many = amount.k is not None or amount.budget is not None
        shared = quota.per is not None and quota.shares != "each" and many
        return amount.fraction is not None or shared

    def prepare(self, stream: Stream) -> None:
        """The first pass: how much there is in each group."""
        sizes: dict[str, int] = {}
        spent: dict[str, float] = {}
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the next pass
        for part in pool.parts(self._request, stream, self._beside, ledger, "counting"):
            if not self.quota.per:
                continue
            costs = part.columns.get("cost") or [0.0] * len(part)
            for group, cost in zip(part["per"], costs, strict=True):
                sizes[group] = sizes.get(group, 0) + 1
                spent[group] = spent.get(group, 0.0) + cost
        self._limits = self._shared(ledger.records, sizes, spent)

    def _shared(
        self, total: int, sizes: dict[str, int], spent: dict[str, float]
    ) -> dict[str, Limits]:
        """The number and the budget of each group."""
        amount, quota = self.amount, self.quota
        k, fraction, budget = amount.k, amount.fraction, amount.budget
        if fraction is not None:
            k = ceil(fraction * total - 1e-9)
        if not quota.per:
            return {"": (k, budget)}
        if quota.rule == "each":
            every = {g: ceil(fraction * n - 1e-9) for g, n in sizes.items() if fraction}
            return {g: (every.get(g, k), budget) for g in sizes}
        if quota.rule == "given":
            quota.check(sizes)
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

    def take(self, part: Part) -> None:
        """Offer the records of a block."""
        scores, keys = self._ranks.of(part)
        if self.amount.threshold is not None:
            least = self.amount.threshold
            keys = [
                key if score is not None and score >= least else -inf
                for score, key in zip(scores, keys, strict=True)
            ]
        if not len(keys):
            return
        if not self._beside:
            self._take_plain(part, keys)
            return
        groups = part.columns.get("per") or [""] * len(part)
        costs = part.columns.get("cost") or [0.0] * len(part)
        self._sizes.update(groups)
        for i, (key, group, cost) in enumerate(zip(keys, groups, costs, strict=True)):
            best = self.best.get(group) or self._best(group)
            if key > best.floor:
                best.add(key, cost, self._item(part, i))

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
        for i in places:
            if keys[i] > best.floor:
                best.add(keys[i], 0.0, self._item(part, i))

    def _item(self, part: Part, i: int) -> Any:
        return part.places[i], self._store.put(part.lines[i])

    def _best(self, group: str) -> TopK:
        limits: Limits = (self.amount.k, self.amount.budget)
        if self._limits is not None:
            limits = self._limits.get(group, (0, 0))
        best = self.best[group] = TopK(*limits)
        return best

    def chosen(self, *, by_score: bool) -> Iterator[bytes]:
        """See Choice."""
        kept = [
            (best.keys[place], *best.items[place])
            for best in self.best.values()
            for place in best.chosen(self.amount.over)
        ]
        if by_score:
            kept.sort(key=lambda one: (-one[0], one[1]))
        else:
            kept.sort(key=lambda one: one[1])
        return (self._store.get(line) for _, _, line in kept)

    def facts(self) -> dict[str, Any]:
        """See Choice."""
        if self._path:
            from sel.runs.report import SelectionRates

            rates = SelectionRates(self._path)
            over = self.amount.over
            kept = {g: len(best.chosen(over)) for g, best in self.best.items()}
            rates.counted(str(self.quota.per), self._sizes, kept)
            rates.write()
        groups = len(self.best) if self.quota.per else None
        return {"groups": groups, "null": self._ranks.nulls or None}


def costs(field: str) -> Wanted:
    """What a record costs; nothing where its cost is null."""

    def cost(number: float | None) -> float:
        if number is not None and number < 0:
            raise BadRecord("field-type", f"the cost in field {field!r} is negative")
        return number or 0.0

    return fields.number(field).then(cost)
