"""`sel diversify facility` on one of many shards: GreeDi, in rounds.

1. Each shard says how many records it has.
2. Each chooses k of its own, as one run does, and gives their vectors, with those of a
   sample of its records.
3. The first chooses k of all these, by how well they cover the sample, and says the
   choice of which shard covers it best.
4. Each says how far its own records are covered by both choices.

The one that covers all records better is written. It is not that of one run.

Source: Mirzasoleiman et al. 2013, Distributed submodular maximization: identifying
representative elements in massive data, NIPS; the sample is that of its section 4.5.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.errors import UsageError
from sel.maths.greedy import facility
from sel.maths.greedy.choice import usable_rows
from sel.maths.matrices.vectors import unit
from sel.maths.random.noise import SeededNoise
from sel.options.scores import Portion
from sel.options.vectors import Vectors
from sel.records import beside
from sel.records.ledger import SKIP, Ledger
from sel.records.passes import counted, ended
from sel.runs import pool
from sel.runs.shards.cutting import Counted
from sel.runs.shards.rounds import Round, Rounds
from sel.runs.vectors import whole
from sel.streams.output import finished

if TYPE_CHECKING:
    from sel.records.pools import Pool
    from sel.request import Request
    from sel.runs.shards.rounds import States

Rows = npt.NDArray[np.float32]
SAMPLE, EACH = 10_000, 10
"""Records of the sample at least, and for each that is chosen."""

SAID = "shards choose by GreeDi: near to what one run chooses, and not that"


@dataclass(frozen=True)
class Chosen:
    """What a shard chooses of its own records."""

    places: npt.NDArray[np.int64]  # (k,), among all records; they rise
    units: Rows  # (k, d), of length 1
    sample: Rows  # (s, d), of length 1
    usable: int  # records that have a vector
    lost: int  # records that have none

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.units.ndim == self.sample.ndim == 2 and self.places.shape == (
            len(self.units),
        )


@dataclass(frozen=True)
class United:
    """What is chosen of all that shards chose; only the first says it."""

    rows: npt.NDArray[np.int64]  # (k,), among the chosen of all shards; they rise
    alone: int  # the shard whose own choice is the best

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.rows.ndim == 1


@dataclass(frozen=True)
class Covered:
    """How far the records of a shard are covered."""

    alone: int  # by the choice of the best shard
    together: int  # by what is chosen of all

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return min(self.alone, self.together) >= 0


def run(request: Request) -> int:
    """Write of this shard what is chosen of all shards."""
    refuse(request)
    rounds = Rounds(request)
    form = _GreeDi(request, rounds)
    if rounds.shards > 1:
        request.say(SAID)
    return form.write() if rounds.ready(form) else 0


def refuse(request: Request) -> None:
    """Refuse what has no form for shards, and say what it would need."""
    amount, values = request[Portion], request.values
    if (amount.k, amount.fraction) == (None, None):
        msg = "say how many: -k N, or --fraction X"
        raise UsageError(msg)
    lacking = {
        "--budget": ("costs would be shared among the shards", amount.budget),
        "--already": ("what it covers is covered in all shards", values["already"]),
        "--graph": ("neighbours are in other shards", values["graph"]),
        "--by": ("scores are scaled by those of all records", values["by"]),
        "--order score": (
            "the parts would have to be merged",
            values["order"] == "score",
        ),
        "--ranked": ("the choice is written by shards", values["ranked"]),
        "--vectors @FIELD": (
            "vectors are mapped, not read. Try: a matrix",
            request[Vectors].vectors[:1] == "@" if values["vectors"] else False,
        ),
    }
    for flag, (why, asked) in lacking.items():
        if asked is not None and asked is not False:
            msg = f"{flag} has no form for --shard: {why}"
            raise UsageError(msg)


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Close a run that was done in shards; see sel.runs.scores.rows."""
    kept, facts = sum(one["kept"] for one in shares), shares[0]["facts"]
    lost = Counter[str]()
    for one in shares:
        lost.update(one["without"])
    wanted = facts["wanted"]
    short = f"{wanted:,}, and all that can be are kept" if kept < wanted else None
    if facts["greedi"]["shards"] > 1:
        request.say(SAID)
    more = {name: fact for name, fact in facts.items() if name != "wanted"}
    request.close(ledger.law(kept), without=lost, wanted=short, **more)
    return 0


class _GreeDi:
    """The choice of all shards.

    Args:
        request: says how many.
        rounds: the shards.
    """

    def __init__(self, request: Request, rounds: Rounds) -> None:
        self._request, self._rounds = request, rounds
        self._known: list[States] = []
        self._lost: dict[str, int] = {}

    def asked(self, known: list[States]) -> Round | None:
        """See Form."""
        self._known = known
        steps = (
            Round(Counted, lambda: Counted(counted(self._rounds.stream())[1])),
            Round(Chosen, self._chosen),
            Round(United, self._united),
            Round(Covered, self._covered),
        )
        return (*steps, None)[len(known)]

    @cached_property
    def _first(self) -> int:
        """How many records the shards before this one have."""
        return sum(one.records for one in self._known[0].before(self._rounds.shard))

    @cached_property
    def _total(self) -> int:
        return sum(one.records for one in self._known[0])

    @cached_property
    def _wanted(self) -> int:
        """How many are to be chosen."""
        return whole.wanted_of(self._request[Portion], self._total) or 0

    @cached_property
    def _own(self) -> tuple[Pool, Any]:
        """The records of this shard, and their vectors."""
        request, module = self._request, self._request.method.load()
        kinds = whole.kinds_of(request, module)
        stream = request.pool = self._rounds.stream(self._first)
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass
        ledger.partial = True
        found, _ = whole.gathered(request, stream, kinds, ledger)
        matrix = kinds["vectors"].pool_matrix
        if matrix and not found.said:
            beside.check_equal(matrix.name, len(matrix), self._total)
        data = whole.given(kinds, found)
        whole.weigh(request, kinds, data)
        return found, data["vectors"]

    def _units(self, rows: Any) -> Any:
        """Some rows of this shard at length 1."""
        return unit(np.asarray(self._own[1][rows], np.float32))

    def _chosen(self) -> Chosen:
        """The choice of this shard among its own."""
        (found, vectors), k = self._own, self._wanted
        own = self._request.own["diversify"] | {"k": k, "budget": None}
        choice = self._request.method.load().diversify(vectors, **own)
        rows, usable = np.sort(choice.rows), usable_rows(vectors)
        size = max(SAMPLE, EACH * k)
        chance = SeededNoise().uniform(found.places[usable].astype(np.uint64))
        some = usable[chance * self._total < size]
        lost = len(found.places) - len(usable)
        units = self._units(rows), self._units(some)
        return Chosen(found.places[rows], *units, len(usable), lost)

    def _united(self) -> United:
        """The choice among those of all shards, if this is the first."""
        if self._rounds.shard:
            return United(np.zeros(0, np.int64), 0)
        every = list(self._known[1])
        candidates = np.concatenate([one.units for one in every])
        sample = np.concatenate([one.sample for one in every])
        united = facility.united(candidates, sample, self._wanted)
        rows = np.sort(united).astype(np.int64)
        alone = [facility.covered(sample, one.units) for one in every]
        return United(rows, int(np.argmax(alone)))

    def _covered(self) -> Covered:
        """How far the records of this shard are covered by both choices."""
        units, united = self._units(usable_rows(self._own[1])), self._known[2].of(0)
        together = self._united_of("units")
        alone = self._known[1].of(united.alone).units
        sums = (facility.covered(units, chosen) for chosen in (alone, together))
        return Covered(*sums)

    def _united_of(self, name: str) -> Any:
        """What shards say of those that are chosen of all that they chose."""
        rows, parts, done = self._known[2].of(0).rows, [], 0
        for one in self._known[1]:
            here, done = rows[rows >= done] - done, done + len(one.places)
            parts.append(getattr(one, name)[here[here < len(one.places)]])
        return np.concatenate(parts)

    def _best(self) -> tuple[Any, dict[str, Any]]:
        """Where the better choice stands among all records, and how good it is."""
        usable = max(sum(one.usable for one in self._known[1]), 1)
        sums = np.array([(one.alone, one.together) for one in self._known[3]]).sum(0)
        alone, together = (sums / facility.FINE / usable).tolist()
        shard, united = self._known[2].of(0).alone, together >= alone
        facts = {
            "wanted": self._wanted,
            "covered": max(alone, together),
            "greedi": {
                "shards": self._rounds.shards,
                "choice": "of all shards" if united else f"of shard {shard + 1}",
                "best_shard": alone,
            },
        }
        places = self._united_of("places")
        return places if united else self._known[1].of(shard).places, facts

    def write(self) -> int:
        """Write what is chosen of this shard."""
        request, (places, facts) = self._request, self._best()
        ledger, kept = request.started_ledger(), 0
        stream = self._rounds.stream(self._first)
        with finished(request.output()) as output:
            for part in pool.parts(request, stream, {}, ledger, "writing"):
                at = np.flatnonzero(np.isin(part.places, places)).tolist()
                output.write(b"".join(map(ended, part.some(at))))
                kept += len(at)
            ledger.close()
        lost = self._known[1].of(self._rounds.shard).lost
        assert request.share
        request.share.told |= {
            "kept": kept,
            "without": {"vector": lost},
            "facts": facts,
        }
        request.say(f"{kept:,} records are kept of this shard")
        return 0
