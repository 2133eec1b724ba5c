"""`sel eval match` on one of many shards: counts that add up, and the same draws.

1. Each shard counts the records of its part of the pool and of the selections.
2. A random selection has the records of the pool with the lowest numbers by chance.
   Each shard counts its numbers by their bits until it is known which are drawn.

Then each sums up its part of the pool, of the selections, the targets and the draws.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError, UsageError
from sel.maths.random.noise import SeededNoise
from sel.maths.ranking import cuts
from sel.options.chance import Baselines
from sel.options.evaluation import Pool, Targets
from sel.records.ledger import SKIP, Ledger
from sel.runs.measures.matching import Counting
from sel.runs.measures.measure import functions
from sel.runs.measures.selections import check_size
from sel.runs.shards.cutting import Told, narrowed
from sel.runs.shards.rounds import Round, Rounds
from sel.streams import ranges
from sel.streams.lines import name
from sel.streams.packed import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sel.request import Request
    from sel.runs.shards.rounds import States

STEP = 1 << 18
"""Records of the pool whose numbers are looked at together."""
COUNTS = ("records", "blank", "rejected", "empty", "words", "letters")


@dataclass(frozen=True)
class Sizes:
    """How many records a shard has."""

    pool: int
    chosen: dict  # type: ignore[type-arg]  # of each selection, by its path

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.pool >= 0


def run(request: Request) -> int:
    """Sum up a shard."""
    share = request.share
    assert share
    if len(list(functions(request))) > 1:
        msg = "--vectors and --per have no form for --shard: they hold the whole pool"
        raise UsageError(f"{msg}. Try: one run for them")
    drawing = _Drawing(request)
    if request[Baselines].seeds and not drawing.ready():
        return 0
    counting, ledgers = drawing.counting, request.ledgers
    chosen: dict[str, Any] = {}
    for one in drawing.chosen:
        counted = counting.of(drawing.stream([one]), ledgers.another(), partial=True)
        chosen[str(one)] = packed(counted.total)
    targets = [
        packed(counting.of(drawing.stream(one), ledgers.another(), partial=True).total)
        for one in drawing.targets
    ]
    whole = drawing.stream(drawing.pool, again=True)
    pool = counting.of(whole, ledgers.another(), partial=True)
    places = [pool.places[here] for here in drawing.drawn()]
    sums = map(packed, counting.each(whole, places))
    luck = dict(zip(drawing.names, sums, strict=False))
    share.told |= {"chosen": chosen, "targets": targets, "luck": luck}
    share.told |= {"pool": packed(pool.total), "sizes": drawing.sizes}
    ledgers.close()
    share.ledger = Ledger()
    for each in COUNTS:
        total = sum(getattr(one, each) for one in ledgers.every)
        setattr(share.ledger, each, total)
    return 0


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Measure what shards have summed; see sel.runs.scores.rows."""
    request.write_rows(measured(request, shares))
    request.close(ledger.law())
    return 0


def measured(request: Request, shares: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is measured of the sums of all shards."""
    begun = [r[0] for one in shares for r in one["ranges"] if r[1] == 0 != r[2]]
    if twice := [path for path, times in Counter(begun).items() if times > 1]:
        msg = f"{name(twice[0])} is there twice. Try: each selection once"
        raise UsageError(msg)
    chosen = _added(one["chosen"] for one in shares)
    luck = _added(one["luck"] for one in shares)
    targets = _added(dict(enumerate(one["targets"])) for one in shares)
    pool = _added({"": one["pool"]} for one in shares)
    for what in (chosen, targets, pool):
        if None in what.values():
            msg = "there are no records in the pool, a selection or a target"
            raise DataError(msg)
    main = next(functions(request))
    seeds, found = request[Baselines].each, []
    for path, total in chosen.items():
        size = shares[0]["sizes"].get(path)
        baselines = [luck[f"{size} {seed}"] for seed in seeds]
        known = {"chosen": total, "pool": pool[""], "baselines": baselines}
        known["targets"] = list(targets.values())
        row = main(**known, **request.own["measure"])
        found.append({"selection": name(path), **row})
    return found


def _added(parts: Iterator[Mapping[Any, Any]]) -> dict[Any, Any]:
    """The sums of several shards, by what they are of."""
    total: dict[Any, Any] = {}
    for part in parts:
        for key, value in part.items():
            more, so_far = unpacked(value), total.get(key)
            if so_far is None or more is None:
                total[key] = more if so_far is None else so_far
            else:
                total[key] = so_far + more
    return total


class _Drawing:
    """The random selections of all shards, and what this one has of them.

    Args:
        request: of a shard.
    """

    def __init__(self, request: Request) -> None:
        self._request, share = request, request.share
        assert share
        self.counting = Counting(
            request, request.method.load().collect, request.own["collect"]
        )
        cut = share.number, share.of
        self.chosen = [one for one in request.records if not getattr(one, "empty", 0)]
        self.pool = ranges.Division([request[Pool].pool]).shard(*cut)
        self.targets = [
            ranges.Division([one]).shard(*cut) for one in request[Targets].target
        ]
        self.sizes: dict[str, int] = {}
        """Of the selections, by their paths."""
        self._first = self._count = 0
        self._cuts: dict[str, cuts.Cut] = {}

    def stream(self, sources: list[Any], *, again: bool = False) -> Any:
        """The records of some inputs."""
        return self._request.reader.stream(sources, again=again)

    def ready(self) -> bool:
        """Take part in the rounds; whether the last one was."""
        self._rounds = Rounds(self._request)
        return self._rounds.ready(self)

    @property
    def names(self) -> list[str]:
        """What draws are called, by size and seed."""
        seeds = self._request[Baselines].each
        sizes = dict.fromkeys(self.sizes.values())
        return [f"{size} {seed}" for size in sizes for seed in seeds]

    def asked(self, known: list[States]) -> Round | None:
        """See Form."""
        if not known:
            return Round(Sizes, self._counted)
        self._learn(known[0])
        begun = {one: cuts.begun(int(one.split()[0]), None) for one in self.names}
        asked, self._cuts = narrowed(begun, known[1:], self._rounds.shard)
        return Round(Told, lambda: self._tell(asked)) if asked else None

    def _learn(self, sizes: States) -> None:
        counts, pools = Counter[str](), [one.pool for one in sizes]
        for one in sizes:
            counts.update(one.chosen)
        self.sizes, shard = dict(counts), self._rounds.shard
        self._first, self._count = sum(pools[:shard]), pools[shard]
        for path, size in counts.items():
            check_size(name(path), size, sum(pools))

    def _counted(self) -> Sizes:
        many = {str(one): self._many([one]) for one in self.chosen}
        return Sizes(self._many(self.pool), many)

    def _many(self, sources: list[Any]) -> int:
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass
        return self.counting.many(self.stream(sources), ledger)

    def _keys(self, seed: int) -> Iterator[Any]:
        """The order of the records of this shard, the lowest number first."""
        noise, last = SeededNoise(seed), self._first + self._count
        for start in range(self._first, last, STEP):
            places = np.arange(start, min(start + STEP, last), dtype=np.uint64)
            yield cuts.bits(-noise.uniform(places))

    def _tell(self, asked: dict[str, cuts.Question]) -> Told:
        """What this shard says to a question."""
        total = cuts.Tally.empty()
        for one in asked:
            for keys in self._keys(int(one.split()[1])):
                none = np.zeros(len(keys), np.int64)
                total += cuts.Tally.of(keys, [one] * len(keys), none, asked)
        return Told.of(total, Counter(), self._count)

    def drawn(self) -> Iterator[Any]:
        """Which records of this shard are in each random selection, rising."""
        for one in self.names if self._cuts or self.sizes else ():
            taking, found = cuts.Taking(self._cuts.get(one, cuts.NOTHING)), []
            for keys in self._keys(int(one.split()[1])):
                found.append(taking.take(keys, np.zeros(len(keys), np.int64)))
            yield np.flatnonzero(np.concatenate([np.zeros(0, np.bool_), *found]))
