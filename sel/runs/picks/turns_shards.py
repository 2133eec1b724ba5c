"""`sel pick turns` on one of many shards: the lists of each query, merged by the first.

1. Each shard writes for each query its best records, so many as are asked for.
2. The first merges them, lets the queries take turns, and says what is chosen. It holds
   16 bytes for each query and record that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.errors import DataError
from sel.maths.text.partitions import checksum
from sel.options.declare import Share
from sel.options.scores import Size
from sel.records.ledger import SKIP, Ledger
from sel.runs import pool
from sel.runs.picks.turns import Turns
from sel.runs.shards.cutting import Beginning, Counted, written
from sel.runs.shards.rounds import Listed, Round, Rounds, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.shards.rounds import States

ROWS = 1 << 44
"""Records of a shard are fewer; a number has the shard above them."""


@dataclass(frozen=True)
class Lists:
    """The best records of a shard for each query."""

    scores: npt.NDArray[np.float64]  # list after list, falling in each
    rows: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]  # (queries,)
    lacking: int  # records without a score
    sum: int  # of scores and rows

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.scores.ndim == 1 and self.scores.shape == self.rows.shape

    def of(self, query: int) -> tuple[Any, Any]:
        """The list of a query: scores, and rows."""
        some = slice(self.ends[query - 1] if query else 0, self.ends[query])
        return np.array(self.scores[some]), np.array(self.rows[some])


class _Best(Turns):
    """Per query the best of this shard, without their lines."""

    def __init__(self, request: Request, k: int) -> None:
        super().__init__(request)
        self._k = k

    def _item(self, part: Part, i: int) -> Any:
        return part.places[i], None

    def lists(self) -> Lists:
        """The best."""
        scores, rows, ends = [np.zeros(0)], [np.zeros(0, np.int64)], [0]
        for best in self._best:
            places = best.chosen()
            scores.append(np.array([best.keys[at] for at in places], np.float64))
            rows.append(np.array([best.items[at][0] for at in places], np.int64))
            ends.append(ends[-1] + len(places))
        columns = np.concatenate(scores), np.concatenate(rows)
        lacking, known = int(self.without["score"]), np.array(ends[1:], np.int64)
        return Lists(*columns, known, lacking, checksum(*columns))


class Turning:
    """What the queries choose of the records of all shards.

    Args:
        request: says how many.
        rounds: the shards.
    """

    def __init__(self, request: Request, rounds: Rounds) -> None:
        self._request, self._rounds = request, rounds
        self._k = request[Size].k
        self._beginning = Beginning(request, rounds)
        self._known: list[States] = []

    def asked(self, known: list[States]) -> Round | None:
        """See Form."""
        lacking, known = self._beginning.asked(known)
        if lacking:
            return lacking
        share = self._request[Size].k
        if isinstance(share, Share):
            if not known:
                return Round(Counted, self._count)
            self._k, known = share.of(sum(one.records for one in known[0])), known[1:]
        self._known = known
        steps = Round(Lists, self._lists, large=True), Round(Listed, self._chosen), None
        return steps[len(known)]

    def _count(self) -> Counted:
        return Counted(pool.count(self._request, self._stream()))

    def _stream(self) -> Any:
        return self._rounds.stream(self._beginning.first)

    def _lists(self) -> Lists:
        best = _Best(self._request, self._k)
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the last pass
        given = self._request, self._stream(), best.wanted, ledger, "choosing"
        for part in pool.parts(*given):
            best.take(part)
        return best.lists()

    def _chosen(self) -> Listed:
        """What is chosen, if this is the first shard."""
        if self._rounds.shard:
            return Listed.of_all(*np.zeros((2, 0), np.int64))
        merged: list[tuple[Any, Any]] = []
        for shard, one in enumerate(self._known[0]):
            check(one.sum, one.scores, one.rows)
            queries = len(one.ends)
            if queries and merged and queries != len(merged):
                msg = (
                    f"a record has {queries} scores and those before it {len(merged)}."
                    " Try: one sel score rds for all records"
                )
                raise DataError(msg)
            merged = merged or [(np.zeros(0), np.zeros(0, np.int64))] * queries
            for query in range(queries):
                scores, rows = one.of(query)
                both = merged[query][0], scores, merged[query][1], rows + shard * ROWS
                merged[query] = _best(self._k, *both)
        lists = [list(zip(*map(np.ndarray.tolist, one), strict=True)) for one in merged]
        module, own = self._request.method.load(), self._request.own["pick"]
        chosen = np.array(module.pick(lists, self._k, **own), np.int64)
        return Listed.of_all(*np.divmod(chosen, ROWS))

    def write(self) -> dict[str, Any]:
        """Write what is chosen of this shard; what there is to say."""
        rows = self._known[1].of(0).of(self._rounds.shard)

        def taken(ledger: Ledger) -> Iterator[tuple[Part, list[int]]]:
            request, want = self._request, Turns(self._request).wanted
            stream = self._stream()
            for part in pool.parts(request, stream, want, ledger, "writing"):
                yield part, np.flatnonzero(np.isin(part.places, rows)).tolist()

        kept = written(self._request, taken)
        queries = max(len(one.ends) for one in self._known[0])
        lacking = self._known[0].of(self._rounds.shard).lacking
        without, facts = {"score": lacking}, {"queries": queries}
        return {"kept": kept, "without": without, "facts": facts}


def _best(k: int, scores: Any, more: Any, rows: Any, others: Any) -> tuple[Any, Any]:
    """The best of two lists, of equals those of the first."""
    joined = np.concatenate([scores, more])
    order = np.argsort(-joined, kind="stable")[:k]
    return joined[order], np.concatenate([rows, others])[order]
