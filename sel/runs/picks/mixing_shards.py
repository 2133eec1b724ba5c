"""`sel pick mix` on one of many shards, where no record comes more than once."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.engine import memory
from sel.errors import UsageError
from sel.inputs.keys import Kind as Keys
from sel.maths.random.noise import SeededNoise
from sel.maths.ranking.topk import Over
from sel.options.chance import Chance
from sel.options.mixtures import Mixed
from sel.options.scores import Quality, Whole
from sel.options.writing import Ending
from sel.pick import _mixing, _packing
from sel.pick.mix import Mixed as Found
from sel.records import fields
from sel.runs.picks.mixing import Pool, said
from sel.runs.shards.cutting import Cutting
from sel.runs.shards.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sel.records.ledger import Ledger
    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.shards.cutting import Limits


def run(request: Request) -> int:
    """Write of this shard the records of a mixture of all.

    Raises:
        UsageError: a record would come more than once, or costs are added up.
    """
    memory.hold()
    whole, asked = request[Whole], request[Mixed]
    for flag, why, given in (
        ("--budget", "single records are packed into what is left", whole.budget),
        ("--counted", "it is for records that come again", asked.counted),
    ):
        if given is not None and given is not False:
            msg = f"{flag} has no form for --shard: {why}. Try: -k, without --counted"
            raise UsageError(msg)
    rounds, offered = Rounds(request), _Offered(request)
    choice = Cutting(request, rounds, offered)
    if not rounds.ready(choice):
        return 0
    kept = choice.write()
    assert request.share
    facts = offered.pool.told | said(request, offered.found, offered.pool.names)
    told = {"kept": kept, "without": dict(offered.without), "facts": facts}
    request.share.told |= told
    return 0


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Close a run that was done in shards; see sel.runs.scores.rows."""
    without, kept = Counter[str](), sum(one["kept"] for one in shares)
    for one in shares:
        without.update(one["without"])
    request.close(ledger.law(kept), without=without, **shares[0]["facts"])
    return int(request[Ending].fail_if_empty and not kept)


class _Offered:
    """The records of domains; see sel.runs.shards.cutting.Offered.

    Args:
        request: says what is asked for; its first operand is the mixture.
    """

    bounded = True
    over: Over = "under"

    def __init__(self, request: Request) -> None:
        self._request, self.pool = request, Pool(request)
        self._by = request[Quality].by
        self._chance = None if self._by else Keys(request)
        self._noise = SeededNoise(request[Chance].seed)
        self.row = self._chance is not None
        self.wanted: dict[str, Any] = {"domain": fields.group(request[Mixed].per)}
        self.wanted |= self.pool.numbers
        self.wanted |= self._chance.wanted if self._chance else {}
        self.without: Counter[str] = Counter()
        self.found: Any = None
        """What each domain is asked for and gives, once that is known."""

    def begin(self) -> None:
        """See Offered."""
        self.without.clear()

    def of(self, part: Part) -> tuple[Any, Sequence[Any], Sequence[Any]]:
        """See Offered."""
        there = np.array([one is not None for one in part["domain"]], np.bool_)
        if self._chance:
            keys = self._noise.uniform(self._chance.give(part))
        else:
            sign = self._request[Quality].sign
            keys = sign * np.array(part["score"], np.float64)
        lost = np.isnan(keys)
        self.without["group"] += int((~there).sum())
        self.without["score"] += int((lost & there).sum())
        keys = np.where(there & ~lost, keys, -inf)
        return keys, part["domain"], [0] * len(part)

    def read(self, part: Part) -> Iterable[str]:
        """See Offered."""
        return (one for one in part["domain"] if one is not None)

    def limits(
        self,
        total: int,
        read: Mapping[Any, int],
        sizes: dict[str, int],
        spent: dict[str, float],
    ) -> Mapping[str, Limits]:
        """See Offered."""
        del spent
        pool, there = self.pool, list(read)
        pool.compare(there, np.array(list(read.values()), np.int64))
        pool.names = pool.coming(there)
        large = np.array([sizes.get(name, 0) for name in pool.names], np.float64)
        own = self._request.own["pick"]
        options = own["alpha"], own["unimax"], own["max_repeats"]
        wanted = pool.total(total) or 0
        asked, given, _ = _mixing.shared(
            large, pool.weights, wanted, options, whole=True
        )
        pairs = list(zip(given.tolist(), large.tolist(), strict=True))
        parts = [_packing.epochs(*pair, exact=True) for pair in pairs]
        for (epochs, rest), (_, size) in zip(parts, pairs, strict=True):
            if size and epochs + (rest > 0) > 1:
                msg = "records that come again have no form for --shard: all of the"
                msg = f"{msg} first epoch goes before the second"
                raise UsageError(f"{msg}. Try: --max-repeats 1")
        many = [int(e * size + rest) for (e, rest), (_, size) in zip(parts, pairs)]
        none = np.zeros(0, np.int64)
        self.found = Found(none, asked, given, np.array(many, np.float64), large)
        return {name: (k, None) for name, k in zip(pool.names, many, strict=True)}
