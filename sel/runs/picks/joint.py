"""Several scores that draw from one stream: one share of the choice for each field."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING, Any

from sel.errors import OptionError, UsageError
from sel.maths.ranking.topk import TopK
from sel.options.declare import Share
from sel.options.groups import Quota
from sel.options.scores import Amount, By
from sel.records.store import Held, Store
from sel.runs import pool
from sel.runs.picks.arranging import arranged, by_score
from sel.runs.picks.ranks import Ranks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream


class Joint:
    """Fields choose in their order, each from what those before it have left.

    Held for each field are as many of its best as it and all before it may keep.

    Args:
        request: says how many, and in which shares.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._amount, self._quota = request[Amount], request[Quota]
        self._names = request[By].names
        self._ranks = [Ranks(request, i) for i in range(len(self._names))]
        self.wanted: dict[str, Any] = {}
        if any(ranks.learns for ranks in self._ranks):
            msg = "--normalize goes with one field in --by"
            raise UsageError(msg)
        for ranks in self._ranks:
            self.wanted |= ranks.wanted
        self.row = any(ranks.row for ranks in self._ranks)
        self._total = self._amount.k or 0
        self._best: list[TopK] = []
        self._store = Store()
        self.without = Counter[str]()
        self._kept: dict[str, int] = dict.fromkeys(self._names, 0)
        self.twice = self._amount.fraction is not None
        self._shares = self._known()

    def _known(self) -> list[float]:
        amount, quota, names = self._amount, self._quota, self._names
        many = amount.k is not None or amount.fraction is not None
        cut = getattr(amount, "cut", None)
        over = {amount.budget, amount.threshold, cut} != {None}
        if quota.per or over or not many:
            msg = "several fields in --by go with -k or --fraction, and without --per"
            raise UsageError(msg)
        if quota.rule == "equal":
            return [1 / len(names)] * len(names)
        whole = sum(quota.given.values())
        if set(quota.given) != set(names) or not whole:
            rule = f"equal, or one share for each of {', '.join(names)}"
            raise OptionError("shares", rule, quota.given or quota.shares)
        return [quota.given[name] / whole for name in names]

    def prepare(self, stream: Stream) -> None:
        """The first pass: how many records there are."""
        total = pool.count(self._request, stream)
        self._total = Share(self._amount.fraction or 0).of(total)

    def take(self, part: Part) -> None:
        """Offer the records of a block to every field."""
        ranked = [ranks.of(part) for ranks in self._ranks]
        columns = [one.keys for one in ranked]
        if all(one.lacking for one in ranked):
            none = sum(max(keys) == -inf for keys in zip(*columns, strict=True))
            self.without["score"] += none
        if not self._best:
            sizes = self._sizes()
            self._best = [TopK(sum(sizes[: i + 1])) for i in range(len(sizes))]
        for i, keys in enumerate(zip(*columns, strict=True)):
            item = None
            for best, key in zip(self._best, keys, strict=True):
                if key > best.floor and key > -inf:
                    item = item or (part.places[i], self._store.put(part.lines[i]))
                    best.add(key, 0.0, item)

    def _sizes(self) -> list[int]:
        """How many each field may keep; the last takes what rounding leaves."""
        sizes = [int(self._total * share + 1e-9) for share in self._shares[:-1]]
        return [*sizes, self._total - sum(sizes)]

    def chosen(self) -> Iterator[bytes]:
        """The lines that are kept, in the order of the input, or field by field."""
        kept: dict[int, Held] = {}
        for name, best, size in zip(
            self._names, self._best, self._sizes(), strict=False
        ):
            ranked = (best.items[place] for place in best.chosen())
            free = [(row, line) for row, line in ranked if row not in kept][:size]
            kept.update(free)
            self._kept[name] = len(free)
        rows = list(kept) if by_score(self._request) else sorted(kept)
        return (self._store.get(kept[row]) for row in arranged(self._request, rows))

    def facts(self) -> dict[str, Any]:
        """See Choice."""
        return {"groups": self._kept}
