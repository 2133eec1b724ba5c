"""`sel pick top`, `sample` and `random` on one of many shards."""

from __future__ import annotations

from collections import Counter
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from sel import check
from sel.engine import memory
from sel.errors import UsageError
from sel.maths.ranking.ranks import fused, tied
from sel.options.chance import Noise, Normalizing
from sel.options.scores import Amount, By, Size, Voters
from sel.options.writing import Curriculum, Ending, Explaining
from sel.runs.picks import voters
from sel.runs.picks.best import short_of
from sel.runs.picks.ranking import Ranking, came, lowest, report
from sel.runs.picks.ranks import Ranked, finite
from sel.runs.picks.standing import STEPS, Standing
from sel.runs.shards.cutting import Beginning, Cutting
from sel.runs.shards.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sel.maths.ranking.topk import Over
    from sel.records.ledger import Ledger
    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.shards.cutting import Limits
    from sel.runs.shards.rounds import Round, States


def run(request: Request) -> int:
    """Keep of this shard what the best of all shards are."""
    memory.hold()
    refuse(request)
    rounds = Rounds(request)
    form: Any
    if Size in request:
        from sel.runs.picks.turns_shards import Turning

        form = Turning(request, rounds)
    else:
        form = (_Fusing if Voters in request else _Ranking)(request, rounds)
    if rounds.ready(form):
        assert request.share
        request.share.told |= form.write()
    return 0


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Close a run that was done in shards; see sel.runs.scores.rows."""
    kept, without = sum(one["kept"] for one in shares), Counter[str]()
    for one in shares:
        without.update(one["without"])
    short, told = short_of(request, kept), shares[0]["facts"]
    if Amount in request:
        told = facts(request, shares)
    request.close(ledger.law(kept), without=without, wanted=short, **told)
    return int(request[Ending].fail_if_empty and not kept)


def facts(request: Request, shares: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What there is to say of a choice, by what shards have told; see Ranking."""
    sizes, many, costs = Counter[str](), Counter[str](), Counter[str]()
    for one in shares:
        sizes.update(one["sizes"])
        many.update({name: kept for name, (kept, _) in one["spent"].items()})
        costs.update({name: cost for name, (_, cost) in one["spent"].items()})
    report(request, sizes, many)
    asked = {n: tuple(limits) for n, limits in shares[0]["limits"].items()}
    if not asked:
        amount = request[Amount]
        asked = dict.fromkeys(many, (amount.k, amount.budget))
    spent = {name: (kept, [costs[name]]) for name, kept in many.items()}
    keys = [one["least"] for one in shares if one["spent"].get("", [0])[0]]
    return lowest(request, keys) | came(request, asked, spent, len(many))


def refuse(request: Request) -> None:
    """Refuse what has no form for shards, and say what it would need."""
    by, noise, order = request.get(By), request.get(Noise), request.get(Curriculum)
    scale, told = request.get(Normalizing), request.get(Explaining)
    lacking = {
        "--by with several fields": (
            "each field chooses from what those before it left",
            by and len(by.names) > 1 and Size not in request and not by.directed,
        ),
        "--by with :asc or :desc": (
            "all records are put in one order before",
            by and by.directed,
        ),
        "--ranked": (
            "its numbers go by the order of all that is chosen",
            told and told.ranked,
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


class _Ranking:
    """The best by scores, by chance, or by both.

    Args:
        request: says which, and how many.
        rounds: the shards.
        ranks: by what records are ranked; if None, as --by says.
        beginning: where this shard begins, if `ranks` has to know that.
    """

    def __init__(
        self,
        request: Request,
        rounds: Rounds,
        ranks: Any = None,
        beginning: Beginning | None = None,
    ) -> None:
        self._offered = _Offered(request, ranks)
        self._cutting = Cutting(request, rounds, self._offered, beginning)

    def asked(self, known: list[States]) -> Round | None:
        """See Form."""
        return self._cutting.asked(known)

    def write(self) -> dict[str, Any]:
        """Write what is chosen of this shard; what there is to say."""
        kept, offered = self._cutting.write(), self._offered
        cutting, without = self._cutting, dict(offered.ranking.without)
        told = {"kept": kept, "without": without, "facts": {}}
        known = {"limits": dict(cutting.limits), "sizes": dict(cutting.sizes)}
        return told | known | {"spent": cutting.spent, "least": cutting.least}


class _Fusing:
    """The best by several ranks: those first, then the cut.

    Args:
        request: says which, and how many.
        rounds: the shards.
    """

    def __init__(self, request: Request, rounds: Rounds) -> None:
        self._request, own = request, request.own["rank"]
        ties, self._how = own["ties"], (own["fusion"], own["constant"])
        check.above("--constant", own["constant"], 0)
        self._beginning = Beginning(request, rounds)
        self._standing = Standing(
            request,
            rounds,
            self._beginning,
            wanted=voters.wanted(request, []),
            fields=len(request[Voters].parts),
            columns=self._values,
            worth=lambda higher, sizes, before, _: tied(higher, sizes, before, ties),
            turns=ties == "ordinal",
        )
        self._weights = np.array([one[1] for one in request[Voters].parts])
        self.wanted, self.row, self.learns = self._standing.wanted, False, False
        self._ranking = _Ranking(request, rounds, self, self._beginning)

    def asked(self, known: list[States]) -> Round | None:
        """See Form."""
        lacking, rest = self._beginning.asked(known)
        if lacking:
            return lacking
        if asked := self._standing.asked(rest[:STEPS]):
            return asked
        return self._ranking.asked(known[: len(known) - len(rest)] + rest[STEPS:])

    def _values(self, part: Part) -> Any:
        parts = self._request[Voters].parts
        found = [sign * np.array(part[name], np.float64) for name, _, sign in parts]
        return np.stack(found, axis=1)

    def begin(self) -> None:
        """See Ranks."""
        self._standing.begin()

    def of(self, part: Part) -> Ranked:
        """See Ranks."""
        places = self._standing.of(part)
        listed = fused(places, self._weights, *self._how).tolist()
        return Ranked(listed, finite(listed), sum(map(isnan, listed)))

    def write(self) -> dict[str, Any]:
        """Write what is chosen of this shard; what there is to say."""
        return self._ranking.write()


class _Offered:
    """What is offered to be cut; see sel.runs.shards.cutting.Offered.

    Args:
        request: says how many, and in which groups.
        ranks: by what records are ranked; if None, as --by says.
    """

    def __init__(self, request: Request, ranks: Any = None) -> None:
        self.ranking = Ranking(request, ranks)
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
