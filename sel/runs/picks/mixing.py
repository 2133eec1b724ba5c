"""`sel pick mix`: records by the weights of their domains."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import UsageError, printable
from sel.inputs.keys import Kind as Keys
from sel.maths.random.noise import SeededNoise
from sel.options.chance import Chance
from sel.options.declare import Share
from sel.options.mixtures import Mixed
from sel.options.scores import Quality, Whole
from sel.options.writing import Ending, Trainer
from sel.records import computed, fields, splice, weights
from sel.records.ledger import SKIP, Ledger
from sel.records.projection import Projection
from sel.records.table import collected
from sel.request import refuse_twice
from sel.runs import pool as pools
from sel.runs.picks.ranking import spending
from sel.streams.lines import STDIN
from sel.streams.lines import name as name_of
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sel.records.table import Table
    from sel.request import Request
    from sel.streams.lines import Source, Stream
    from sel.streams.output import Output

REPEATS = "_repeats"
"""The field in which --counted says how often a record is to come."""


def run(request: Request) -> int:
    """Write the records of a mixture."""
    trainer, counted = request.get(Trainer), request[Mixed].counted
    if counted and trainer and trainer.form:
        msg = f"no trainer reads {REPEATS}. Try: --form without --counted"
        raise UsageError(msg)
    pool = Pool(request)
    stream, ledger = request.stream(again=True), request.started_ledger()
    with finished(request.output()) as output:
        pool.read(stream, ledger)
        found = pool.chosen(ledger.records)
        copies = np.zeros(ledger.records + ledger.rejected, np.int64)
        copies[pool.places] = found.copies
        limit = request[Ending].limit
        epochs = _limited(np.minimum(copies, 1) if counted else copies, limit)
        if counted and epochs:
            _write_counted(request, stream, np.where(epochs[0], copies, 0), output)
        else:
            for keep in epochs:
                for data in filter(None, request.reader.kept(stream, keep, "writing")):
                    output.write(data)
        ledger.close()
    kept = int(epochs[0].sum()) if epochs else 0
    if len(epochs) > 1:
        pool.told["lines"] = sum(int(keep.sum()) for keep in epochs)
    pool.told |= said(request, found, pool.names)
    request.close(ledger.law(kept), without=pool.without, **pool.told)
    return int(request[Ending].fail_if_empty and not kept)


def _operand(request: Request) -> Source | None:
    """The file of weights, which is the first operand where no option stands for it."""
    if request.instead:
        return None
    if not request.sources:
        msg = "give a file of weights, or --alpha X, or --unimax N. Try: sel pick mix"
        raise UsageError(f"{msg} mix.json --per domain -k 1000 FILE")
    path = request.sources.pop(0)
    refuse_twice(request, path if isinstance(path, str) else None)
    return path


class Pool:
    """What is held of all records.

    Args:
        request: says what is asked for; its first operand is the mixture.
    """

    def __init__(self, request: Request) -> None:
        self._request, self._source = request, _operand(request)
        self.mixture: dict[str, float] | None = None
        """The weights of domains, if there is a file of them."""
        if self._source:
            per = request[Mixed].per
            self.mixture = weights.read(request.reader, self._source, per)
        cost, by = request[Whole].cost, request[Quality].by
        self.numbers: dict[str, Any] = {}
        """What else is asked of each record."""
        if cost:
            self.numbers["cost"] = fields.cost(cost)
        if by:
            self.numbers["score"] = computed.number(by)
        self.told: dict[str, Any] = {}
        """What there is to say of it."""
        self.without: Counter[str] = Counter()
        self.names: list[str] = []
        """The domains that can come, sorted."""

    def read(self, stream: Stream, ledger: Ledger) -> None:
        """Read all records once.

        Raises:
            UsageError: only the mixture, or only the records, have a domain.
        """
        table = self._collected(stream, ledger)
        domains, there = table["domain"], table.values["domain"]
        good = domains >= 0
        self.without["group"] = int((~good).sum())
        for name in self.numbers:
            lost = np.isnan(table[name]) & good
            self.without[name] = int(lost.sum())
            good &= ~lost
        self.compare(there, np.bincount(domains[domains >= 0], minlength=len(there)))
        self.names = self.coming(there)
        place = {name: i for i, name in enumerate(self.names)}
        codes = np.array([*(place.get(name, -1) for name in there), -1], np.int64)
        rows = np.flatnonzero(good & (codes[domains] >= 0))
        self.places = table.places[rows]
        """Where each record that can come stands in the stream."""
        self._columns = codes[domains][rows], table["score"][rows]
        self._costs = table["cost"][rows] if "cost" in self.numbers else None

    def coming(self, there: Iterable[str]) -> list[str]:
        """The domains that can come, of those that there are; sorted."""
        if self.mixture is None:
            return sorted(there)
        weighted = {name for name, weight in self.mixture.items() if weight}
        return sorted(weighted & {*there})

    def _collected(self, stream: Stream, ledger: Ledger) -> Table:
        """Domain, score and cost of all records; chance is a score."""
        request, numbers = self._request, self.numbers
        chance = None if "score" in numbers else Keys(request)
        wanted = {"domain": fields.group(request[Mixed].per), **numbers}
        wanted |= chance.wanted if chance else {}
        drawn: list[Any] = [np.empty(0)]
        noise = SeededNoise(request[Chance].seed)

        def parts() -> Iterator[Any]:
            given = request, stream, wanted, ledger, "reading"
            for part in pools.parts(*given, row=chance is not None):
                if chance and len(part):
                    drawn.append(noise.uniform(chance.give(part)))
                yield part

        table = collected(parts(), numbers=[*numbers], codes=["domain"])
        by = request[Quality].sign
        scores = np.concatenate(drawn) if chance else by * table["score"]
        table.columns["score"] = scores
        return table

    def compare(self, there: list[str], counts: Any) -> None:
        """Refuse domains that only one of the two has, or say which they are."""
        if self.mixture is None:
            return
        mixture, known = self.mixture, set(there)
        absent = [name for name, w in mixture.items() if w and name not in known]
        sizes = zip(there, counts.tolist(), strict=True)
        unweighted = {name: n for name, n in sizes if name not in mixture}
        asked, label = self._request[Mixed], name_of(self._source or STDIN)
        if not asked.partial and there and absent:
            first = printable(absent[0])
            near = get_close_matches(absent[0], there, 1)
            hint = f"Did you mean {printable(near[0])!r}? " if near else ""
            msg = f"{label} names {first!r}, which no record has as its {asked.per}."
            raise UsageError(f"{msg} {hint}Try: --partial, to go without it")
        if not asked.partial and unweighted:
            name, count = next(iter(unweighted.items()))
            msg = f"{label} has no weight for {printable(name)!r}, the {asked.per} of"
            raise UsageError(f"{msg} {count:,} records. Try: a weight of 0, --partial")
        self.told["absent"] = ", ".join(map(printable, absent)) or None
        self.told["unweighted"] = unweighted or None

    @property
    def weights(self) -> Any:
        """The weight of each domain that can come; None without a file of them."""
        if self.mixture is None:
            return None
        return np.array([self.mixture[name] for name in self.names], np.float64)

    def total(self, records: int) -> float | None:
        """What is to be written in all, of so many records that were read."""
        amount = self._request[Whole]
        if amount.fraction is not None:
            return Share(amount.fraction).of(records)
        return amount.budget if amount.k is None else amount.k

    def chosen(self, records: int) -> Any:
        """How often each record that can come does; see sel.pick.mix.

        Args:
            records: that were read.
        """
        given, total = self.weights, self.total(records)
        pick = self._request.method.load().pick
        own = self._request.own["pick"]
        return pick(*self._columns, self._costs, given, total, **own)


def _limited(copies: Any, limit: int | None) -> list[Any]:
    """For each epoch which lines come, up to the limit."""
    epochs, left = [], limit
    for epoch in range(1, int(copies.max(initial=0)) + 1):
        keep = copies >= epoch
        if left is not None:
            keep &= np.cumsum(keep) <= left
            left -= int(keep.sum())
        if not keep.any():
            break
        epochs.append(keep)
    return epochs


def _write_counted(
    request: Request, stream: Stream, copies: Any, output: Output
) -> None:
    """Write each line once, with how often it is to come."""
    want = Projection(free=[REPEATS], overwrite=True)
    ledger = Ledger(SKIP, "100%")  # bad lines were dealt with in the first pass
    for part in request.reader.parts(stream, want, ledger, "writing"):
        some = copies[np.array(part.places, np.int64)]
        kept = np.flatnonzero(some).tolist()
        if kept:
            columns = [(REPEATS, some[kept].tolist())]
            output.write(splice.splice(part.take(kept), columns))


def said(request: Request, found: Any, names: list[str]) -> dict[str, Any]:
    """What each domain was to give, and what it gave."""
    amount = request[Whole]
    told: dict[str, Any] = {}
    asked, given = float(found.asked.sum()), float(found.given.sum())
    word = "written" if amount.budget is None else "spent"
    if amount.budget is not None:
        told["budget"] = spending(amount.budget, found.spent.tolist())
    elif given < asked:
        told["wanted"] = f"{int(asked):,}, and all that can be are written"
    for fact, apart in (
        ("short", found.asked - found.given),
        ("redistributed", found.given - found.asked),
    ):
        large = np.flatnonzero(apart > 1e-9 * max(asked, 1)).tolist()
        told[fact] = {names[i]: _round(float(apart[i])) for i in large} or None
    domains: dict[str, Any] = {}
    columns = (column.tolist() for column in (found.asked, found.spent, found.sizes))
    for name, wanted, spent, size in zip(names, *columns, strict=True):
        one = {"asked": wanted, word: spent, "left": wanted - spent}
        one = {key: _round(value) for key, value in one.items()}
        domains[name] = one | {"epochs": spent / size if size else 0.0}
    return told | {"domains": domains}


def _round(value: float) -> float:
    return int(value) if float(value).is_integer() else value
