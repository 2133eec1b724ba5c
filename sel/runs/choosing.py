"""`sel pick top`, `sample` and `random` on one of many shards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.engine import memory
from sel.errors import UsageError
from sel.options.chance import Noise, Normalizing
from sel.options.scores import By
from sel.options.writing import Curriculum
from sel.runs.cutting import Cutting
from sel.runs.ranking import Limits, Ranking
from sel.runs.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sel.maths.ranking.topk import Over
    from sel.records.projection import Part
    from sel.request import Request


def run(request: Request) -> int:
    """Keep of this shard what the best of all shards are."""
    memory.hold()
    refuse(request)
    rounds = Rounds(request)
    offered = _Ranked(request)
    choice = Cutting(request, rounds, offered)
    if not rounds.ready(choice):
        return 0
    kept = choice.write()
    assert request.share
    groups = {"groups": len(choice.cuts)} if offered.grouped else {}
    told = {"kept": kept, "without": dict(offered.ranking.without), "facts": groups}
    request.share.told |= told
    request.say(f"{kept:,} records are kept of this shard")
    return 0


def refuse(request: Request) -> None:
    """Refuse what has no form for shards, and say what it would need."""
    by, noise, order = request.get(By), request.get(Noise), request.get(Curriculum)
    scale = request.get(Normalizing)
    lacking = {
        "--by with several fields": (
            "each field chooses from what those before it left",
            isinstance(by, By) and len(by.names) > 1 and not by.directed,
        ),
        "--by with :asc or :desc": (
            "all records are put in one order before",
            isinstance(by, By) and by.directed,
        ),
        "--noise": (
            "its numbers go by the order of all records. Try: --seed",
            noise and noise.noise,
        ),
        "--order": (
            "the parts would have to be merged. Try: --order input, then sort",
            order and order.order != "input",
        ),
        "--normalize": (
            "a sum of floats depends on its order. Try: --temperature",
            scale and scale.normalize,
        ),
    }
    for flag, (why, asked) in lacking.items():
        if asked:
            msg = f"{flag} has no form for --shard: {why}"
            raise UsageError(msg)


class _Ranked:
    """What is offered by scores, by chance, or by both; see Ranking.

    Args:
        request: says how many, and in which groups.
    """

    def __init__(self, request: Request) -> None:
        self.ranking = Ranking(request)
        self.row = self.ranking.row
        self.over: Over = self.ranking.amount.over
        amount = self.ranking.amount
        self.bounded = self.ranking.twice or (amount.k, amount.budget) != (None, None)
        self.grouped = self.ranking.quota.per is not None

    @property
    def wanted(self) -> Mapping[str, Any]:
        """See Offered."""
        return self.ranking.wanted

    def begin(self) -> None:
        """See Offered."""
        self.ranking.ranks.begin()
        self.ranking.without.clear()

    def of(self, part: Part) -> tuple[Any, Sequence[Any], Sequence[Any]]:
        """See Offered."""
        return self.ranking.offered(part)

    def read(self, part: Part) -> Iterable[str]:
        """See Offered."""
        groups = part["per"] if self.grouped else ()
        return (group for group in groups if group is not None)

    def limits(
        self,
        total: int,
        read: Mapping[Any, int],
        sizes: dict[str, int],
        spent: dict[str, float],
    ) -> Mapping[str, Limits]:
        """See Offered."""
        if self.ranking.twice:
            return self.ranking.shared(total, read, sizes, spent)
        amount = self.ranking.amount
        return dict.fromkeys(sizes, (amount.k, amount.budget))
