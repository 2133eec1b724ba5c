"""Several scores that draw from one stream: one share of the choice for each field."""

from __future__ import annotations

from math import ceil, inf
from typing import TYPE_CHECKING, Any

from sel.cli.pick import ranking
from sel.errors import OptionError, UsageError
from sel.maths.ranking.topk import TopK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.cli.call import Call
    from sel.streams.lines import Stream
    from sel.streams.records import Parsed


class Joint:
    """Fields choose in their order, each from what those before it have left.

    Held for each field are as many of its best as it and all before it may keep.

    Args:
        call: says how many, and in which shares.
        names: the fields.
        rank: gives for each field what a block's records are ranked by.
    """

    def __init__(
        self, call: Call, names: list[str], rank: Callable[[Parsed], list[Any]]
    ) -> None:
        self.amount: ranking.Amount = call.groups["amount"]
        self.quota: ranking.Quota = call.groups["quota"]
        self._call = call
        self._names = names
        self._rank = rank
        self._total = self.amount.k or 0
        self._best: list[TopK] = []
        self.store = ranking.Store()
        self.kept: dict[str, int] = dict.fromkeys(names, 0)
        self.counts_first = self.amount.fraction is not None
        self._shares = self._known()

    def _known(self) -> list[float]:
        amount, quota, names = self.amount, self.quota, self._names
        if quota.per or amount.budget is not None or amount.threshold is not None:
            msg = "several fields in --by go with -k or --fraction, and without --per"
            raise UsageError(msg)
        if quota.shares == "equal":
            return [1 / len(names)] * len(names)
        whole = sum(quota.given.values())
        if set(quota.given) != set(names) or not whole:
            rule = f"equal, or one share for each of {', '.join(names)}"
            raise OptionError("--shares", rule, quota.given or quota.shares)
        return [quota.given[name] / whole for name in names]

    def count(self, stream: Stream) -> None:
        """The first pass: how many records there are."""
        read = ranking.parsed_blocks(self._call, stream, "counting")
        size = sum(len(parsed.records) for _, parsed in read)
        self._total = ceil((self.amount.fraction or 0) * size - 1e-9)

    def take(self, parsed: Parsed) -> None:
        """Offer the records of a block to every field."""
        columns = self._rank(parsed)
        if not self._best:
            sizes = self._sizes()
            self._best = [TopK(sum(sizes[: i + 1])) for i in range(len(sizes))]
        for i, keys in enumerate(zip(*columns, strict=True)):
            item = None
            for best, key in zip(self._best, keys, strict=True):
                if key > best.floor and key > -inf:
                    item = item or (parsed.rows[i], self.store.put(parsed.lines[i]))
                    best.add(key, 0.0, item)

    def _sizes(self) -> list[int]:
        """How many each field may keep; the last takes what rounding leaves."""
        sizes = [int(self._total * share + 1e-9) for share in self._shares[:-1]]
        return [*sizes, self._total - sum(sizes)]

    def chosen(self, *, by_score: bool) -> Iterator[bytes]:
        """The lines that are kept, in the order of the input, or field by field."""
        kept: dict[int, ranking.Line] = {}
        for name, best, size in zip(
            self._names, self._best, self._sizes(), strict=True
        ):
            ranked = (best.items[place] for place in best.chosen())
            free = [(row, line) for row, line in ranked if row not in kept][:size]
            kept.update(free)
            self.kept[name] = len(free)
        rows = list(kept) if by_score else sorted(kept)
        return (self.store.get(kept[row]) for row in rows)
